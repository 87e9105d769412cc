import type { LegBars } from "../../../quant/backtest/leg_bars.ts";
import { pseudoRandom } from "../../support/pseudo_random.ts";

/** Bars of two legs on common sessions. */
export interface GeneratedPair {
  sessions: string[];
  leg1: Required<LegBars>;
  leg2: Required<LegBars>;
}

/** Standard normal numbers from `random`, by Box and Muller. */
export function normals(random: () => number): () => number {
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** `count` weekdays from 2020-01-01 on. */
export function weekdays(count: number): string[] {
  const sessions: string[] = [];
  for (let day = Date.UTC(2020, 0, 1); sessions.length < count; day += 86_400_000) {
    if (new Date(day).getUTCDay() % 6 !== 0) sessions.push(new Date(day).toISOString().slice(0, 10));
  }
  return sessions;
}

/**
 * A cointegrated pair with opens: leg 1 is a random walk near 100, leg 2 follows it with slope 0.7 and a spread that reverts with a
 * half-life of about 7 sessions.
 */
export function generatedPair(seed: number, count: number): GeneratedPair {
  const normal = normals(pseudoRandom(seed));
  const column = () => new Float64Array(count);
  const leg = (): Required<LegBars> => ({
    open: column(),
    close: column(),
    split: column().fill(1),
    dividend: column(),
  });
  const leg1 = leg();
  const leg2 = leg();
  let walk = 100;
  let spread = 0;
  for (let t = 0; t < count; t++) {
    const step = (scale: number) => {
      walk *= Math.exp(0.005 * scale * normal());
      spread = spread * (1 - 0.1 * scale) + 0.5 * Math.sqrt(scale) * normal();
    };
    step(0.3);
    leg1.open[t] = walk;
    leg2.open[t] = 20 + 0.7 * walk + spread;
    step(0.7);
    leg1.close[t] = walk;
    leg2.close[t] = 20 + 0.7 * walk + spread;
  }
  return { sessions: weekdays(count), leg1, leg2 };
}

/** The pair with both legs' columns copied, so that a test can change them. */
export function copied({ sessions, leg1, leg2 }: GeneratedPair): GeneratedPair {
  const copy = (leg: Required<LegBars>) => ({
    open: leg.open.slice(),
    close: leg.close.slice(),
    split: leg.split.slice(),
    dividend: leg.dividend.slice(),
  });
  return { sessions: [...sessions], leg1: copy(leg1), leg2: copy(leg2) };
}

/** The first `count` sessions. */
export function prefix({ sessions, leg1, leg2 }: GeneratedPair, count: number): GeneratedPair {
  const cut = (leg: Required<LegBars>) => ({
    open: leg.open.slice(0, count),
    close: leg.close.slice(0, count),
    split: leg.split.slice(0, count),
    dividend: leg.dividend.slice(0, count),
  });
  return { sessions: sessions.slice(0, count), leg1: cut(leg1), leg2: cut(leg2) };
}
