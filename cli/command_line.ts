import { assetsCommand } from "./assets.ts";
import { checkCommand } from "./check.ts";
import { impactCommand, whyCommand } from "./explain.ts";
import { backfillCommand } from "./backfill.ts";
import type { ControlSource, ExitCode } from "./answering.ts";
import { materializeCommand } from "./materialize.ts";
import { importCommand } from "./import.ts";
import type { ImportControl } from "./import_control.ts";
import { pruneCommand } from "./prune.ts";
import { replayCommand } from "./replay.ts";
import { retryCommand } from "./retry.ts";
import { tokenCommand } from "./token.ts";
import type { TokenControl } from "./token_control.ts";
import type { Terminal } from "./terminal.ts";
import { type Command, usage } from "./usage.ts";

/** Parts of the program that the commands need. */
export interface CommandLineParts {
  version: string;
  /** Runs the service until it is stopped. */
  start(options: StartOptions): Promise<ExitCode>;
  /** Runs steps of a service until it is stopped. */
  worker(): Promise<ExitCode>;
  /** Opens the engine, or connects to the server that holds the database. */
  control: ControlSource;
  /** Likewise for access tokens. */
  tokens: () => Promise<TokenControl>;
  /** Imports data from other services. */
  imports: ImportControl;
}

/** Options of the service's start. */
export interface StartOptions {
  /** Whether history from another source may be dropped. */
  replace: boolean;
}

/** Runs the command in `args`; by default `start`. */
export async function commandLine(
  args: readonly string[],
  parts: CommandLineParts,
  terminal: Terminal,
): Promise<ExitCode> {
  const { version, start, worker, control, tokens, imports } = parts;
  const [first = "start", ...rest] = args;
  switch (first) {
    case "--help":
    case "-h":
    case "help":
      terminal.stdout.write(usage());
      return 0;
    case "--version":
    case "-V":
      terminal.stdout.write(`tandem ${version}\n`);
      return 0;
  }
  if (rest.includes("--version")) {
    return await commandLine(["--version"], parts, terminal);
  }
  switch (first as Command) {
    case "start":
      return await startCommand(rest, start, terminal);
    case "worker":
      return await workerCommand(rest, worker, terminal);
    case "materialize":
      return await materializeCommand(rest, control, terminal);
    case "retry":
      return await retryCommand(rest, control, terminal);
    case "backfill":
      return await backfillCommand(rest, control, terminal);
    case "check":
      return await checkCommand(rest, control, terminal);
    case "prune":
      return await pruneCommand(rest, control, terminal);
    case "replay":
      return await replayCommand(rest, control, terminal);
    case "assets":
      return await assetsCommand(rest, control, terminal);
    case "why":
      return await whyCommand(rest, control, terminal);
    case "token":
      return await tokenCommand(rest, tokens, terminal);
    case "import":
      return await importCommand(rest, imports, terminal);
    case "impact":
      return await impactCommand(rest, control, terminal);
    default:
      terminal.stderr.write(`There is no command "${first}".\n\n${usage()}`);
      return 2;
  }
}

async function startCommand(
  args: readonly string[],
  start: CommandLineParts["start"],
  terminal: Terminal,
): Promise<ExitCode> {
  const others = args.filter((arg) => arg !== "--replace");
  if (others.length === 0) return await start({ replace: args.length > 0 });
  return usageInstead("start", { args, unknown: others[0]!, terminal });
}

async function workerCommand(
  args: readonly string[],
  worker: CommandLineParts["worker"],
  terminal: Terminal,
): Promise<ExitCode> {
  if (args.length === 0) return await worker();
  return usageInstead("worker", { args, unknown: args[0]!, terminal });
}

/** Shows how a command that takes no such argument is used, which is no fault where help was asked for. */
function usageInstead(
  command: Command,
  { args, unknown, terminal }: { args: readonly string[]; unknown: string; terminal: Terminal },
): ExitCode {
  const help = args.length === 1 && (args[0] === "--help" || args[0] === "-h");
  if (!help) {
    terminal.stderr.write(`"${command}" takes no "${unknown}": it is configured by environment variables.\n\n`);
  }
  (help ? terminal.stdout : terminal.stderr).write(usage(command));
  return help ? 0 : 2;
}
