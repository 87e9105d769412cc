import { type MaterializeRequest, maxPriority, type Run } from "../engine/mod.ts";
import { UsageError, type Values } from "./arguments.ts";
import { attentionLines, overallLine } from "./attention.ts";
import { type Control, RefusedError, UnreachableError } from "./control.ts";
import { type Followed, followRun } from "./follow_run.ts";
import { planText } from "./plan_text.ts";
import { runSummary } from "./run_summary.ts";
import type { Terminal } from "./terminal.ts";
import { answering, type ControlSource, type ExitCode, layoutOf, opened, writeLines } from "./answering.ts";

/**
 * `materialize SELECTION… [--dry-run] [--force] [--priority N] [--json] [--config JSON|FILE]`: materializes missing and stale
 * assets and shows the progress; `materialize --retry RUN`: retries the failed steps of a run. With `--json` standard output is a
 * single document.
 */
export async function materializeCommand(
  args: readonly string[],
  source: ControlSource,
  terminal: Terminal,
): Promise<ExitCode> {
  return await answering("materialize", { args, options, terminal }, async ({ values, positionals, answer }) => {
    const { request, retry } = await requestOf(values, positionals);
    const control = await opened(source);
    if (values["dry-run"]) {
      const plan = await control.plan(request);
      return answer(plan, () => planText(plan, layoutOf(terminal, { unlimited: 160 })));
    }
    const submitted = retry === null ? await control.submit(request) : await control.retry(retry);
    return await followToEnd(submitted, { json: values.json ?? false, control, terminal });
  });
}

const options = {
  "dry-run": "boolean",
  force: "boolean",
  priority: "string",
  retry: "string",
  config: "string",
} as const;

/** The request of the arguments, with the config file if one is named. @throws {UsageError} */
async function requestOf(
  values: Values<typeof options>,
  positionals: readonly string[],
): Promise<{ request: MaterializeRequest; retry: number | null }> {
  const selection = positionals.join(" ").trim();
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
  if (selection === "" && retry === null) {
    throw new UsageError('Nothing is selected. Name an asset, a group or "*".');
  }
  const config = values.config === undefined ? undefined : await readConfig(values.config);
  return {
    request: {
      selection,
      force: values.force ?? false,
      ...(values.priority !== undefined && { priority: priorityOf(values.priority) }),
      ...(config && { config }),
    },
    retry,
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

/** Shows a run to its end, then its outcome and what else needs attention. */
export async function followToEnd(
  submitted: Run,
  { json, control, terminal }: { json: boolean; control: Control; terminal: Terminal },
): Promise<ExitCode> {
  const { stdout, stderr } = terminal;
  const stream = json ? stderr : stdout;
  const { run, progress } = await followBegun(submitted.id, { control, terminal, stream });
  const shown = layoutOf(terminal, { stream, unlimited: 160 });
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
