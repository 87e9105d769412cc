import { type ExplainedState, type Explanation, type Impact, parseNames, type PartitionRange } from "../engine/mod.ts";
import { parseArguments, UsageError } from "./arguments.ts";
import { RefusedError, UnreachableError } from "./control.ts";
import type { ControlSource, ExitCode } from "./materialize.ts";
import { type Paint, paintFor, type Style } from "./paint.ts";
import { textTable } from "./table.ts";
import type { Terminal } from "./terminal.ts";
import { count, counted, duration, wrap } from "./text.ts";
import { usage } from "./usage.ts";

const STATE_STYLES: Readonly<Record<ExplainedState, Style>> = {
  fresh: "green",
  stale: "yellow",
  missing: "dim",
  waiting: "cyan",
  blocked: "red",
  failed: "red",
  running: "cyan",
  gone: "dim",
  changed: "bold",
};

/** `why KEY [NAME] [DATE] [--json]`: the state of an asset or some of its partitions with its causes, as a tree. */
export async function whyCommand(
  args: readonly string[],
  control: ControlSource,
  terminal: Terminal,
): Promise<ExitCode> {
  return await answering("why", terminal, async () => {
    const { values, positionals } = parseArguments(args, { json: "boolean", help: "boolean" }, {
      dashedNames: true,
    });
    if (values.help) return usage("why");
    const [key, ...of] = positionals;
    if (key === undefined) throw new UsageError("Name an asset.");
    const explanation = await (await opened(control)).why(key, partitionOf(of));
    if (values.json) return JSON.stringify(explanation, null, 2) + "\n";
    return explanationLines(explanation, terminal).join("\n") + "\n";
  });
}

/** `impact KEY [--from DATE] [--to DATE] [--names NAME,…] [--json]`: the impact of a change, as a table. */
export async function impactCommand(
  args: readonly string[],
  control: ControlSource,
  terminal: Terminal,
): Promise<ExitCode> {
  return await answering("impact", terminal, async () => {
    const { values, positionals } = parseArguments(args, {
      from: "string",
      to: "string",
      names: "string",
      json: "boolean",
      help: "boolean",
    });
    if (values.help) return usage("impact");
    const [key, more] = positionals;
    if (key === undefined) throw new UsageError("Name an asset.");
    if (more !== undefined) throw new UsageError(`"${more}" is unexpected: one asset at a time.`);
    const { from, to, names } = values;
    for (const date of [from, to]) {
      if (date !== undefined && !isDate(date)) throw new UsageError(`"${date}" is not a date.`);
    }
    const range: PartitionRange = {
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
      ...(names !== undefined && { names: parseNames(names).filter((name) => name !== "") }),
    };
    const impact = await (await opened(control)).impact(key, Object.keys(range).length === 0 ? null : range);
    if (values.json) return JSON.stringify(impact, null, 2) + "\n";
    return impactLines(impact, terminal).join("\n") + "\n";
  });
}

async function opened(control: ControlSource) {
  return typeof control === "function" ? await control() : control;
}

/** Writes the response, or the error. */
async function answering(
  command: "why" | "impact",
  terminal: Terminal,
  answer: () => Promise<string>,
): Promise<ExitCode> {
  try {
    terminal.stdout.write(await answer());
    return 0;
  } catch (error) {
    if (error instanceof UsageError) {
      terminal.stderr.write(`${error.message}\n\n${usage(command)}`);
      return 2;
    }
    if (!(error instanceof RefusedError) && !(error instanceof UnreachableError)) throw error;
    terminal.stderr.write(`${error.message}\n`);
    return error instanceof RefusedError ? 2 : 1;
  }
}

/** A date is distinguished from a name by its form. */
function partitionOf(of: readonly string[]): { name?: string; date?: string } {
  const dates = of.filter(isDate);
  const names = of.filter((text) => !isDate(text));
  if (dates.length > 1 || names.length > 1) throw new UsageError("A partition has at most one name and one date.");
  return { ...(names.length === 1 && { name: names[0] }), ...(dates.length === 1 && { date: dates[0] }) };
}

function isDate(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text);
}

function explanationLines(explanation: Explanation, terminal: Terminal): string[] {
  const { stdout } = terminal;
  const width = stdout.isTerminal ? stdout.columns() : 120;
  const paint = paintFor(terminal, stdout);
  return linesOf(explanation, { indent: "", width, paint });
}

function linesOf(
  { key, partition, partitions, state, because, rows = [], others, causes }: Explanation,
  { indent, width, paint }: { indent: string; width: number; paint: Paint },
): string[] {
  const of = partition
    ? Object.values(partition).join(" ")
    : partitions && partitions.count > 0
    ? counted(partitions.count, "partition")
    : "";
  const inner = `${indent}  `;
  const room = Math.max(30, width - inner.length);
  const text = (sentence: string) => wrap(sentence, room).map((line) => inner + line);
  return [
    `${indent}${paint("bold", key)}${of && ` ${of}`} ${paint(STATE_STYLES[state], state)}`,
    ...text(because),
    ...rows.flatMap((row) => wrap(`· ${row}`, room, "  ").map((line) => inner + line)),
    ...others.flatMap((other) =>
      text(
        `also ${
          other.partitions ? `${counted(other.partitions.count, "partition")} ` : ""
        }${other.state}: ${other.because}`,
      )
    )
      .map((line) => paint("dim", line)),
    ...causes.flatMap((cause) => linesOf(cause, { indent: inner, width, paint })),
  ];
}

function impactLines({ key, changed, steps, partitions, minutes, vendorCalls }: Impact, terminal: Terminal): string[] {
  const { stdout } = terminal;
  const what = changed ? `${counted(changed.count, "partition")} of ${key}` : key;
  if (steps.length === 0) return [`A change of ${what} affects nothing else.`];
  const time = (of: number | null) => of === null ? "unknown" : duration(of * 60_000);
  return [
    `A change of ${what} affects ${counted(partitions, "partition")} of ${counted(steps.length, "asset")}:`,
    "",
    ...textTable(
      [
        { title: "asset", flexible: true },
        { title: "partitions", align: "right" },
        { title: "time", align: "right" },
        { title: "vendor calls", align: "right" },
      ],
      steps.map((step) => [
        step.key,
        step.partitions ? count(step.partitions.count) : "whole",
        time(step.minutes),
        step.vendorCalls === null ? "" : count(step.vendorCalls),
      ]),
      { width: stdout.isTerminal ? stdout.columns() : 200, paint: paintFor(terminal, stdout) },
    ),
    "",
    `In total ${time(minutes)}, one after the other, and ${counted(vendorCalls, "vendor call")}.`,
  ];
}
