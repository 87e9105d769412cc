import { type OptionTypes, parseArguments, UsageError, type Values } from "./arguments.ts";
import { type Control, RefusedError, UnreachableError } from "./control.ts";
import { type Paint, paintFor } from "./paint.ts";
import type { Stream, Terminal } from "./terminal.ts";
import { type Command, usage } from "./usage.ts";

/** Exit codes of a command: success, failed or cancelled, invalid arguments. */
export type ExitCode = 0 | 1 | 2;

/** A control, or a function that opens one once the arguments are valid. */
export type ControlSource = Control | (() => Promise<Control>);

/** What a command was called with, and how it answers. */
export interface Call<T extends OptionTypes> {
  values: Values<T & { json: "boolean" }>;
  positionals: string[];
  /** Writes the document with `--json`, else the lines; returns the exit code of success. */
  answer(document: unknown, lines: () => readonly string[]): 0;
}

/**
 * Runs a command with its options, `--json` and `--help`, and reports its errors, with the usage after invalid arguments.
 *
 * @param given.dashedNames As of {@link parseArguments}.
 */
export async function answering<const T extends OptionTypes>(
  command: Command,
  { args, options, terminal, dashedNames }: {
    args: readonly string[];
    options: T;
    terminal: Terminal;
    dashedNames?: boolean;
  },
  work: (call: Call<T>) => Promise<ExitCode>,
): Promise<ExitCode> {
  const { stdout, stderr } = terminal;
  try {
    const types = { ...options, json: "boolean", help: "boolean" } as const;
    const { values, positionals } = parseArguments<OptionTypes>(args, types, { dashedNames });
    if (values.help) {
      stdout.write(usage(command));
      return 0;
    }
    const answer: Call<T>["answer"] = (document, lines) => {
      if (values.json) stdout.write(JSON.stringify(document, null, 2) + "\n");
      else writeLines(stdout, lines());
      return 0;
    };
    return await work({ values: values as Call<T>["values"], positionals, answer });
  } catch (error) {
    if (error instanceof UsageError || error instanceof RefusedError) {
      // Show the usage only after invalid arguments, not after a rejected request.
      const more = error instanceof UsageError ? `\n${usage(command)}` : "";
      stderr.write(`${error.message}\n${more}`);
      return 2;
    }
    if (error instanceof UnreachableError) {
      stderr.write(`${error.message}\n`);
      return 1;
    }
    throw error;
  }
}

export async function opened(control: ControlSource): Promise<Control> {
  return typeof control === "function" ? await control() : control;
}

export function writeLines(stream: Stream, lines: readonly string[]): void {
  stream.write(lines.map((line) => `${line}\n`).join(""));
}

/** Width and style of lines on a stream. Files and pipes have no width; tables there are `unlimited` characters wide. */
export function layoutOf(
  terminal: Terminal,
  { stream = terminal.stdout, unlimited = 200 }: { stream?: Stream; unlimited?: number } = {},
): { width: number; paint: Paint } {
  return { width: stream.isTerminal ? stream.columns() : unlimited, paint: paintFor(terminal, stream) };
}
