import type { Input, MetadataValue, PreviousVersion } from "../../engine/mod.ts";
import type { SourceCalendar } from "../../resources/exchange_calendar/mod.ts";
import type { LaterBars } from "../../resources/market_data/mod.ts";
import {
  type BarColumns,
  dividendAt,
  dividendsPaid,
  type RejectedBarRow,
  splitAt,
  splitsOf,
  unusableBars,
} from "./bar_judgement.ts";
import { isNear, withSettledEvents } from "./corporate_events.ts";
import { withoutBars } from "./coverage_checks.ts";
import { datedInSessions, picked } from "./dated_bars.ts";
import { received, tickersPaid } from "./received_bars.ts";

/** What `raw_daily_bars` returns from its first change on. */
export interface CarriedBars {
  from: string;
  rows: ReturnType<typeof received>;
  splits: ReturnType<typeof splitsOf>;
  dividends: ReturnType<typeof dividendsPaid>;
  rejected: RejectedBarRow[];
  /** Of all rows, earlier ones included. */
  counts: {
    repeatedEvents: number;
    receivedCells: number;
    usableCells: number;
    received: number;
    dividendTickers: number;
  };
  /** All rejected bars, earlier ones included, in the order of those made from nothing. */
  allRejected: readonly Rejected[];
  /** Metadata about sessions without bars. */
  missing: ReturnType<typeof withoutBars>;
  /** The newest bars that are dated in sessions. */
  dated: Pick<BarColumns, "session">;
}

/** A row of `rejected_bars`, as far as it is needed. */
type Rejected = Pick<RejectedBarRow, "ticker" | "session" | "occurrence" | "reason">;

/**
 * Carries `raw_daily_bars` on with the newest bars of its source: everything from the first date on that changed, as it would be made of
 * all bars. `null` if all are needed:
 *
 * - an event of a changed date is within days of another one, or contradicts one: the earlier one may be moved by that;
 * - a row of the previous version needed attention, or an event that was repeated may be among the replaced ones;
 * - a date between earlier bars is no session any more, or is one now;
 * - a ticker has no row left among those that are replaced.
 */
export async function carriedBars(
  { rows: before, outs }: PreviousVersion,
  { bars: newest, from: newestFrom, changedFrom, earlier }: LaterBars,
  { calendar, today }: { calendar: SourceCalendar; today: string },
): Promise<CarriedBars | null> {
  const from = changedFrom ?? newest.session.reduce((last, session) => session > last ? session : last, "");
  const isUsual = from > newestFrom && !isNear(newestFrom, from);
  const [metadata, paidBefore, rejectedBefore] = await Promise.all([
    before.metadata(),
    outs.dividends!.metadata(),
    outs.rejected!.metadata(),
  ]);
  if (!isUsual || "rejected_rows" in metadata) return null;

  let needsAttention = false;
  const onContradiction = () => needsAttention = true;
  const all = received(newest);
  const { dated, rejected: misdatedNow, faults } = datedInSessions(all, {
    calendar,
    today,
    others: earlier,
    onLostEvent: onContradiction,
  });
  const old = await rejectedRows(outs.rejected!);
  if (!areSameDates(faults, old, { before: from, dates: [...earlier.keys(), ...newest.session] })) return null;
  if (hasEventNearby(dated, from)) return null;

  const since = picked(dated, [...dated.session.keys()].filter((i) => dated.session[i]! >= from));
  const { bars: rows, repeated } = withSettledEvents(since, { onContradiction });
  const unusable = unusableBars(rows);
  const misdated = misdatedNow.filter(({ session }) => session >= from);
  const splits = splitsOf(rows);
  const dividends = dividendsPaid(rows);
  const replaced = await before.where("session", { from }).columns("ticker", "occurrence") as unknown as {
    ticker: string[];
    occurrence: Float64Array;
  };
  const gone = old.filter(({ session }) => session >= from);
  const repeatedBefore = numberOf(metadata.repeated_events);
  if (needsAttention || (repeatedBefore > 0 && replaced.ticker.length > 0)) return null;
  const tickers = await Promise.all([outs.splits!, outs.dividends!].map((out) => tickersFrom(out, from)));
  const pairs: [readonly string[], readonly string[]][] = [
    [replaced.ticker, rows.ticker],
    [tickers[0]!, splits.ticker],
    [tickers[1]!, dividends.ticker],
    [gone.map(({ ticker }) => ticker), [...misdated, ...unusable].map(({ ticker }) => ticker)],
  ];
  if (pairs.some(([some, left]) => !new Set(some).isSubsetOf(new Set(left)))) return null;

  const kept = old.filter(({ session }) => session < from);
  const goneMisdated = gone.filter(isMisdated);
  const goneUnusable = gone.length - goneMisdated.length;
  const firsts = (numbers: Iterable<number>) => [...numbers].reduce((sum, number) => sum + Number(number === 1), 0);
  const occurrencesOf = (some: readonly Rejected[]) => some.map(({ occurrence }) => occurrence);
  const newCells = firsts(rows.occurrence) + firsts(occurrencesOf(misdated));
  const goneCells = firsts(replaced.occurrence) + firsts(occurrencesOf(goneMisdated));
  return {
    from,
    rows,
    splits,
    dividends,
    rejected: [...misdated, ...unusable],
    counts: {
      repeatedEvents: repeatedBefore + repeated,
      receivedCells: numberOf(metadata.received_cells) - goneCells + newCells,
      usableCells: numberOf(metadata.usable_cells) - (replaced.ticker.length - goneUnusable) +
        rows.ticker.length - unusable.length,
      received: numberOf(rejectedBefore.received) - replaced.ticker.length - goneMisdated.length +
        rows.ticker.length + misdated.length,
      dividendTickers: dividends.ticker.length + tickers[1]!.length === 0
        ? numberOf(paidBefore.tickers)
        : await tickersPaid(outs.dividends!, { from, more: dividends.ticker }),
    },
    allRejected: [
      ...inOrder([...kept.filter(isMisdated), ...misdated]),
      ...inOrder([...kept.filter((row) => !isMisdated(row)), ...unusable]),
    ],
    missing: withoutBars([...[...earlier.keys()].filter((date) => !faults.has(date)), ...dated.session], calendar),
    dated,
  };
}

async function rejectedRows(input: Input<Record<string, unknown>>): Promise<Rejected[]> {
  if (input.rowCount === 0) return [];
  const { ticker, session, occurrence, reason } = await input.columns(
    "ticker",
    "session",
    "occurrence",
    "reason",
  ) as unknown as { ticker: string[]; session: string[]; occurrence: Float64Array; reason: string[] };
  return ticker.map((one, i) => ({
    ticker: one,
    session: session[i]!,
    occurrence: occurrence[i]!,
    reason: reason[i]!,
  }));
}

/** By {@link datedInSessions}, and not for its values. */
function isMisdated({ reason }: Pick<Rejected, "reason">): boolean {
  return reason.startsWith("is dated ");
}

/** Whether the bars of the same earlier dates are rejected for these dates as before. */
function areSameDates(
  faults: ReadonlyMap<string, string>,
  rejected: readonly Rejected[],
  { before, dates }: { before: string; dates: readonly string[] },
): boolean {
  const now = new Set(
    dates.filter((date) => date < before && faults.has(date)).map((date) => `${date} ${faults.get(date)}`),
  );
  const then = new Set(
    rejected.filter((row) => row.session < before && isMisdated(row)).map(({ session, reason }) =>
      `${session} ${reason}`
    ),
  );
  return now.symmetricDifference(then).size === 0;
}

/** Whether an event from a date on has another one of its ticker within days before it. */
function hasEventNearby(bars: BarColumns, from: string): boolean {
  const { ticker, session } = bars;
  let last = -1;
  for (let i = 0; i < ticker.length; i++) {
    if (splitAt(bars, i) === 1 && dividendAt(bars, i) === 0) continue;
    const isNearby = last >= 0 && session[i]! >= from && ticker[last] === ticker[i] && session[last] !== session[i] &&
      isNear(session[last]!, session[i]!);
    if (isNearby) return true;
    last = i;
  }
  return false;
}

async function tickersFrom(input: Input<Record<string, unknown>>, from: string): Promise<string[]> {
  if (input.rowCount === 0) return [];
  const { ticker } = await input.where("session", { from }).columns("ticker");
  return ticker as unknown as string[];
}

function numberOf(value: MetadataValue | undefined): number {
  return value?.type === "number" ? value.value : 0;
}

/** In the order of bars. */
function inOrder(rows: readonly Rejected[]): Rejected[] {
  const compared = (a: string, b: string) => a === b ? 0 : a < b ? -1 : 1;
  return rows.toSorted((a, b) =>
    compared(a.ticker, b.ticker) || compared(a.session, b.session) || a.occurrence - b.occurrence
  );
}
