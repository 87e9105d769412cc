import { uniformRandom } from "../uniform_random.ts";
import { requireInteger } from "../validate.ts";

/** A cell of a guarded table. */
export type GuardedCell = number | string | boolean | bigint | null | undefined;

/** Columns keyed by session: the i-th entries are one row. A session may have many rows (one per ticker or pair). */
export interface GuardedTable {
  /** The session of each row; ISO dates sort in time order. */
  sessions: readonly string[];
  /** Each as long as `sessions`. */
  columns: Readonly<Record<string, ArrayLike<GuardedCell>>>;
}

/** An output that changed although no data up to its session did. */
export interface LookAheadViolation {
  /** Data up to and including this session were unchanged. */
  cut: string;
  /** Session of the output: the cut or an earlier one. */
  session: string;
  /** Name of the column, or "(rows)" if the number of rows or their sessions differ. */
  column: string;
  /** Value computed from the original data. */
  before: GuardedCell;
  /** Value computed from data changed after the cut. */
  after: GuardedCell;
}

/** Result of the guard. */
export interface LookAheadReport {
  /** Empty if no output looked ahead. */
  violations: LookAheadViolation[];
  /** Number of cells compared, over all trials: without comparisons the result means nothing. */
  comparedCells: number;
  /** The cuts tried. */
  cuts: string[];
}

/** Settings of {@linkcode lookAheadGuard}. */
export interface LookAheadOptions {
  /** Sessions after which everything is changed; by default drawn at random from the data's sessions except the last. */
  cuts?: readonly string[];
  /** Number of cuts drawn; 10 by default. */
  trials?: number;
  /** Seed of the random numbers: the same seed tries the same cuts and changes. */
  seed: number;
  /**
   * The new value of a number after the cut; `random` gives uniform numbers in [0, 1). By default numbers are multiplied by
   * e^(±½), zeros become small numbers, and one in fifty becomes `NaN`, like a missing bar.
   */
  change?: (value: number, column: string, random: () => number) => number;
  /** Maximum number of violations kept per cut and column, the earliest; 1 by default. */
  keep?: number;
}

/**
 * Tests by experiment whether a computation looks ahead: changes all data after a session at random, computes again, and demands
 * that every output up to that session is bit-identical.
 *
 * Null hypothesis: no output depends on later data. A violation refutes it; its absence does not prove it, but is stronger
 * evidence with more trials. Numbers compare by their bits, except that any `NaN` equals any other; strings and the rest by
 * identity. Text columns of the input are not changed. Output rows must be known by their session: a trade list is keyed by the
 * session of the exit, for instance.
 *
 * @param compute Pure, given a table of the same columns as `data`; may be asynchronous. Its rows ascend by session.
 * @param data The input, rows in any order.
 * @throws {RangeError} If there are fewer than two sessions, a cut is none of them or the last one, `trials` is not an integer of at
 * least 1, a column's length differs from that of the sessions, or nothing could be compared.
 *
 * @example
 * ```ts
 * import { lookAheadGuard } from "./look_ahead_guard.ts";
 *
 * const sessions = ["2024-01-02", "2024-01-03", "2024-01-04"];
 * const data = { sessions, columns: { close: Float64Array.of(1, 2, 4) } };
 * const { violations } = await lookAheadGuard(
 *   ({ sessions, columns }) => ({ sessions, columns: { next: sessions.map((_, t) => columns.close![t + 1]) } }),
 *   data,
 *   { seed: 1 },
 * );
 * console.assert(violations[0]?.column === "next");
 * ```
 *
 * Verified: tests/quant/backtest/look_ahead_guard_test.ts (catches the reference strategy). Cost: trials + 1 computations.
 */
export async function lookAheadGuard(
  compute: (data: GuardedTable) => GuardedTable | Promise<GuardedTable>,
  data: GuardedTable,
  options: LookAheadOptions,
): Promise<LookAheadReport> {
  const { seed, trials = 10, change = shake, keep = 1 } = options;
  requireInteger(trials, "trials", 1);
  requireTable(data, "input");
  const distinct = [...new Set(data.sessions)].sort();
  if (distinct.length < 2) {
    throw new RangeError(`The data has ${distinct.length} sessions: a look ahead needs at least 2.`);
  }
  const random = uniformRandom(seed);
  const cuts = options.cuts?.slice() ??
    Array.from({ length: trials }, () => distinct[Math.floor(random() * (distinct.length - 1))]!);
  for (const cut of cuts) {
    if (!distinct.includes(cut) || cut === distinct.at(-1)) {
      throw new RangeError(
        `The cut ${cut} leaves nothing to change: choose a session of the data before its last, ${distinct.at(-1)}.`,
      );
    }
  }

  const before = await compute(copyOf(data));
  requireTable(before, "output");
  const report: LookAheadReport = { violations: [], comparedCells: 0, cuts: [...cuts] };
  for (const cut of cuts) {
    const after = await compute(changedAfter(data, cut, change, random));
    requireTable(after, "output");
    compare(before, after, cut, keep, report);
  }
  if (report.comparedCells === 0) {
    throw new RangeError(
      "No output lies at or before any cut, so that nothing was tested: give later cuts or more data.",
    );
  }
  return report;
}

function requireTable({ sessions, columns }: GuardedTable, name: string): void {
  for (const [column, values] of Object.entries(columns)) {
    if (values.length !== sessions.length) {
      throw new RangeError(
        `The ${name}'s column ${column} has ${values.length} values for ${sessions.length} sessions.`,
      );
    }
  }
}

/** A copy, so that a computation that writes into its input is not mistaken for look-ahead, or hides it. */
function copyOf({ sessions, columns }: GuardedTable): GuardedTable {
  const copied: Record<string, ArrayLike<GuardedCell>> = {};
  for (const [name, values] of Object.entries(columns)) copied[name] = sliceOf(values);
  return { sessions: [...sessions], columns: copied };
}

function sliceOf(values: ArrayLike<GuardedCell>): ArrayLike<GuardedCell> {
  return values instanceof Float64Array ? values.slice() : Array.from(values);
}

function changedAfter(
  data: GuardedTable,
  cut: string,
  change: NonNullable<LookAheadOptions["change"]>,
  random: () => number,
): GuardedTable {
  const changed: Record<string, ArrayLike<GuardedCell>> = {};
  for (const [name, values] of Object.entries(data.columns)) {
    const copy = sliceOf(values) as GuardedCell[];
    for (let row = 0; row < copy.length; row++) {
      const value = copy[row];
      if (data.sessions[row]! > cut && typeof value === "number") copy[row] = change(value, name, random);
    }
    changed[name] = copy;
  }
  return { sessions: [...data.sessions], columns: changed };
}

function compare(before: GuardedTable, after: GuardedTable, cut: string, keep: number, report: LookAheadReport): void {
  const rowsBefore = rowsUntil(before.sessions, cut);
  const rowsAfter = rowsUntil(after.sessions, cut);
  const names = new Set([...Object.keys(before.columns), ...Object.keys(after.columns)]);
  const rows = Math.min(rowsBefore.length, rowsAfter.length);
  if (rowsBefore.length !== rowsAfter.length) {
    const session = (rowsBefore.length > rows ? before : after).sessions[(rowsBefore[rows] ?? rowsAfter[rows])!]!;
    report.violations.push({ cut, session, column: "(rows)", before: rowsBefore.length, after: rowsAfter.length });
  }
  for (let i = 0; i < rows; i++) {
    const sessionBefore = before.sessions[rowsBefore[i]!]!;
    const sessionAfter = after.sessions[rowsAfter[i]!]!;
    if (sessionBefore === sessionAfter) continue;
    report.violations.push({
      cut,
      session: sessionBefore,
      column: "(rows)",
      before: sessionBefore,
      after: sessionAfter,
    });
    return;
  }
  for (const name of names) {
    let found = 0;
    for (let i = 0; i < rows && found < keep; i++) {
      const valueBefore = before.columns[name]?.[rowsBefore[i]!];
      const valueAfter = after.columns[name]?.[rowsAfter[i]!];
      report.comparedCells++;
      if (Object.is(valueBefore, valueAfter)) continue;
      const session = before.sessions[rowsBefore[i]!]!;
      report.violations.push({ cut, session, column: name, before: valueBefore, after: valueAfter });
      found++;
    }
  }
}

function rowsUntil(sessions: readonly string[], cut: string): number[] {
  const rows: number[] = [];
  for (let row = 0; row < sessions.length; row++) if (sessions[row]! <= cut) rows.push(row);
  return rows;
}

function shake(value: number, _column: string, random: () => number): number {
  if (random() < 0.02) return NaN;
  const factor = Math.exp(random() - 0.5);
  return value === 0 ? 0.01 * random() : value * factor;
}
