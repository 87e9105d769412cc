import { inWords } from "../declare/row_values.ts";
import type { CellSet } from "../partitions/mod.ts";
import type { SomeCells } from "../store/reasons.ts";

/** `changed` tells of a materialization in the past that something was made stale by. */
export type ExplainedState =
  | "fresh"
  | "stale"
  | "missing"
  | "waiting"
  | "blocked"
  | "failed"
  | "running"
  | "gone"
  | "changed";

/** A setting that had another value. */
export interface SettingChange {
  /** Where it stands among the settings, e.g. `criteria.maxPValue`. */
  setting: string;
  from: unknown;
  to: unknown;
}

/** What is said of some cells, or of an asset that is made as a whole. */
export interface Finding {
  state: ExplainedState;
  /** A plain sentence without its subject: `upstream bars changed in materialization 12`. */
  because: string;
  /** The cells that it holds for; absent for a whole. */
  cells?: SomeCells;
}

/** Why something is in the state that it is in, down to the cause. */
export interface Explanation extends Finding {
  key: string;
  /** The cell, where there is one alone. */
  cell: { name?: string; date?: string } | null;
  /** Settings that changed. */
  settings?: SettingChange[];
  materialization?: number;
  run?: number;
  /** Rows that changed, a few of them, as `AAPL 2020-08-31: ratio 1 → 4`. */
  rows?: string[];
  /** What else holds for cells of the asset, most important first. */
  others: Finding[];
  causes: Explanation[];
}

/** The coordinates of a cell set's only cell; `null` where it has none or several. */
export function onlyCell(cells: CellSet): { name?: string; date?: string } | null {
  if (cells.count !== 1) return null;
  const [[name, date]] = [...cells.cells()] as [[string, string]];
  return { ...(cells.space.hasNames && { name }), ...(cells.space.hasDates && { date }) };
}

/** Cells for people: `B on 2024-01-02`, `12 cells of A, B and 3 others from 2024-01-02 to 2024-01-05`. */
export function cellsInWords(cells: CellSet): string {
  const { names, dates, space, count } = cells;
  const who = !space.hasNames
    ? ""
    : names.length <= 3
    ? names.join(", ")
    : `${names.slice(0, 2).join(", ")} and ${names.length - 2} others`;
  const when = !space.hasDates
    ? ""
    : dates.length === 1
    ? (who === "" ? dates[0]! : `on ${dates[0]}`)
    : dates.length === 0
    ? ""
    : `from ${dates[0]} to ${dates.at(-1)}`;
  if (count === 1) return [who, when].filter(Boolean).join(" ");
  if (who === "" && dates.length === count) return `the ${count.toLocaleString("en-US")} dates ${when}`;
  return [`${count.toLocaleString("en-US")} cells`, who && `of ${who}`, when].filter(Boolean).join(" ");
}

/** `is` or `are`. */
export function areInWords(cells: CellSet): string {
  return cells.count === 1 ? "is" : "are";
}

/** Settings that differ, by their paths. */
export function changedSettings(from: unknown, to: unknown, path = ""): SettingChange[] {
  if (isRecord(from) && isRecord(to)) {
    return [...new Set([...Object.keys(from), ...Object.keys(to)])].flatMap((key) =>
      changedSettings(from[key], to[key], path === "" ? key : `${path}.${key}`)
    );
  }
  return JSON.stringify(from) === JSON.stringify(to) ? [] : [{ setting: path, from, to }];
}

/** Changed settings for people: `scale 1 → 2, window 30 → 60`. */
export function settingsInWords(settings: readonly SettingChange[]): string {
  const shown = settings.slice(0, 5).map(({ setting, from, to }) => `${setting} ${inWords(from)} → ${inWords(to)}`);
  return settings.length > 5 ? `${shown.join(", ")} and ${settings.length - 5} more` : shown.join(", ");
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
