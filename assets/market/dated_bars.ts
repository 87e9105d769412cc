import type { SourceCalendar } from "../../resources/exchange_calendar/mod.ts";
import type { Clock } from "../../resources/clock.ts";
import type { UnusableRow } from "../../resources/market_data/mod.ts";
import { type BarColumns, dividendAt, type RejectedBarRow, rejection, splitAt } from "./bar_judgement.ts";

/** Days without a bar that separate groups of dates. */
const GAP_DAYS = 60;
/** A group of dates with a smaller share of all bars is stray. */
const STRAY_SHARE = 0.01;
const DAY_MS = 86_400_000;

/** Today's date in a calendar's time zone. */
export function todayIn({ timeZone }: SourceCalendar, clock: Clock): string {
  return clock.now().toZonedDateTimeISO(timeZone).toPlainDate().toString();
}

/**
 * Separates bars dated in sessions from others, regardless of their values.
 *
 * A bar is rejected if it is dated after today, on a date without a session in the calendar, or far from all others: a few bars
 * with two months without any bar on both sides. `faults` has the reason by date, of the dates of all bars.
 *
 * @param options.today Later dates are in the future.
 * @param options.others Numbers of further bars by session, which are not among `bars`.
 * @param options.onLostEvent Called with each split and dividend of a rejected bar, which takes effect in no session. Events
 * dated after today are not lost: they may still take effect.
 */
export function datedInSessions<Bars extends BarColumns>(
  bars: Bars,
  { calendar, today, others, onLostEvent }: {
    calendar: SourceCalendar;
    today: string;
    others?: ReadonlyMap<string, number>;
    onLostEvent?: (event: UnusableRow) => void;
  },
): { dated: Bars; rejected: RejectedBarRow[]; faults: ReadonlyMap<string, string> } {
  const counts = new Map(others);
  for (const session of bars.session) counts.set(session, (counts.get(session) ?? 0) + 1);
  const faults = new Map<string, string>();
  for (const session of counts.keys()) {
    const fault = session > today ? "is dated after today" : calendar.faultOf(session);
    if (fault === undefined) continue;
    faults.set(session, fault);
    counts.delete(session);
  }
  for (const session of strays(counts)) faults.set(session, "is dated far from every other bar");
  if (faults.size === 0) return { dated: bars, rejected: [], faults };
  const rejected: RejectedBarRow[] = [];
  const kept: number[] = [];
  bars.session.forEach((session, i) => {
    const fault = faults.get(session);
    if (fault === undefined) kept.push(i);
    else {
      rejected.push(rejection(bars, i, fault));
      if (session > today) return;
      const [split, dividend] = [splitAt(bars, i), dividendAt(bars, i)];
      const lost = [...split === 1 ? [] : [`split of ${split}`], ...dividend === 0 ? [] : [`dividend of ${dividend}`]];
      if (lost.length === 0) return;
      const reason = `its ${lost.join(" and its ")} counts in no session, for the bar ${fault}`;
      onLostEvent?.({ ticker: bars.ticker[i]!, session, place: `bar of ${session}`, reason });
    }
  });
  return { dated: picked(bars, kept), rejected, faults };
}

/** Dates far from the others and with very few bars. */
function strays(counts: ReadonlyMap<string, number>): string[] {
  const dates = [...counts.keys()].sort();
  const groups: { dates: string[]; bars: number }[] = [];
  let before = -Infinity;
  for (const date of dates) {
    const day = Date.parse(date) / DAY_MS;
    if (day - before > GAP_DAYS) groups.push({ dates: [], bars: 0 });
    before = day;
    const group = groups.at(-1)!;
    group.dates.push(date);
    group.bars += counts.get(date)!;
  }
  const total = groups.reduce((sum, { bars }) => sum + bars, 0);
  return groups.filter(({ bars }) => bars < STRAY_SHARE * total).flatMap((group) => group.dates);
}

/** Selected rows of all columns. */
export function picked<Bars extends BarColumns>(bars: Bars, rows: readonly number[]): Bars {
  const columns = Object.entries(bars) as [string, readonly string[] | Float64Array][];
  return Object.fromEntries(columns.map(([name, column]) => [
    name,
    column instanceof Float64Array ? Float64Array.from(rows, (i) => column[i]!) : rows.map((i) => column[i]!),
  ])) as unknown as Bars;
}
