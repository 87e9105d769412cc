import { uniformRandom } from "../../quant/mod.ts";

/** A simulated market with known cointegrated pairs. */
export interface NoiseMarket {
  /** ISO dates of weekdays, oldest first. */
  sessions: string[];
  /** Closing prices by ticker. */
  close: Map<string, Float64Array>;
  /** Opening prices by ticker. */
  open: Map<string, Float64Array>;
  /** The sector of each ticker. */
  sectors: Map<string, string>;
  /** Planted pairs as "X,Y" in ticker order. */
  planted: Set<string>;
}

const SECTORS = 10;
const TICKERS_PER_SECTOR = 12;
/** Share of a session's return that the open already includes. */
const OPEN_SHARE = 0.4;
/** Stationary deviation of a planted spread, as a share of the first price of its regressor. */
const SPREAD_DEVIATION = 0.03;

/**
 * A market factor, ten sector factors and own moves with t₄ noise; only planted pairs are cointegrated: in each sector one pair y
 * = h·(x + spread) + 5, the spread an Ornstein–Uhlenbeck process of the given half-life.
 *
 * @param seed The same seed gives the same market.
 * @param halfLife Of the planted spreads in sessions; `null` plants none.
 * @param length Number of sessions.
 */
export function noiseMarket(seed: number, halfLife: number | null, length = 1008): NoiseMarket {
  const uniform = uniformRandom(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  /** Student's t with 4 degrees of freedom, scaled to variance 1. */
  const heavy = () =>
    normal() / Math.sqrt((normal() ** 2 + normal() ** 2 + normal() ** 2 + normal() ** 2) / 4) / Math.SQRT2;
  const series = (deviation: number) => Float64Array.from({ length }, () => deviation * heavy());

  const market = series(0.009);
  const close = new Map<string, Float64Array>();
  const open = new Map<string, Float64Array>();
  const sectors = new Map<string, string>();
  const planted = new Set<string>();
  for (let sector = 0; sector < SECTORS; sector++) {
    const factor = series(0.006);
    for (let i = 0; i < TICKERS_PER_SECTOR; i++) {
      const ticker = `S${sector}T${String(i).padStart(2, "0")}`;
      sectors.set(ticker, `S${sector}`);
      const first = `S${sector}T00`;
      if (halfLife !== null && i === 1) {
        const pair = plantedLeg(close.get(first)!, open.get(first)!, { halfLife, hedge: 0.5 + uniform(), normal });
        close.set(ticker, pair.close);
        open.set(ticker, pair.open);
        planted.add(`${first},${ticker}`);
        continue;
      }
      const beta = 0.6 + 0.8 * uniform();
      const loading = 0.5 + uniform();
      const own = series(0.01);
      const prices = new Float64Array(length);
      const opens = new Float64Array(length);
      let logPrice = Math.log(20 + 80 * uniform());
      for (let t = 0; t < length; t++) {
        const move = 0.0002 + beta * market[t]! + loading * factor[t]! + own[t]!;
        opens[t] = Math.exp(logPrice + OPEN_SHARE * move);
        logPrice += move;
        prices[t] = Math.exp(logPrice);
      }
      close.set(ticker, prices);
      open.set(ticker, opens);
    }
  }
  return { sessions: weekdays(length), close, open, sectors, planted };
}

function plantedLeg(
  close: Float64Array,
  open: Float64Array,
  { halfLife, hedge, normal }: { halfLife: number; hedge: number; normal: () => number },
): { close: Float64Array; open: Float64Array } {
  const keep = 0.5 ** (1 / halfLife);
  const deviation = SPREAD_DEVIATION * close[0]!;
  const step = deviation * Math.sqrt(1 - keep * keep);
  const closes = new Float64Array(close.length);
  const opens = new Float64Array(close.length);
  let spread = deviation * normal();
  for (let t = 0; t < close.length; t++) {
    const next = keep * spread + step * normal();
    opens[t] = hedge * (open[t]! + spread + OPEN_SHARE * (next - spread)) + 5;
    spread = next;
    closes[t] = hedge * (close[t]! + spread) + 5;
  }
  return { close: closes, open: opens };
}

function weekdays(count: number): string[] {
  const sessions: string[] = [];
  for (let day = Date.UTC(2020, 0, 1); sessions.length < count; day += 86_400_000) {
    if (new Date(day).getUTCDay() % 6 !== 0) sessions.push(new Date(day).toISOString().slice(0, 10));
  }
  return sessions;
}
