import { type ExplainedState, type Explanation, type Impact, parseNames, type PartitionRange } from "../engine/mod.ts";
import { UsageError } from "./arguments.ts";
import type { Paint, Style } from "./paint.ts";
import { textTable } from "./table.ts";
import type { Terminal } from "./terminal.ts";
import { count, counted, duration, wrap } from "./text.ts";
import { answering, type ControlSource, type ExitCode, layoutOf, opened } from "./answering.ts";

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
  const given = { args, options: {}, terminal, dashedNames: true };
  return await answering("why", given, async ({ positionals: [key, ...of], answer }) => {
    if (key === undefined) throw new UsageError("Name an asset.");
    const explanation = await (await opened(control)).why(key, partitionOf(of));
    return answer(
      explanation,
      () => linesOf(explanation, { indent: "", ...layoutOf(terminal, { unlimited: 120 }) }),
    );
  });
}

/** `impact KEY [--from DATE] [--to DATE] [--names NAME,…] [--json]`: the impact of a change, as a table. */
export async function impactCommand(
  args: readonly string[],
  control: ControlSource,
  terminal: Terminal,
): Promise<ExitCode> {
  const options = { from: "string", to: "string", names: "string" } as const;
  return await answering(
    "impact",
    { args, options, terminal },
    async ({ values, positionals: [key, more], answer }) => {
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
      return answer(impact, () => impactLines(impact, terminal));
    },
  );
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
      layoutOf(terminal),
    ),
    "",
    `In total ${time(minutes)}, one after the other, and ${counted(vendorCalls, "vendor call")}.`,
  ];
}
