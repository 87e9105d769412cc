import { walkForwardDaily } from "../assets/views.ts";
import { deviationsOf, type PairFormation } from "./pair_formation.ts";
import type { PairTrade } from "./pair_backtest.ts";
import type { PairCloses, PairRecord } from "./pair_record.ts";
import type { PairDay, PairWindow, WalkForward } from "./pair_walk_forward.ts";
import { whyOf } from "./pair_reason.ts";

/** The spread in deviations, with the levels of the strategy. */
export interface SpreadLevels {
  z: number;
  /** `null` if the strategy has no such level; likewise the next two. */
  entryZ: number | null;
  exitZ: number | null;
  stopZ: number | null;
}

/** Shares of a leg for a notional. */
export interface LegSize {
  ticker: string;
  /** Whole shares, negative if sold short; without a position, those of a bought spread. */
  shares: number;
  /** USD, the last close. */
  close: number;
}

/** An open position. */
export interface OpenPosition {
  entry: string;
  /** USD as traded, by leg; `null` if not recorded. */
  entryPrices: readonly [number, number] | null;
  /** Gain so far, after costs, as a fraction of both legs' value at entry; `null` if not recorded. */
  unrealized: number | null;
  sessions: number;
}

/** Decision on a pair at a close: signal, position, and reason. */
export interface PairDecision {
  /** An order fills next, a position is kept, nothing is held, or there is no signal. */
  state: "act" | "held" | "flat" | "none";
  signal: string;
  /** The session of the close; `null` without a signal. */
  session: string | null;
  /** One sentence. */
  why: string;
  levels: SpreadLevels | null;
  position: -1 | 0 | 1;
  /** Spreads to hold after the next fill. */
  target: -1 | 0 | 1;
  open: OpenPosition | null;
  /** Sessions, of the formation's spread. */
  halfLife: number | null;
  /** Sessions after which a position is closed; `null` without such a rule. */
  timeStopSessions: number | null;
  /** By leg; `null` without a hedge ratio. */
  legs: readonly [LegSize, LegSize] | null;
  /** USD of both legs at which one of them reaches 1 % of its median dollar volume; `null` if unknown. */
  maxNotional: number | null;
}

/**
 * Decision on a pair at the newest close.
 *
 * A pair has a signal if its newest trading window is the current one. For another pair the decision has no signal, but the
 * reason and the spread by `formation`.
 */
export function decisionOf(
  record: PairRecord,
  { formation, notional }: { formation: PairFormation | null; notional: number },
): PairDecision {
  const { walkForward, tested } = record;
  const current = walkForward && isCurrent(walkForward) ? walkForward : null;
  if (!current) {
    return {
      state: "none",
      signal: "No signal",
      session: null,
      why: whyNoSignal(record),
      levels: standing(record, formation),
      position: 0,
      target: 0,
      open: null,
      halfLife: walkForward?.windows.at(-1)?.halfLife ?? tested?.half_life ?? null,
      timeStopSessions: null,
      legs: legSizes(record, { formation, notional, day: null, side: 0 }),
      maxNotional: tested?.max_notional ?? null,
    };
  }
  const day = current.days.at(-1)!;
  const window = current.windows.at(-1)!;
  const [position, target] = [sideOf(day.position), sideOf(day.target)];
  const { timeStopHalfLives } = current.settings;
  const timeStopSessions = timeStopHalfLives === null ? null : Math.max(1, timeStopHalfLives * window.halfLife);
  const levels = levelsOf(current, standing(record, formation)?.z ?? null);
  return {
    state: target !== position ? "act" : position !== 0 ? "held" : "flat",
    signal: signalOf(day),
    session: day.session,
    why: whyOf(day, {
      strategy: current.strategy,
      settings: current.settings,
      window,
      timeStopSessions,
      rank: record.rank,
    }),
    levels,
    position,
    target,
    open: position === 0 ? null : openOf(current.trades.findLast(({ exit }) => exit === null)),
    halfLife: window.halfLife,
    timeStopSessions,
    legs: legSizes(record, { formation, notional, day, side: target !== 0 ? target : position }),
    maxNotional: tested?.max_notional ?? null,
  };
}

/** Whether the pair's newest window is traded in the newest session. */
function isCurrent({ days, newestSession }: WalkForward): boolean {
  return newestSession === null || days.at(-1)!.session >= newestSession;
}

function sideOf(spreads: number): -1 | 0 | 1 {
  return Math.sign(spreads) as -1 | 0 | 1;
}

function signalOf({ position, target, signal }: PairDay): string {
  const side = (spreads: number) => spreads > 0 ? "long" : "short";
  if (target === position) return position === 0 ? "Flat" : `Hold ${side(position)}`;
  if (position === 0) return `Enter ${side(target)}`;
  if (target === 0) return signal === "stop" ? "Stop out" : "Exit";
  return `Reverse to ${side(target)}`;
}

/** Levels of the newest decision in the newest window; `z` is the spread by the formation, for a day without a decision. */
export function levelsOf(
  { days, windows }: Pick<WalkForward, "days" | "windows">,
  z: number | null,
): SpreadLevels | null {
  const day = days.at(-1)!;
  const decided = days.findLast((one) => one.z !== null && one.session >= windows.at(-1)!.tradingFirst);
  const known = day.z ?? z;
  if (known === null) return null;
  return { z: known, entryZ: decided?.entryZ ?? null, exitZ: decided?.exitZ ?? null, stopZ: decided?.stopZ ?? null };
}

/** The last closes in deviations of the formation, without levels. */
function standing({ closes }: PairRecord, formation: PairFormation | null): SpreadLevels | null {
  if (closes === null || formation === null) return null;
  return { z: lastDeviations(formation, closes), entryZ: null, exitZ: null, stopZ: null };
}

/** The last closes in deviations of the formation. */
export function lastDeviations(formation: PairFormation, { first, second }: PairCloses): number {
  return deviationsOf(formation, first.at(-1)!, second.at(-1)!);
}

function whyNoSignal({ walkForward, pinned, rank, tested, sources }: PairRecord): string {
  if (!sources.has(walkForwardDaily.key)) return "The walk-forward backtest has not been materialized yet.";
  const last = walkForward?.windows.at(-1);
  if (last) {
    return `The pair is currently in no trading window: the last one ended ${last.tradingLast}.`;
  }
  if (pinned) return "The pair is pinned by hand, but no trading window of the walk-forward contains it.";
  if (rank !== null) {
    return `The pair is number ${rank} of the chosen pairs, but not in the current trading window.`;
  }
  return tested?.accepted
    ? "The tests accept the pair, but no trading window of the walk-forward chose it."
    : "No trading window of the walk-forward chose the pair.";
}

function openOf(trade: PairTrade | undefined): OpenPosition | null {
  if (!trade) return null;
  const { entry, entryPrices, shares, pnl, costs, sessions } = trade;
  const gross = entryPrices && shares && entryPrices.reduce((sum, price, i) => sum + price * Math.abs(shares[i]!), 0);
  const unrealized = gross && pnl !== null ? (pnl - (costs ?? 0)) / gross : null;
  return { entry, entryPrices, unrealized, sessions };
}

/**
 * Whole shares of each leg for a notional of both together, at the last closes.
 *
 * Uses the day's hedge ratio, converted from shares at the end of the formation by the splits since then.
 */
function legSizes(
  { tickers, closes, walkForward, events }: PairRecord,
  { formation, notional, day, side }: {
    formation: PairFormation | null;
    notional: number;
    day: PairDay | null;
    side: -1 | 0 | 1;
  },
): PairDecision["legs"] {
  if (closes === null) return null;
  const [close1, close2] = [closes.first.at(-1)!, closes.second.at(-1)!];
  const window: PairWindow | undefined = walkForward?.windows.at(-1);
  const since = window?.formationLast ?? "";
  const splitOf = (leg: string) =>
    events.reduce(
      (product, { ticker, session, kind, value }) =>
        kind === "split" && ticker === leg && session > since ? product * value : product,
      1,
    );
  const ratio = day?.hedgeRatio != null
    ? day.hedgeRatio * splitOf(tickers[0]) / splitOf(tickers[1])
    : formation?.slope ?? null;
  if (ratio === null) return null;
  const direction = side === 0 ? 1 : side;
  const neutral = walkForward?.settings.sizing === "dollar_neutral";
  const units = neutral ? notional / 2 / close2 : notional / (Math.abs(ratio) * close1 + close2);
  const against = neutral ? notional / 2 / close1 : units * ratio;
  return [
    { ticker: tickers[0], shares: whole(-direction * against), close: close1 },
    { ticker: tickers[1], shares: whole(direction * units), close: close2 },
  ];
}

/** Replaces negative zero. */
function whole(shares: number): number {
  return Math.round(shares) || 0;
}
