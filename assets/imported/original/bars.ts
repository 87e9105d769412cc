import type { OriginalTable } from "../../../resources/original/mod.ts";
import { barFault } from "../../market/bar_judgement.ts";
import type { RejectedRows } from "../../market/rejected_rows.ts";
import type { ImportedBarColumns } from "../imported_rows.ts";
import { type TableReport, TableTally } from "./table_tally.ts";
import { dateIn, dateOfMilliseconds, momentIn, numberIn, textIn, tickerIn, ValueFault } from "./values.ts";

const prices = ["open", "high", "low", "close", "volume", "volume_weighted_price"] as const;

/** The values of one bar, in the order of {@link prices}. */
type Values = readonly number[];

interface Bar {
  ticker: string;
  session: string;
  values: Values;
  /** Date of its last write; `null` if unknown. */
  written: string | null;
  table: string;
}

/** Returns why a date cannot be a session; `undefined` if it can. */
export type FaultOfDate = (date: string) => string | undefined;

/**
 * The bars of the original's layers, one for each ticker and session. Of several, the first table's bar is used, and within a
 * table the first row.
 *
 * The vendor's prices were adjusted for splits up to the day of the request, which is the day the row was written. Later layers
 * copy rows: of equal ones, the earliest day counts.
 *
 * Cost: O(n log n) for n rows in all tables.
 */
export function barsOfLayers(
  tables: readonly OriginalTable[],
  { faultOfDate, rejected }: { faultOfDate: FaultOfDate; rejected: RejectedRows },
): { bars: ImportedBarColumns; reports: TableReport[] } {
  const cells = new Map<string, Bar>();
  const reports = tables.map((table) => {
    const tally = new TableTally(table, rejected.add);
    for (let row = 0; row < table.rows; row++) {
      const subject = {
        ticker: table.columns.ticker![row],
        session: (table.columns.date ?? table.columns.unix_msec_timestamp!)[row],
      };
      try {
        const bar = barIn(table, row, faultOfDate);
        const cell = `${bar.session} ${bar.ticker}`;
        const known = cells.get(cell);
        if (known === undefined) {
          cells.set(cell, bar);
          tally.take();
        } else if (isSame(known.values, bar.values)) {
          if (bar.written !== null && (known.written === null || bar.written < known.written)) {
            known.written = bar.written;
          }
          tally.repeat();
        } else {
          const other = known.table === bar.table
            ? "an earlier row of its ticker and session"
            : `its bar in ${known.table}`;
          tally.refuse(row, `differs from ${other}, which counts`, subject);
        }
      } catch (error) {
        if (!(error instanceof ValueFault)) throw error;
        tally.refuse(row, error.message, subject);
      }
    }
    return tally.report;
  });
  return { bars: inColumns([...cells.values()]), reports };
}

function barIn({ name, columns }: OriginalTable, row: number, faultOfDate: FaultOfDate): Bar {
  if (textIn(columns.deleted_at![row]) !== null) throw new ValueFault("is marked as deleted");
  const ticker = tickerIn(columns.ticker![row]);
  const session = columns.date
    ? dateIn(columns.date[row], "date")
    : dateOfMilliseconds(columns.unix_msec_timestamp![row], "unix_msec_timestamp");
  const dateFault = faultOfDate(session);
  if (dateFault !== undefined) throw new ValueFault(dateFault);
  const values = prices.map((column) => numberIn(columns[column]![row], column));
  const fault = faultOfValues(values);
  if (fault !== undefined) throw new ValueFault(fault);
  // An invalid volume-weighted price does not reject the bar; it is omitted.
  if (!(values[5]! > 0)) values[5] = NaN;
  const written = momentIn(textIn(columns.updated_at![row]) ?? textIn(columns.created_at![row]), "updated_at");
  return { ticker, session, values, written: written?.slice(0, 10) ?? null, table: name };
}

const one = () => new Float64Array(1);
/** Buffer of one bar, so that {@link barFault} can check it. */
const judged = {
  ticker: [""],
  session: [""],
  occurrence: one().fill(1),
  open: one(),
  high: one(),
  low: one(),
  close: one(),
  volume: one(),
  dividend: one(),
  split: one().fill(1),
};

function faultOfValues(values: Values): string | undefined {
  [judged.open[0], judged.high[0], judged.low[0], judged.close[0], judged.volume[0]] = values as [
    ...[number, number, number, number, number],
  ];
  return barFault(judged, 0);
}

function isSame(a: Values, b: Values): boolean {
  return a.every((value, i) => Object.is(value, b[i]));
}

function inColumns(bars: Bar[]): ImportedBarColumns {
  const byName = (a: string, b: string) => a < b ? -1 : a > b ? 1 : 0;
  bars.sort((a, b) => byName(a.ticker, b.ticker) || byName(a.session, b.session));
  const newest = bars.reduce((date, { session }) => session > date ? session : date, "");
  const column = (at: number) => Float64Array.from(bars, ({ values }) => values[at]!);
  return {
    ticker: bars.map(({ ticker }) => ticker),
    session: bars.map(({ session }) => session),
    open: column(0),
    high: column(1),
    low: column(2),
    close: column(3),
    volume: column(4),
    vwap: column(5),
    dividend: new Float64Array(bars.length),
    adjusted_through: bars.map(({ session, written }) => {
      const until = written ?? newest;
      return until < session ? session : until;
    }),
  };
}
