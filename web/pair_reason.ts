import { counted, decimal } from "./figures.ts";
import type { PairDay, PairWindow, TradingSettings } from "./pair_walk_forward.ts";
import { strategyTitle } from "./strategy_words.ts";

/** Strategies that also decide by a trend or a forecast, besides the levels. */
const judges: Readonly<Record<string, string>> = {
  rolling_trend: "trend",
  forecast_trend: "forecast",
  forecast_band: "forecast",
};

/** Explains the decision at a close in one sentence. */
export function whyOf(
  day: PairDay,
  { strategy, settings, window, timeStopSessions, rank }: {
    strategy: string;
    settings: TradingSettings;
    window: PairWindow;
    /** Sessions after which a position is closed; `null` without such a rule. */
    timeStopSessions: number | null;
    /** Rank among the currently chosen pairs; `null` if it is not chosen. */
    rank: number | null;
  },
): string {
  const name = strategyTitle(strategy);
  const judge = judges[strategy];
  const where = placeOf(day);
  switch (day.signal) {
    case "no_bar":
      return "A leg had no bar in this session: no decision.";
    case "not_traded":
      return `${name} does not trade the pair in this window: its formation allows no fit${
        settings.maxHalfLifeOfWindow === null
          ? "."
          : `, or its half-life of ${decimal(window.halfLife, 1)} sessions is too long for the window.`
      }`;
    case "window_end":
      return `The trading window ended with this session: positions are closed and pairs are chosen again${
        rank === null ? "." : `; this one is number ${rank} of the newest selection.`
      }`;
    case "stopped_trading":
      return "A leg has stopped trading: the position is closed.";
    case "enter_long":
    case "enter_short": {
      const short = day.signal === "enter_short";
      const action = short ? "sells the spread" : "buys the spread";
      if (day.entryZ === null) {
        return `${where}, and the whole forecast interval is ${short ? "below" : "above"} it: ${name} ${action}.`;
      }
      const filter = judge === "trend"
        ? ", and its trend does not diverge further"
        : judge
        ? ", and the forecast reverts"
        : "";
      return `${where}, beyond the entry at ±${decimal(day.entryZ, 2)}${filter}: ${name} ${action}.`;
    }
    case "exit":
      return judge
        ? `${where}, and the ${judge} turned against the position.`
        : `${where}: back at the exit at ±${level(day.exitZ)}.`;
    case "stop":
      return `${where}: an exit rule closes the position${stops(day, timeStopSessions)}.`;
    default:
      return whyHold(day, { where, judge });
  }
}

/** No change: a position is kept, or none is entered. */
function whyHold(day: PairDay, { where, judge }: { where: string; judge: string | undefined }): string {
  const { z, entryZ, exitZ, stopZ, target } = day;
  if (target !== 0) {
    return judge
      ? `${where}; the ${judge} has not turned against the position.`
      : `${where}: the exit at ±${level(exitZ)} is not reached.`;
  }
  if (entryZ === null) return `${where}, and the forecast interval contains the current spread: no entry.`;
  const beyond = z !== null && Math.abs(z) > entryZ;
  if (!beyond) return `${where}, inside the entry at ±${decimal(entryZ, 2)}: no entry.`;
  if (stopZ !== null && Math.abs(z) >= stopZ) {
    return `${where}, beyond the stop at ±${decimal(stopZ, 2)}: no entry.`;
  }
  return `${where}, beyond the entry, but ${
    judge
      ? `the ${judge} does not revert, or a position on this side was stopped out`
      : "a position on this side was stopped out"
  }: no entry.`;
}

function placeOf({ z }: PairDay): string {
  if (z === null) return "The spread has no z-score";
  return `The spread is ${decimal(Math.abs(z), 2)} deviations ${z < 0 ? "below" : "above"} its mean`;
}

function level(value: number | null): string {
  return value === null ? "–" : decimal(value, 2);
}

function stops({ stopZ }: PairDay, timeStopSessions: number | null): string {
  const rules = [
    ...stopZ === null ? [] : [`${decimal(stopZ, 2)} deviations`],
    ...timeStopSessions === null ? [] : [counted(Math.ceil(timeStopSessions), "session")],
  ];
  return rules.length === 0 ? "" : ` (at ${rules.join(" or after ")})`;
}
