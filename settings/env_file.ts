import { ConfigurationError } from "./environment.ts";

const BYTE_ORDER_MARK = "\uFEFF";
/** A line that sets a variable. */
const ASSIGNMENT = /^\s*(?:export\s+)?[^\s=]+\s*=\s*(.*)$/s;

/**
 * Removes a byte order mark from the name of the first variable of an `.env` file: some editors write one, and the runtime takes it
 * for the first letter of the name. A variable that is already set takes precedence, as for any `.env` file.
 */
export function dropByteOrderMark(env: Pick<Deno.Env, "toObject" | "set" | "delete" | "has"> = Deno.env): void {
  for (const [marked, value] of Object.entries(env.toObject())) {
    if (!marked.startsWith(BYTE_ORDER_MARK)) continue;
    const name = marked.slice(BYTE_ORDER_MARK.length).replace(/^export\s+/, "");
    env.delete(marked);
    if (name !== "" && !env.has(name)) env.set(name, value);
  }
}

/**
 * Rejects an `.env` file with content that the runtime would silently ignore: an encoding other than UTF-8, unusual line endings,
 * or a line that sets nothing. A missing file is accepted.
 *
 * @throws {ConfigurationError} With the line and the remedy, and no value.
 */
export function requireReadableEnvFile(path = ".env"): void {
  let bytes: Uint8Array;
  try {
    bytes = Deno.readFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    const why = error instanceof Error ? error.message : String(error);
    throw new ConfigurationError(`${path} cannot be read: ${why}. None of its settings would apply.`);
  }
  const fault = faultOf(bytes);
  if (fault !== null) throw new ConfigurationError(`${path}${fault}`);
}

function faultOf(bytes: Uint8Array): string | null {
  const isMarked = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  if (isMarked || bytes.includes(0)) {
    return " is stored as UTF-16: none of its settings would apply. Store it as UTF-8.";
  }
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return " is not UTF-8: none of its settings would apply. Store it as UTF-8, or use only ASCII letters.";
  }
  if (/\r(?!\n)/.test(text)) {
    return " has lines that end in a bare carriage return, which are read as one line. End them with a line feed.";
  }
  const line = lineThatSetsNothing(text);
  return line === null
    ? null
    : `, line ${line}: it sets nothing. Write it as NAME=VALUE, put # before a comment, or remove it.`;
}

/** Number, from 1, of the first line that is neither blank, a comment, an assignment nor the continuation of a quoted value. */
function lineThatSetsNothing(text: string): number | null {
  let quote = "";
  for (const [i, line] of text.split("\n").entries()) {
    if (quote !== "") {
      if (line.includes(quote)) quote = "";
      continue;
    }
    if (/^\s*(#|$)/.test(line)) continue;
    const value = ASSIGNMENT.exec(line)?.[1];
    if (value === undefined) return i + 1;
    if (/^["']/.test(value) && !value.slice(1).includes(value[0]!)) quote = value[0]!;
  }
  return null;
}
