import { type Instrument, SECTORS, streamOf } from "./instruments.ts";
import { type RandomStream, randomStream } from "./random.ts";

/**
 * Half-life of levels: three years. Over a window of four years this cannot be distinguished from a random walk, while over
 * decades it keeps every price within a few multiples of its base.
 */
const LEVEL_HALF_LIFE_SESSIONS = 756;

const MARKET_VOLATILITY = 0.0095;
/** One volatility per sector, all different, so that each sector has its own principal component. */
const SECTOR_VOLATILITIES = [0.0115, 0.0105, 0.0095, 0.0085, 0.0075];
const LEAST_PRICE_USD = 1;

const MARKET_STREAM = 4;
const FIRST_SECTOR_STREAM = 5;

/**
 * Closes of sessions `from` to `to` in shares as of session 0, i.e. before every split.
 *
 * log price = log base + β_market · market + β_sector · sector + own, each a separate autoregression. A planted or decoy
 * instrument follows its leg instead; see {@link PriceModel}. Each starts in session 0 with draws that depend on the session
 * alone, so that a later `to` does not change earlier prices.
 *
 * Cost: 40 ns per instrument and session since session 0.
 */
export function closesBetween(seed: number, from: number, to: number): (instrument: Instrument) => Float64Array {
  const level = (stream: number, volatility: number) =>
    autoregression(randomStream(seed, stream), persistence(LEVEL_HALF_LIFE_SESSIONS), volatility, from, to);

  const market = level(MARKET_STREAM, MARKET_VOLATILITY);
  const sectors = SECTORS.map((_, i) => level(FIRST_SECTOR_STREAM + i, SECTOR_VOLATILITIES[i]!));
  const legs = new Map<Instrument, Float64Array>();

  function closesOf(instrument: Instrument): Float64Array {
    const { model } = instrument;
    if (model.kind === "factors") return factorCloses(instrument);
    const leg = legs.get(model.leg) ?? closesOf(model.leg);
    legs.set(model.leg, leg);
    if (model.kind === "decoy") {
      const drift = level(streamOf(instrument.id, "spread"), model.driftVolatility);
      return drift.map((value, i) => model.ratio * leg[i]! * Math.exp(value));
    }
    const phi = persistence(model.halfLifeSessions);
    const shock = model.spreadSdUsd * Math.sqrt(1 - phi ** 2);
    const spread = autoregression(randomStream(seed, streamOf(instrument.id, "spread")), phi, shock, from, to);
    return spread.map((value, i) => Math.max(model.interceptUsd + model.hedgeRatio * leg[i]! + value, LEAST_PRICE_USD));
  }

  function factorCloses(instrument: Instrument): Float64Array {
    const own = level(streamOf(instrument.id, "price"), instrument.ownVolatility);
    const sector = sectors[instrument.sectorIndex]!;
    return own.map((value, i) => {
      const log = instrument.marketBeta * market[i]! + instrument.sectorBeta * sector[i]! + value;
      return Math.max(instrument.basePriceUsd * Math.exp(log), LEAST_PRICE_USD);
    });
  }

  return (instrument) => legs.get(instrument) ?? closesOf(instrument);
}

/** The share of a deviation that remains after one session. */
function persistence(halfLifeSessions: number): number {
  return 0.5 ** (1 / halfLifeSessions);
}

/** Sessions `from` to `to` of a stationary first-order autoregression around 0 that starts in session 0. */
function autoregression(random: RandomStream, phi: number, shockSd: number, from: number, to: number): Float64Array {
  const kept = new Float64Array(to - from + 1);
  let state = shockSd / Math.sqrt(1 - phi ** 2) * random.normal(0);
  if (from === 0) kept[0] = state;
  for (let session = 1; session <= to; session++) {
    state = phi * state + shockSd * random.normal(session);
    if (session >= from) kept[session - from] = state;
  }
  return kept;
}
