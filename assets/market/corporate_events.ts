import { type BarColumns, barFault, dividendAt, type SessionEvent, sessionEvents, splitAt } from "./bar_judgement.ts";

/** An event repeated within this many days, with equal ratio or amount, is the same event. */
export const repeatedWithinDays = 5;
/** Relative tolerance of equal ratios. Sources round: 1.4869999 and 1.487 are the same. */
const SAME_RATIO = 1e-3;
/** The smallest ratio visible in prices among ordinary daily moves. */
const VISIBLE_RATIO = 1.25;

/** A split as reported by a source. */
export interface ReportedSplit {
  ticker: string;
  session: string;
  /** New shares for one old. */
  ratio: number;
  /** Location in the source. */
  place: string;
}

/** A cash dividend as reported by a source. */
export interface ReportedDividend {
  ticker: string;
  session: string;
  /** USD a share. */
  cash: number;
  /** The kind named by the source; `null` for none. */
  kind: string | null;
  place: string;
}

/**
 * Returns the move of an unadjusted price into a session: the last price before the session divided by the first one from the
 * session on, and the session of the latter. `null` if either price is missing.
 */
export type MoveInto = (ticker: string, session: string) => { ratio: number; session: string } | null;

/** Called with each event that contradicts another one of its source. */
type OnContradiction = (row: { ticker: string; session: string; place: string; reason: string }) => void;

/** Events after resolution, one for each ticker and session, in this order; and the number of repeated reports. */
export interface Settled<Event> {
  events: Event[];
  repeated: number;
}

/**
 * Resolves the splits reported by a source.
 *
 * - Splits with equal ticker, session and ratio are one split.
 * - Of differing ratios in a session, or their product, the one that fits prices best is used; without prices, the product.
 *   Each is reported as a contradiction.
 * - A split repeated within {@link repeatedWithinDays} is one split. Prices decide in which session it happened, or, if they
 *   moved in both, that there were two, which is reported as a contradiction; without prices the first is used.
 */
export function settledSplits(
  reported: readonly ReportedSplit[],
  { moveInto, onContradiction }: { moveInto: MoveInto; onContradiction: OnContradiction },
): Settled<{ ticker: string; session: string; ratio: number }> {
  const settled: { ticker: string; session: string; ratio: number }[] = [];
  let repeated = 0;
  for (const splits of bySession(reported)) {
    const { ticker, session } = splits[0]!;
    const ratios: number[] = [];
    for (const { ratio } of splits) if (!ratios.some((known) => isSame(known, ratio))) ratios.push(ratio);
    const move = ratios.length > 1 ? moveInto(ticker, session) : null;
    const ratio = ratios.length === 1 ? ratios[0]! : likeliest(ratios, move?.ratio);
    if (ratios.length > 1) {
      const reason = `one of the differing splits ${ratios.join(", ")} of a session: ${ratio} is applied, ${
        move ? "which fits the prices best" : "all of them, because there are no prices to compare with"
      }`;
      for (const { place } of splits) onContradiction({ ticker, session, place, reason });
    } else repeated += splits.length - 1;

    const before = settled.at(-1);
    const isTwice = before?.ticker === ticker && isSame(before.ratio, ratio) && isNear(before.session, session);
    if (!isTwice) settled.push({ ticker, session, ratio });
    else {
      const [first, second] = [moveInto(ticker, before.session), moveInto(ticker, session)];
      const apart = first?.session !== second?.session;
      const [inFirst, inSecond] = [apart && shows(ratio, first?.ratio), apart && shows(ratio, second?.ratio)];
      if (inFirst && inSecond) {
        settled.push({ ticker, session, ratio });
        const reason = `the same split as on ${before.session}; prices moved in both sessions, so both are applied`;
        onContradiction({ ticker, session, place: splits[0]!.place, reason });
      } else {
        repeated++;
        if (inSecond) before.session = session;
      }
    }
  }
  // Differing ratios can cancel each other.
  return { events: settled.filter(({ ratio }) => ratio !== 1), repeated };
}

/** Date ranges of splits whose resolution requires prices. */
export function splitsInDoubt(reported: readonly ReportedSplit[]): { ticker: string; from: string; to: string }[] {
  const spans = new Map<string, { ticker: string; from: string; to: string }>();
  let before: ReportedSplit | undefined;
  for (const split of inOrder(reported)) {
    if (
      before?.ticker === split.ticker && isNear(before.session, split.session) &&
      !(before.session === split.session && isSame(before.ratio, split.ratio))
    ) {
      const from = spans.get(split.ticker)?.from ?? before.session;
      spans.set(split.ticker, { ticker: split.ticker, from, to: split.session });
    }
    before = split;
  }
  return [...spans.values()];
}

/**
 * Resolves the dividends reported by a source to one sum for each ticker and session.
 *
 * Equal amounts of the same kind count once in a session, and once within {@link repeatedWithinDays}, in the first session.
 * Differing amounts in a session are added; if they are of one kind, each is reported as a contradiction.
 */
export function settledDividends(
  reported: readonly ReportedDividend[],
  { onContradiction }: { onContradiction: OnContradiction },
): Settled<{ ticker: string; session: string; cash: number }> {
  const events: { ticker: string; session: string; cash: number }[] = [];
  let repeated = 0;
  let counted: ReportedDividend[] = [];
  for (const dividends of bySession(reported)) {
    const { ticker, session } = dividends[0]!;
    counted = counted.filter((one) => one.ticker === ticker && isNear(one.session, session));
    const fresh: ReportedDividend[] = [];
    for (const dividend of dividends) {
      const isRepeated = [...counted, ...fresh].some((one) =>
        one.cash === dividend.cash && (one.kind === dividend.kind || one.kind === null || dividend.kind === null)
      );
      if (isRepeated) repeated++;
      else fresh.push(dividend);
    }
    if (fresh.length === 0) continue;
    counted.push(...fresh);
    events.push({ ticker, session, cash: fresh.reduce((sum, { cash }) => sum + cash, 0) });
    for (const alike of Map.groupBy(fresh, ({ kind }) => kind).values()) {
      if (alike.length === 1) continue;
      const reason = `one of the differing dividends ${
        alike.map(({ cash }) => cash).join(", ")
      } of a session: all count`;
      for (const { place } of alike) onContradiction({ ticker, session, place, reason });
    }
  }
  return { events, repeated };
}

/**
 * Bars with resolved events in the columns `split` and `dividend`, by {@link settledSplits} and {@link settledDividends}. Events
 * of the used bar count, and those of bars with equal prices: joining bars with a table of events repeats a bar for each event.
 * Prices decide between differing splits; of differing dividends the first counts. Each is reported. If nothing changes, the
 * given bars are returned.
 *
 * @param bars In order of ticker, session and occurrence.
 */
export function withSettledEvents<Bars extends BarColumns>(
  bars: Bars,
  options: { onContradiction: OnContradiction },
): { bars: Bars; repeated: number } {
  const groups = eventGroups(bars);
  const splits = settledSplits(
    groups.flatMap(({ identity, splits }) => splits.map((ratio) => ({ ...identity, ratio }))),
    { moveInto: movesOf(bars), ...options },
  );
  const dividends = settledDividends(
    groups.flatMap(({ identity, dividends }) =>
      dividends.slice(0, 1).map((cash) => ({ ...identity, cash, kind: null }))
    ),
    options,
  );
  for (const { identity, dividends: [first, ...others] } of groups) {
    for (const cash of others) {
      options.onContradiction({
        ...identity,
        reason: `its dividend is ${first}, and ${cash} in another row: the first counts`,
      });
    }
  }
  const keyOf = ({ ticker, session }: { ticker: string; session: string }) => `${ticker} ${session}`;
  const ratioOf = new Map(splits.events.map((event) => [keyOf(event), event.ratio]));
  const cashOf = new Map(dividends.events.map((event) => [keyOf(event), event.cash]));
  const repeated = splits.repeated + dividends.repeated;
  const [split, dividend] = [bars.split.slice(), bars.dividend.slice()];
  let isChanged = false;
  for (const { first, end, used, reported, identity } of groups) {
    const [ratio, cash] = [ratioOf.get(keyOf(identity)) ?? 1, cashOf.get(keyOf(identity)) ?? 0];
    if (reported.split !== ratio) {
      isChanged = true;
      split.fill(1, first, end)[used] = ratio;
    }
    if (reported.dividend !== cash) {
      isChanged = true;
      dividend.fill(0, first, end)[used] = cash;
    }
  }
  return { bars: isChanged ? { ...bars, split, dividend } : bars, repeated };
}

/** The bars of one ticker and session with at least one event. */
interface EventGroup {
  identity: { ticker: string; session: string; place: string };
  first: number;
  end: number;
  /** The accepted bar, or the first one if none is usable. */
  used: number;
  /** By {@link sessionEvents}. */
  reported: Pick<SessionEvent, "split" | "dividend">;
  /** Distinct ratios. */
  splits: number[];
  dividends: number[];
}

function eventGroups(bars: BarColumns): EventGroup[] {
  const { ticker, session, occurrence } = bars;
  const events = sessionEvents(bars);
  let next = 0;
  const groups: EventGroup[] = [];
  for (let first = 0, end: number; first < ticker.length; first = end) {
    for (end = first + 1; end < ticker.length && occurrence[end]! > 1;) end++;
    const event = events[next]?.bar === first ? events[next++] : undefined;
    if (end === first + 1 && event === undefined) continue;
    const reported = event ?? { split: 1, dividend: 0 };
    const splits = reported.split === 1 ? [] : [reported.split];
    const dividends = reported.dividend === 0 ? [] : [reported.dividend];
    let used = -1;
    for (let i = first; i < end; i++) {
      if (used >= 0) {
        if (!haveSamePrices(bars, i, used)) continue;
        const [split, dividend] = [splitAt(bars, i), dividendAt(bars, i)];
        if (split !== 1 && !splits.includes(split)) splits.push(split);
        if (dividend !== 0 && !dividends.includes(dividend)) dividends.push(dividend);
      } else if (barFault(bars, i) === undefined) used = i;
    }
    if (splits.length + dividends.length === 0) continue;
    const identity = { ticker: ticker[first]!, session: session[first]!, place: `bar of ${session[first]}` };
    groups.push({ identity, first, end, used: Math.max(used, first), reported, splits, dividends });
  }
  return groups;
}

function haveSamePrices({ open, high, low, close }: BarColumns, i: number, other: number): boolean {
  return [open, high, low, close].every((prices) => Object.is(prices[i], prices[other]));
}

/** The move of one ticker's closes into a session, by {@link MoveInto}. @param closes Usable ones, in order of session. */
export function moveAmong(
  closes: readonly { session: string; close: number }[],
  session: string,
): ReturnType<MoveInto> {
  const at = closes.findIndex((one) => one.session >= session);
  return at < 1 ? null : { ratio: closes[at - 1]!.close / closes[at]!.close, session: closes[at]!.session };
}

/** The moves of usable closes, collected by ticker on demand. */
function movesOf(bars: BarColumns): MoveInto {
  const closesOf = new Map<string, { session: string; close: number }[]>();
  return (ticker, session) => {
    let closes = closesOf.get(ticker);
    if (closes === undefined) {
      closesOf.set(ticker, closes = []);
      for (let i = bars.ticker.indexOf(ticker); bars.ticker[i] === ticker; i++) {
        if (barFault(bars, i) === undefined) closes.push({ session: bars.session[i]!, close: bars.close[i]! });
      }
    }
    return moveAmong(closes, session);
  };
}

/** The ratio, or the product of all, closest to a move; the product without a move. */
function likeliest(ratios: readonly number[], move: number | undefined): number {
  const product = ratios.reduce((all, ratio) => all * ratio, 1);
  if (move === undefined) return isSame(product, 1) ? 1 : product;
  const distance = (ratio: number) => Math.abs(Math.log(move / ratio));
  return [...ratios, product].reduce((best, ratio) => distance(ratio) < distance(best) ? ratio : best);
}

/** Whether a move is closer to a split of this ratio than to no change. */
function shows(ratio: number, move: number | undefined): boolean {
  if (move === undefined || Math.abs(Math.log(ratio)) < Math.log(VISIBLE_RATIO)) return false;
  return Math.abs(Math.log(move / ratio)) < Math.abs(Math.log(move));
}

function isSame(a: number, b: number): boolean {
  return Math.abs(a - b) <= SAME_RATIO * Math.max(Math.abs(a), Math.abs(b));
}

/** Whether an event may repeat one of an earlier session. */
export function isNear(session: string, later: string): boolean {
  return daysBetween(session, later) <= repeatedWithinDays;
}

export function daysBetween(session: string, later: string): number {
  return (Date.parse(later) - Date.parse(session)) / 86_400_000;
}

function inOrder<Event extends { ticker: string; session: string }>(reported: readonly Event[]): Event[] {
  return reported.toSorted((a, b) =>
    a.ticker === b.ticker ? (a.session < b.session ? -1 : a.session > b.session ? 1 : 0) : a.ticker < b.ticker ? -1 : 1
  );
}

/** Events grouped by ticker and session, in this order. */
function bySession<Event extends { ticker: string; session: string }>(reported: readonly Event[]): Event[][] {
  return [...Map.groupBy(inOrder(reported), ({ ticker, session }) => `${ticker} ${session}`).values()];
}
