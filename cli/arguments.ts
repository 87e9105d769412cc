import { parseArgs } from "node:util";

/** The command line was not understood: exit code 2, and how it is used. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** Which options a command takes, by name: with a value or without. */
type OptionTypes = Readonly<Record<string, "boolean" | "string">>;

type Values<T extends OptionTypes> = { [K in keyof T]?: T[K] extends "boolean" ? boolean : string };

/**
 * Parses the arguments of a command. What follows an option that takes a value is its value, also with one dash in front: there are
 * tickers such as `-INF`.
 *
 * @param settings.dashedNames Whether what has one dash in front and is no option is a name too.
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
      // Of one letter there is -h alone.
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

/** Each value with one dash in front as one argument with its option. */
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

/** Of one letter there is the option -h alone. */
function isDashed(arg: string): boolean {
  return /^-[^-]/.test(arg) && arg !== "-h";
}

function sentence(text: string): string {
  const first = text.split("\n")[0]!;
  return first.endsWith(".") ? first : `${first}.`;
}
