import { type MaterializeRequest, maxPriority, type Run } from "../engine/mod.ts";
import { parseArguments, UsageError } from "./arguments.ts";
import { attentionLines, overallLine } from "./attention.ts";
import { type Control, RefusedError, UnreachableError } from "./control.ts";
import { type Followed, followRun } from "./follow_run.ts";
import { paintFor } from "./paint.ts";
import { planText } from "./plan_text.ts";
import { runSummary } from "./run_summary.ts";
import type { Terminal } from "./terminal.ts";
import { type Command, usage } from "./usage.ts";

/** Exit codes of a command: success, failed or cancelled, invalid arguments. */
export type ExitCode = 0 | 1 | 2;

/** A control, or a function that opens one once the arguments are valid. */
export type ControlSource = Control | (() => Promise<Control>);

export interface MaterializeArguments {
  request: MaterializeRequest;
  /** The run to retry instead, if any. */
  retry: number | null;
  dryRun: boolean;
  json: boolean;
  help: boolean;
}

/**
 * `materialize SELECTION… [--dry-run] [--force] [--priority N] [--json] [--config JSON|FILE]`: materializes missing and stale
 * assets and shows the progress; `materialize --retry RUN`: retries the failed steps of a run. With `--json` standard output is a
 * single document.
 */
export async function materializeCommand(
  args: readonly string[],
  control: ControlSource,
  terminal: Terminal,
): Promise<ExitCode> {
  return await answering("materialize", terminal, async () => {
    const parsed = await parseMaterialize(args);
    if (parsed.help) {
      terminal.stdout.write(usage("materialize"));
      return 0;
    }
    const opened = typeof control === "function" ? await control() : control;
    if (parsed.dryRun) return await showPlan(parsed, opened, terminal);
    const submitted = parsed.retry === null ? await opened.submit(parsed.request) : await opened.retry(parsed.retry);
    return await followToEnd(submitted, { json: parsed.json, control: opened, terminal });
  });
}

/** Runs a command and reports its errors, with the usage after invalid arguments. */
export async function answering(
  command: Command,
  terminal: Terminal,
  work: () => Promise<ExitCode>,
): Promise<ExitCode> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UsageError || error instanceof RefusedError) {
      // Show the usage only after invalid arguments, not after a rejected request.
      const more = error instanceof UsageError ? `\n${usage(command)}` : "";
      terminal.stderr.write(`${error.message}\n${more}`);
      return 2;
    }
    if (error instanceof UnreachableError) {
      terminal.stderr.write(`${error.message}\n`);
      return 1;
    }
    throw error;
  }
}

/** Parses the arguments, and reads the config file if one is named. @throws {UsageError} */
export async function parseMaterialize(args: readonly string[]): Promise<MaterializeArguments> {
  const { values, positionals } = parseArguments(args, {
    "dry-run": "boolean",
    force: "boolean",
    json: "boolean",
    priority: "string",
    retry: "string",
    config: "string",
    help: "boolean",
  });
  const selection = positionals.join(" ").trim();
  const help = values.help ?? false;
  const retry = values.retry === undefined ? null : runNumber(values.retry, "--retry");
  if (retry !== null) {
    const more = (["dry-run", "force", "priority", "config"] as const).find((name) => values[name] !== undefined);
    if (selection !== "" || more) {
      const what = more ? `--${more}` : "selection";
      throw new UsageError(
        `--retry takes no ${what}: it repeats the failed steps of run ${retry} with its original request.`,
      );
    }
  }
  if (selection === "" && retry === null && !help) {
    throw new UsageError('Nothing is selected. Name an asset, a group or "*".');
  }
  const config = values.config === undefined || help ? undefined : await readConfig(values.config);
  return {
    request: {
      selection,
      force: values.force ?? false,
      ...(values.priority !== undefined && !help && { priority: priorityOf(values.priority) }),
      ...(config && { config }),
    },
    retry,
    dryRun: values["dry-run"] ?? false,
    json: values.json ?? false,
    help,
  };
}

/** The id of a run in an argument. @throws {UsageError} */
export function runNumber(text: string, where: string): number {
  if (/^[1-9]\d{0,15}$/.test(text)) return Number(text);
  throw new UsageError(`${where} is the number of a run, such as 12, not "${text}".`);
}

function priorityOf(text: string): number {
  const priority = Number(text);
  if (/^[+-]?\d{1,9}$/.test(text) && Math.abs(priority) <= maxPriority) return priority;
  throw new UsageError(`--priority is a whole number from -${maxPriority} to ${maxPriority}, not "${text}".`);
}

async function readConfig(text: string): Promise<Record<string, unknown>> {
  const inline = text.trimStart().startsWith("{");
  const where = inline ? "--config" : `The file ${text} (--config)`;
  let json = text;
  if (!inline) {
    try {
      json = await Deno.readTextFile(text);
    } catch (error) {
      throw new UsageError(
        `--config is neither a JSON object nor a readable file: ${(error as Error).message}.`,
      );
    }
  }
  let config: unknown;
  try {
    config = JSON.parse(json);
  } catch (error) {
    throw new UsageError(`${where} is not JSON: ${(error as Error).message}.`);
  }
  if (typeof config !== "object" || config === null || Array.isArray(config)) {
    throw new UsageError(`${where} must be an object with asset keys, such as {"KEY": {…}}.`);
  }
  return config as Record<string, unknown>;
}

async function showPlan(
  { request, json }: MaterializeArguments,
  control: Control,
  terminal: Terminal,
): Promise<ExitCode> {
  const { stdout } = terminal;
  const plan = await control.plan(request);
  if (json) stdout.write(JSON.stringify(plan, null, 2) + "\n");
  else writeLines(stdout, planText(plan, { width: widthOf(stdout), paint: paintFor(terminal, stdout) }));
  return 0;
}

/** Shows a run to its end, then its outcome and what else needs attention. */
export async function followToEnd(
  submitted: Run,
  { json, control, terminal }: { json: boolean; control: Control; terminal: Terminal },
): Promise<ExitCode> {
  const { stdout, stderr } = terminal;
  const stream = json ? stderr : stdout;
  const { run, progress } = await followBegun(submitted.id, { control, terminal, stream });
  const shown = { width: widthOf(stream), paint: paintFor(terminal, stream) };
  const nothingRan = run.steps.length === 0;
  if (json) stdout.write(JSON.stringify(run, null, 2) + "\n");
  else if (nothingRan) stdout.write(`Nothing had to run for "${run.selection}".\n`);
  else writeLines(stdout, ["", ...runSummary(progress, shown)]);
  const assets = await control.assets();
  // Last, because after a success only the last lines are read.
  const attention = attentionLines(assets, shown);
  if (attention.length > 0) writeLines(stream, ["", ...attention]);
  if (nothingRan && !json) writeLines(stdout, [overallLine(assets, shown.paint)]);
  return run.status === "succeeded" ? 0 : 1;
}

/** Follows a run just started. A refusal is then not a fault of the command line. */
async function followBegun(
  runId: number,
  { control, terminal, stream }: { control: Control; terminal: Terminal; stream: Terminal["stdout"] },
): Promise<Followed> {
  try {
    return await followRun(control, runId, terminal, { stream, cancelOnInterrupt: true });
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    throw new UnreachableError(
      `Run ${runId} was started but cannot be followed: ${error.message} \`deno task assets\` shows its result.`,
      { cause: error },
    );
  }
}

function writeLines(stream: Terminal["stdout"], lines: readonly string[]): void {
  stream.write(lines.map((line) => line + "\n").join(""));
}

/** Files and pipes have no width; tables there are as wide as needed. */
function widthOf(stream: Terminal["stdout"]): number {
  return stream.isTerminal ? stream.columns() : 160;
}
