import { pseudoRandom } from "../../support/pseudo_random.ts";

/** Parts of a generated series of trading days: `spec` of fixtures/make_prophet.py. */
export interface ProphetSeries {
  seed: number;
  sessions: number;
  /** Share of weekdays that are left out. */
  gaps: number;
  level: number;
  /** Change a session, after session `kink` that of `slopeAfter`; 0 for no kink. */
  slope: number;
  kink: number;
  slopeAfter: number;
  /** Amplitude of a yearly sine, and change a weekday. */
  year: number;
  week: number;
  /** Autoregression and deviation of the noise. */
  keep: number;
  noise: number;
}

/** 2019-01-02. */
const FIRST_DAY = 17898;

/** Days since 1970-01-01 and values: `series` of fixtures/make_prophet.py, operation by operation, so that they have the same bits. */
export function prophetSeries(one: ProphetSeries): { days: number[]; values: number[] } {
  const draw = pseudoRandom(one.seed);
  const days: number[] = [];
  const values: number[] = [];
  let spread = 0;
  for (let day = FIRST_DAY; values.length < one.sessions; day++) {
    const weekday = (day + 3) % 7;
    if (weekday >= 5 || draw() < one.gaps) continue;
    const t = values.length;
    let noise = -6;
    for (let k = 0; k < 12; k++) noise += draw();
    spread = one.keep * spread + one.noise * noise;
    const trend = t < one.kink || one.kink === 0
      ? one.slope * t
      : one.slope * one.kink + one.slopeAfter * (t - one.kink);
    const season = one.year * Math.sin(2 * Math.PI * day / 365.25) + one.week * (weekday - 2);
    values.push(Math.floor(1e6 * (one.level + trend + season + spread) + 0.5) / 1e6);
    days.push(day);
  }
  return { days, values };
}
