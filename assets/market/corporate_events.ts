import { type BarColumns, barFault, dividendAt, type SessionEvent, sessionEvents, splitAt } from "./bar_judgement.ts";

/** An event that a source tells again within so many days, for the same shares and of the same size, is the same event. */
export const repeatedWithinDays = 5;
/** Sources round: 1.4869999 and 1.487 are one ratio. */
const SAME_RATIO = 1e-3;
/** Ordinary days move prices too: only a split of this size or more shows in them. */
const VISIBLE_RATIO = 1.25;

/** A split as a source tells of it. */
export interface ToldSplit {
  ticker: string;
  session: string;
  /** New shares for one old. */
  ratio: number;
  /** Where the source has it. */
  place: string;
}

/** A cash dividend as a source tells of it. */
export interface ToldDividend {
  ticker: string;
  session: string;
  /** USD a share. */
  cash: number;
  /** The source's word for its kind; `null` where it has none. */
  kind: string | null;
  place: string;
}

/**
 * How an unadjusted price moved into a session: the price before it divided by the first from it on, and the session of that one.
 * `null` where there is no price on one of the sides.
 */
export type MoveInto = (ticker: string, session: string) => { ratio: number; session: string } | null;

/** Called with each event that contradicts another one of its source. */
type OnContradiction = (row: { ticker: string; session: string; place: string; reason: string }) => void;

/** Events that count, in order of ticker and session, one for each of these; and how many of those told repeat another. */
export interface Settled<Event> {
  events: Event[];
  repeated: number;
}

/**
 * The splits that happened, of those that a source tells of.
 *
 * - Splits of one ticker, session and ratio are one split.
 * - Of differing ratios in one session, prices tell which holds, or whether all do, their product; without prices all hold. Each is
 *   told as a contradiction.
 * - A split that is told again within {@link repeatedWithinDays} is the same one. Prices tell in which of the sessions it happened, or,
 *   where they moved in both, that there were two, which is told as a contradiction; without prices the first counts.
 */
export function settledSplits(
  told: readonly ToldSplit[],
  { moveInto, onContradiction }: { moveInto: MoveInto; onContradiction: OnContradiction },
): Settled<{ ticker: string; session: string; ratio: number }> {
  const settled: { ticker: string; session: string; ratio: number }[] = [];
  let repeated = 0;
  for (const splits of bySession(told)) {
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

/** The spans of those splits of which prices have to tell when or whether they happened. */
export function splitsInDoubt(told: readonly ToldSplit[]): { ticker: string; from: string; to: string }[] {
  const spans = new Map<string, { ticker: string; from: string; to: string }>();
  let before: ToldSplit | undefined;
  for (const split of inOrder(told)) {
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
 * The dividends that were paid, of those that a source tells of: the sum for each ticker and session.
 *
 * The same cash of the same kind counts once, in one session and within {@link repeatedWithinDays}, then for the first session. Differing
 * cash in one session is added up; where it is of one kind, each is told as a contradiction.
 */
export function settledDividends(
  told: readonly ToldDividend[],
  { onContradiction }: { onContradiction: OnContradiction },
): Settled<{ ticker: string; session: string; cash: number }> {
  const events: { ticker: string; session: string; cash: number }[] = [];
  let repeated = 0;
  let counted: ToldDividend[] = [];
  for (const dividends of bySession(told)) {
    const { ticker, session } = dividends[0]!;
    counted = counted.filter((one) => one.ticker === ticker && isNear(one.session, session));
    const fresh: ToldDividend[] = [];
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
 * Bars whose columns `split` and `dividend` hold what counts of the events that they tell of: see {@link settledSplits} and
 * {@link settledDividends}. What a session's used bar tells counts, and what those tell that have its prices: a bar that was joined with a
 * table of events comes once for each. Of differing splits prices tell, of differing dividends the first counts, and each is told. Where
 * every bar tells what counts, they are the bars that were given.
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
  for (const { first, end, used, told, identity } of groups) {
    const [ratio, cash] = [ratioOf.get(keyOf(identity)) ?? 1, cashOf.get(keyOf(identity)) ?? 0];
    if (told.split !== ratio) {
      isChanged = true;
      split.fill(1, first, end)[used] = ratio;
    }
    if (told.dividend !== cash) {
      isChanged = true;
      dividend.fill(0, first, end)[used] = cash;
    }
  }
  return { bars: isChanged ? { ...bars, split, dividend } : bars, repeated };
}

/** The bars of one ticker and session, at least one of which tells of an event. */
interface EventGroup {
  identity: { ticker: string; session: string; place: string };
  first: number;
  end: number;
  /** The bar that is used, or the first where none can be. */
  used: number;
  /** As {@link sessionEvents} has them. */
  told: Pick<SessionEvent, "split" | "dividend">;
  /** Each once. */
  splits: number[];
  dividends: number[];
}

function eventGroups(bars: BarColumns): EventGroup[] {
  const { ticker, session, occurrence } = bars;
  const eventAt = new Map(sessionEvents(bars).map((event) => [event.bar, event]));
  const groups: EventGroup[] = [];
  for (let first = 0, end: number; first < ticker.length; first = end) {
    for (end = first + 1; end < ticker.length && occurrence[end]! > 1;) end++;
    if (end === first + 1 && !eventAt.has(first)) continue;
    const told = eventAt.get(first) ?? { split: 1, dividend: 0 };
    const splits = told.split === 1 ? [] : [told.split];
    const dividends = told.dividend === 0 ? [] : [told.dividend];
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
    groups.push({ identity, first, end, used: Math.max(used, first), told, splits, dividends });
  }
  return groups;
}

function haveSamePrices({ open, high, low, close }: BarColumns, i: number, other: number): boolean {
  return [open, high, low, close].every((prices) => Object.is(prices[i], prices[other]));
}

/** How one ticker's closes moved into a session, as {@link MoveInto}. @param closes Those that can be used, in order of session. */
export function moveAmong(
  closes: readonly { session: string; close: number }[],
  session: string,
): ReturnType<MoveInto> {
  const at = closes.findIndex((one) => one.session >= session);
  return at < 1 ? null : { ratio: closes[at - 1]!.close / closes[at]!.close, session: closes[at]!.session };
}

/** The moves of the closes that can be used. Looks for a ticker when it is asked for one. */
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

/** The ratio, or the product of all, that a move fits best; without a move the product. */
function likeliest(ratios: readonly number[], move: number | undefined): number {
  const product = ratios.reduce((all, ratio) => all * ratio, 1);
  if (move === undefined) return isSame(product, 1) ? 1 : product;
  const distance = (ratio: number) => Math.abs(Math.log(move / ratio));
  return [...ratios, product].reduce((best, ratio) => distance(ratio) < distance(best) ? ratio : best);
}

/** Whether a move is nearer to a split of this ratio than to an ordinary day. */
function shows(ratio: number, move: number | undefined): boolean {
  if (move === undefined || Math.abs(Math.log(ratio)) < Math.log(VISIBLE_RATIO)) return false;
  return Math.abs(Math.log(move / ratio)) < Math.abs(Math.log(move));
}

function isSame(a: number, b: number): boolean {
  return Math.abs(a - b) <= SAME_RATIO * Math.max(Math.abs(a), Math.abs(b));
}

function isNear(session: string, later: string): boolean {
  return (Date.parse(later) - Date.parse(session)) / 86_400_000 <= repeatedWithinDays;
}

function inOrder<Event extends { ticker: string; session: string }>(told: readonly Event[]): Event[] {
  return told.toSorted((a, b) =>
    a.ticker === b.ticker ? (a.session < b.session ? -1 : a.session > b.session ? 1 : 0) : a.ticker < b.ticker ? -1 : 1
  );
}

/** Events of each ticker and session, in this order. */
function bySession<Event extends { ticker: string; session: string }>(told: readonly Event[]): Event[][] {
  return [...Map.groupBy(inOrder(told), ({ ticker, session }) => `${ticker} ${session}`).values()];
}
