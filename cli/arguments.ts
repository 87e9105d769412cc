import { parseArgs } from "node:util";

/** Invalid command line: exit code 2, with the usage. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** Options of a command by name: with a value or without. */
export type OptionTypes = Readonly<Record<string, "boolean" | "string">>;

export type Values<T extends OptionTypes> = { [K in keyof T]?: T[K] extends "boolean" ? boolean : string };

/**
 * Parses the arguments of a command. The argument after an option with a value is its value, even if it starts with a dash: there
 * are tickers such as `-INF`.
 *
 * @param settings.dashedNames Whether an argument that starts with a dash and is not an option counts as a name.
 * @throws {UsageError}
 */
export function parseArguments<const T extends OptionTypes>(
  given: readonly string[],
  types: T,
  { dashedNames = false }: { dashedNames?: boolean } = {},
): { values: Values<T>; positionals: string[] } {
  const args = withDashedValues(given, types);
  const names = dashedNames ? args.filter(isDashed) : [];
  const options = Object.fromEntries(
    Object.entries(types).map(([name, type]) => [
      name,
      // -h is the only option of one letter.
      name === "help" ? { type, short: "h" } : { type },
    ]),
  );
  try {
    const { values, positionals } = parseArgs({
      args: args.filter((arg) => !names.includes(arg)),
      options,
      allowPositionals: true,
      strict: true,
    });
    return { values: values as Values<T>, positionals: [...positionals, ...names] };
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    const option = /'([^' ]+)/.exec(message)?.[1] ?? "";
    if (code === "ERR_PARSE_ARGS_UNKNOWN_OPTION") throw new UsageError(`There is no option ${option}.`);
    if (code === "ERR_PARSE_ARGS_INVALID_OPTION_VALUE") throw new UsageError(sentence(message));
    throw error;
  }
}

/** Joins each value that starts with a dash to its option. */
function withDashedValues(args: readonly string[], types: OptionTypes): string[] {
  const joined: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const [arg, next] = [args[i]!, args[i + 1]];
    if (arg === "--") return [...joined, ...args.slice(i)];
    const takesValue = arg.startsWith("--") && Object.hasOwn(types, arg.slice(2)) && types[arg.slice(2)] === "string";
    if (takesValue && next !== undefined && isDashed(next)) {
      joined.push(`${arg}=${next}`);
      i++;
    } else joined.push(arg);
  }
  return joined;
}

/** -h is the only option of one letter. */
function isDashed(arg: string): boolean {
  return /^-[^-]/.test(arg) && arg !== "-h";
}

function sentence(text: string): string {
  const first = text.split("\n")[0]!;
  return first.endsWith(".") ? first : `${first}.`;
}
