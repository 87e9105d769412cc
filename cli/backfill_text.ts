import type { Backfill, BackfillPlan, BackfillRange, BackfillSummary, PlannedAsset } from "../engine/mod.ts";
import type { Paint, Style } from "./paint.ts";
import { type Cell, textTable } from "./table.ts";
import { age, count, counted, duration, wrap } from "./text.ts";

/** Width and style of lines. */
interface Layout {
  width: number;
  paint: Paint;
}

const STATUS_STYLES: Readonly<Record<BackfillSummary["status"], Style>> = {
  running: "cyan",
  paused: "yellow",
  succeeded: "green",
  failed: "red",
  cancelled: "yellow",
};

/** A plan as text: amount of work, order, and duration as far as known. */
export function backfillPlanText(plan: BackfillPlan, layout: Layout): string[] {
  const { width, paint } = layout;
  const notes = [
    ...plan.skipped.map(({ key, upstream, selected, partitions }) =>
      `${
        counted(partitions.count, "partition")
      } of ${key} are skipped: what they read of ${upstream} is missing and no part of it.${
        selected ? "" : ` Select +${key} to make that as well.`
      }`
    ),
    ...(plan.unknownNames.length > 0 ? [`No selected asset has ${plan.unknownNames.join(", ")}.`] : []),
    ...(plan.fresh.length > 0 ? [`Nothing to do: ${plan.fresh.join(", ")}.`] : []),
  ].flatMap((note) => wrap(note, width, "  "));
  const title = `Backfill of "${plan.selection}"${rangeText(plan.range)}${plan.force ? ", forced" : ""}`;
  if (plan.assets.length === 0) return [`${title}: nothing to make.`, ...notes];
  const table = textTable(
    [
      { title: "" },
      { title: "asset" },
      { title: "partitions", align: "right" },
      { title: "parts", align: "right" },
      { title: "calls", align: "right" },
      { title: "time", flexible: true },
    ],
    plan.assets.map((asset, i): Cell[] => [
      String(i + 1),
      asset.key,
      asset.partitions ? `${count(asset.partitions.count)}${asset.certain ? "" : "+"}` : "whole",
      count(asset.parts),
      asset.vendorCalls === null ? "" : count(asset.vendorCalls),
      timeText(asset),
    ]),
    { width, paint },
  );
  return [
    ...wrap(`${title}: ${amountText(plan)}.`, width, "  "),
    "",
    ...table,
    ...(plan.assets.some(({ certain }) => !certain)
      ? [
        "",
        ...wrap("+ or whole: the number may change once the assets before it are made.", width),
      ]
      : []),
    ...(notes.length > 0 ? ["", ...notes] : []),
  ];
}

/** Amount of work in a plan, and its duration. */
function amountText({ assets, partitions, vendorCalls, seconds, unknown }: BackfillPlan): string {
  const known = unknown.length < assets.length;
  const time = !known
    ? "time unknown, because none of the steps has run before"
    : `${unknown.length > 0 ? "at least" : "about"} ${duration(seconds * 1000)}`;
  return [
    counted(partitions, "partition"),
    ...(vendorCalls > 0 ? [counted(vendorCalls, "vendor call")] : []),
    time,
  ].join(", ");
}

function timeText({ seconds, boundBy }: PlannedAsset): string {
  if (seconds === null) return "unknown: never run before";
  return `${duration(seconds * 1000)}${boundBy === "calls" ? " at the vendor's rate" : ""}`;
}

function rangeText({ from, to, names }: BackfillRange): string {
  return [
    ...(from !== undefined ? [` from ${from}`] : []),
    ...(to !== undefined ? [` to ${to}`] : []),
    ...(names !== undefined ? [` for ${names.length > 5 ? counted(names.length, "name") : names.join(", ")}`] : []),
  ].join("");
}

/** All backfills, one per line. */
export function backfillList(backfills: readonly BackfillSummary[], now: number, layout: Layout): string[] {
  if (backfills.length === 0) return ["There is no backfill yet."];
  return textTable(
    [
      { title: "id", align: "right" },
      { title: "status" },
      { title: "partitions", align: "right" },
      { title: "done", align: "right" },
      { title: "age", align: "right" },
      { title: "what", flexible: true },
    ],
    backfills.map((backfill): Cell[] => [
      String(backfill.id),
      { text: backfill.status, style: STATUS_STYLES[backfill.status] },
      count(backfill.progress.partitions),
      count(backfill.progress.done),
      age(now - Date.parse(backfill.createdAt)),
      `${backfill.selection}${rangeText(backfill.range)}${backfill.reason ? ` (${backfill.reason})` : ""}`,
    ]),
    layout,
  );
}

/** The progress of a backfill, on one line with a bar. */
export function progressLine({ id, progress, assets, remainingSeconds }: Backfill, { width, paint }: Layout): string {
  const { partitions, done, failed, skipped } = progress;
  const settled = done + failed + skipped;
  const share = partitions === 0 ? 0 : settled / partitions;
  const barWidth = Math.max(0, Math.min(24, width - 56));
  const filled = Math.round(share * barWidth);
  const now = assets.find((asset) => asset.state === "running") ?? assets.find((asset) => asset.state === "missing");
  const words = [
    `${Math.floor(100 * share)} %`,
    `${count(done)} of ${counted(partitions, "partition")}`,
    ...(failed > 0 ? [`${count(failed)} failed`] : []),
    ...(now ? [now.key] : []),
    ...(remainingSeconds !== null && remainingSeconds >= 1 ? [`${duration(remainingSeconds * 1000)} left`] : []),
  ].join("  ");
  const room = Math.max(0, width - barWidth - String(id).length - 13);
  return `Backfill ${id} ${paint("cyan", "█".repeat(filled))}${paint("dim", "░".repeat(barWidth - filled))}  ${
    words.slice(0, room)
  }`;
}

/** The outcome or status of a backfill. */
export function backfillSummary(backfill: Backfill, { width, paint }: Layout): string[] {
  const { id, status, progress, reason } = backfill;
  const counts = [
    `${count(progress.done)} of ${counted(progress.partitions, "partition")} done`,
    ...(progress.missing + progress.running > 0 ? [`${count(progress.missing + progress.running)} to make`] : []),
    ...(progress.failed > 0 ? [`${count(progress.failed)} failed`] : []),
    ...(progress.skipped > 0 ? [`${count(progress.skipped)} skipped`] : []),
  ].join(", ");
  const next = status === "paused"
    ? [`Resume it: deno task backfill --resume ${id}`]
    : status === "failed" || status === "cancelled"
    ? [`Retry missing partitions: deno task backfill --retry ${id}`]
    : [];
  return [
    `Backfill ${id} ${paint(STATUS_STYLES[status], status)}: ${counts}.`,
    ...(reason ? wrap(reason, width, "  ") : []),
    ...next,
  ];
}
