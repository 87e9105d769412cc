import { parseArgs } from "node:util";

/** The command line was not understood: exit code 2, and how it is used. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** Which options a command takes, by name: with a value or without. */
type OptionTypes = Readonly<Record<string, "boolean" | "string">>;

type Values<T extends OptionTypes> = { [K in keyof T]?: T[K] extends "boolean" ? boolean : string };

/** Parses the arguments of a command. @throws {UsageError} */
export function parseArguments<const T extends OptionTypes>(
  args: readonly string[],
  types: T,
): { values: Values<T>; positionals: string[] } {
  const options = Object.fromEntries(
    Object.entries(types).map(([name, type]) => [
      name,
      // Of one letter there is -h alone.
      name === "help" ? { type, short: "h" } : { type },
    ]),
  );
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
    return { values: values as Values<T>, positionals };
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    const option = /'([^' ]+)/.exec(message)?.[1] ?? "";
    if (code === "ERR_PARSE_ARGS_UNKNOWN_OPTION") throw new UsageError(`There is no option ${option}.`);
    if (code === "ERR_PARSE_ARGS_INVALID_OPTION_VALUE") throw new UsageError(sentence(message));
    throw error;
  }
}

function sentence(text: string): string {
  const first = text.split("\n")[0]!;
  return first.endsWith(".") ? first : `${first}.`;
}
