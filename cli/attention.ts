import {
  type FailedCheck,
  failingRowText,
  isLate,
  type JudgedAsset,
  type OverallState,
  overallState,
} from "../engine/mod.ts";
import type { Paint, Style } from "./paint.ts";
import { clip, wrap } from "./text.ts";

const TONE_STYLES: Readonly<Record<OverallState["tone"], Style>> = {
  good: "green",
  busy: "cyan",
  attention: "yellow",
  bad: "red",
};

/** The state of all assets in one line: `Everything is fresh. 28 assets.` */
export function overallLine(assets: readonly JudgedAsset[], paint: Paint): string {
  const { tone, title, detail } = overallState(assets);
  return `${paint(TONE_STYLES[tone], `${title}.`)} ${detail}.`;
}

/**
 * Problems despite a successful run: failed checks, warnings included, each with a few failing rows, and assets that are late.
 * Without problems there are no lines.
 *
 * @param assets Evaluated just now.
 */
export function attentionLines(
  assets: readonly JudgedAsset[],
  { width = Infinity, paint = (_, text) => text }: { width?: number; paint?: Paint } = {},
): string[] {
  return [
    ...assets.flatMap(({ key, failedChecks }) => failedChecks.flatMap((check) => checkLines(key, check, width, paint))),
    ...assets.filter(isLate).flatMap(({ key, freshness }) =>
      wrapped(`${key} is late: ${freshness!.message}`, width, (text) => paint("red", text))
    ),
  ];
}

function checkLines(
  key: string,
  { name, severity, message, failingRows }: FailedCheck,
  width: number,
  paint: Paint,
): string[] {
  const warns = severity === "warn";
  const text = `Check ${name} of ${key} failed${warns ? " (warning)" : ""}: ${message}`;
  return [
    ...wrapped(text, width, (line) => paint(warns ? "yellow" : "red", line)),
    ...failingRows.map((row) => clip(`  ${failingRowText(row)}`, width)),
  ];
}

function wrapped(text: string, width: number, style: (text: string) => string): string[] {
  return wrap(text, width, "  ").map(style);
}
