import type { Receipt, Replay } from "../engine/mod.ts";
import { UsageError } from "./arguments.ts";
import type { Paint } from "./paint.ts";
import type { Terminal } from "./terminal.ts";
import { count, counted, duration } from "./text.ts";
import { answering, type ControlSource, type ExitCode, layoutOf, opened } from "./answering.ts";

/** Number of rows shown of a receipt. */
const shownRows = 3;

/** `replay KEY COLUMN=VALUE… [--as-of V] [--json]`: materializes rows again from stored versions and compares them. */
export async function replayCommand(
  args: readonly string[],
  control: ControlSource,
  terminal: Terminal,
): Promise<ExitCode> {
  const options = { "as-of": "string" } as const;
  return await answering("replay", { args, options, terminal }, async ({ values, positionals, answer }) => {
    const [key, ...conditions] = positionals;
    if (key === undefined) throw new UsageError("Name an asset.");
    const where = Object.fromEntries(conditions.map(conditionOf));
    const asOf = values["as-of"];
    const replays = await (await opened(control)).replay(key, {
      where,
      ...(asOf !== undefined && { asOf: /^\d+$/.test(asOf) ? Number(asOf) : asOf }),
    });
    const { paint } = layoutOf(terminal);
    answer({ replays }, () => replays.flatMap((replay) => replayLines(replay, paint)));
    return replays.every(({ same }) => same) ? 0 : 1;
  });
}

function conditionOf(text: string): [column: string, value: string] {
  const at = text.indexOf("=");
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw new UsageError(`"${text}" is not a condition: write COLUMN=VALUE, such as session=2026-11-27.`);
}

function replayLines(replay: Replay, paint: Paint): string[] {
  const { receipt, same, recordedRows, replayedRows, differences, codeVersion, seconds } = replay;
  const lines = [...receiptLines(receipt, paint), ""];
  const took = `Made again in ${duration(1000 * seconds)}`;
  if (same) return [...lines, paint("green", `${took}: ${counted(recordedRows, "row")}, the same to the last bit.`)];
  lines.push(
    paint("red", `${took}: different. ${count(recordedRows)} rows recorded, ${count(replayedRows)} made.`),
  );
  if (codeVersion !== receipt.codeVersion) {
    lines.push(`The code version has changed to ${codeVersion}.`);
  }
  for (const { key, column, recorded, replayed } of differences) {
    lines.push(
      `  ${pairs(key)} ${column ?? "row"}: ${JSON.stringify(recorded)} was recorded, ${JSON.stringify(replayed)} made`,
    );
  }
  return lines;
}

function receiptLines(receipt: Receipt, paint: Paint): string[] {
  const { asset, materialization, producer, runId, committedAt, codeVersion, config, upstream, rows } = receipt;
  const by = producer === asset ? "" : ` by ${producer}`;
  const more = rows.length - shownRows;
  return [
    paint("bold", `${asset}, materialization ${materialization}`),
    ...rows.slice(0, shownRows).map((row) => `  ${pairs(row)}`),
    ...more > 0 ? [`  and ${counted(more, "more row")}`] : [],
    `made${by} in run ${runId ?? "none"} at ${committedAt}, code version ${codeVersion}`,
    `settings ${JSON.stringify(config)}`,
    ...upstream.map(({ asset, materialization, dataVersion }) =>
      `read ${asset}, materialization ${materialization} (${dataVersion})`
    ),
  ];
}

function pairs(row: Readonly<Record<string, unknown>>): string {
  return Object.entries(row).map(([column, value]) =>
    `${column}=${typeof value === "string" ? value : JSON.stringify(value)}`
  )
    .join(" ");
}
