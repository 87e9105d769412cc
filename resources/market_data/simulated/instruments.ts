import { type RandomStream, randomStream } from "./random.ts";

/** One invented listing and the parameters of its price. Sessions are counted from the market's first, which is 0. */
export interface Instrument {
  symbol: string;
  name: string;
  sector: string;
  exchange: string;
  /** Distinguishes its random streams from those of every other instrument of the seed. */
  id: number;
  sectorIndex: number;
  industry: number;
  /** First session with a bar. */
  listedAt: number;
  /** First session without a bar; Infinity without a delisting. */
  delistedAt: number;
  marketBeta: number;
  sectorBeta: number;
  /** Standard deviation of a session's own log return. */
  ownVolatility: number;
  /** Price around which it moves, USD per share before any split. */
  basePriceUsd: number;
  /** Shares per session, before any split. */
  baseVolume: number;
  /** Quarterly dividend over price; 0 for none. */
  quarterlyYield: number;
  model: PriceModel;
}

/** Model of a price. */
export type PriceModel =
  | { kind: "factors" }
  /** intercept + hedgeRatio · (price of `leg`) + a spread that reverts to 0. */
  | {
    kind: "cointegrated";
    leg: Instrument;
    hedgeRatio: number;
    interceptUsd: number;
    halfLifeSessions: number;
    spreadSdUsd: number;
  }
  /** ratio · (price of `leg`) · exp(an independent random walk): correlated, never cointegrated. */
  | { kind: "decoy"; leg: Instrument; ratio: number; driftVolatility: number };

export const SECTORS = [
  { name: "Energy", words: ["Energy", "Petroleum", "Pipeline", "Power", "Resources", "Gas", "Drilling"] },
  { name: "Financials", words: ["Bancorp", "Insurance", "Capital", "Trust", "Financial", "Holdings", "Lending"] },
  { name: "Health Care", words: ["Therapeutics", "Medical", "Biosciences", "Health", "Diagnostics", "Pharma", "Care"] },
  { name: "Technology", words: ["Systems", "Semiconductor", "Software", "Networks", "Devices", "Data", "Robotics"] },
  { name: "Consumer Staples", words: ["Foods", "Brands", "Beverage", "Household", "Farms", "Mills", "Grocers"] },
] as const;

/** Half-lives of planted spreads in sessions, one planted pair each, then from the start again. */
export const HALF_LIVES_SESSIONS = [3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 18, 20];

// In the slot with delistings, each follows the last after 756 ± 240 sessions: any four years have one.
const RELISTING_SESSIONS = 756;
const RELISTING_SPREAD_SESSIONS = 240;
const INSTRUMENTS_AN_INDUSTRY = 6;
const RELISTED_IDS_FROM = 10_000;

// Three letters and two that differ among the endings: the first five letters of a stem are its symbol, and unique.
const STARTS = "Ald Bel Cor Dun Elm Fen Gal Har Isk Jas Kel Lor Mar Nor Ost Pen Quo Ros Sel Tam Ulv Ven Wex Yar Zel Bri"
  .split(" ");
const ENDINGS = "low mont vale ford wick stead bry den gate hurst".split(" ");
const STEMS = STARTS.flatMap((start) => ENDINGS.map((ending) => start + ending));

/** Minimum and maximum number of instruments, by roles and symbols. */
export const FEWEST_TICKERS = 2 * INSTRUMENTS_AN_INDUSTRY;
export const MOST_TICKERS = 200;

/**
 * All instruments that trade in some session from `from` to `to`, ordered by symbol.
 *
 * Industries of six instruments share their betas and so are close together in the space of factor loadings. Three of five
 * industries have a planted pair, the others a decoy. One slot in the market has instruments that are delisted after about three
 * years and followed by a new one.
 */
export function instrumentsBetween(seed: number, tickers: number, from: number, to: number): Instrument[] {
  const stems = shuffled(STEMS, randomStream(seed, 1));
  const lasting = tickers - 1;
  const industries = Math.floor(tickers / INSTRUMENTS_AN_INDUSTRY);

  const found: Instrument[] = [];
  for (let id = 0; id < lasting; id++) {
    const industry = Math.min(Math.floor(id / INSTRUMENTS_AN_INDUSTRY), industries - 1);
    found.push(drawn(seed, id, industry, stems[id]!));
  }
  for (let industry = 0; industry < industries; industry++) {
    const first = INSTRUMENTS_AN_INDUSTRY * industry;
    const legs = [found[first]!, found[first + 1]!] as const;
    plant(seed, industry, legs[0].symbol < legs[1].symbol ? legs : [legs[1], legs[0]]);
  }
  found.push(...relisted(seed, industries - 1, stems.slice(lasting), from, to));
  return found.sort((a, b) => a.symbol < b.symbol ? -1 : 1);
}

function drawn(seed: number, id: number, industry: number, stem: string): Instrument {
  const random = randomStream(seed, streamOf(id, "character"));
  const sectorIndex = industry % SECTORS.length;
  const sector = SECTORS[sectorIndex]!;
  const level = Math.floor(industry / SECTORS.length);
  return {
    symbol: stem.slice(0, 5).toUpperCase(),
    name: `${stem} ${sector.words[random.integer(0, sector.words.length)]} ${random.uniform(1) < 0.5 ? "Inc" : "Corp"}`,
    sector: sector.name,
    exchange: random.uniform(2) < 0.5 ? "XNYS" : "XNAS",
    id,
    sectorIndex,
    industry,
    listedAt: 0,
    delistedAt: Infinity,
    marketBeta: 0.6 + 0.32 * level + 0.03 * (random.uniform(3) - 0.5),
    sectorBeta: (level % 2 === 0 ? 1.2 : 0.85) + 0.03 * (random.uniform(4) - 0.5),
    ownVolatility: 0.01 + 0.004 * random.uniform(5),
    basePriceUsd: 40 * 5 ** random.uniform(6),
    baseVolume: Math.round(2e5 * 30 ** random.uniform(7)),
    quarterlyYield: random.uniform(8) < 0.5 ? 0.002 + 0.006 * random.uniform(9) : 0,
    model: { kind: "factors" },
  };
}

/** Makes `second` follow `first`, either cointegrated with it or as a decoy. */
function plant(seed: number, industry: number, [first, second]: readonly [Instrument, Instrument]) {
  const random = randomStream(seed, streamOf(industry, "pair"));
  if (isPlanted(industry)) {
    const hedgeRatio = Math.round(100 * (0.5 + 1.3 * random.uniform(0))) / 100;
    const levelUsd = hedgeRatio * first.basePriceUsd;
    const ordinal = plantedBefore(industry);
    second.model = {
      kind: "cointegrated",
      leg: first,
      hedgeRatio,
      interceptUsd: Math.round(100 * levelUsd * (0.01 + 0.03 * random.uniform(1))) / 100,
      halfLifeSessions: HALF_LIVES_SESSIONS[ordinal % HALF_LIVES_SESSIONS.length]!,
      spreadSdUsd: levelUsd * (0.02 + 0.01 * random.uniform(2)),
    };
  } else {
    second.model = { kind: "decoy", leg: first, ratio: 0.5 + 1.3 * random.uniform(0), driftVolatility: 0.0035 };
  }
}

/** Three of five industries, different ones at each level of beta, so that every sector has some. */
function isPlanted(industry: number): boolean {
  return 3 * (industry + Math.floor(industry / SECTORS.length)) % 5 < 3;
}

function plantedBefore(industry: number): number {
  let count = 0;
  for (let i = 0; i < industry; i++) if (isPlanted(i)) count++;
  return count;
}

/** The successive instruments of the slot with delistings. */
function relisted(seed: number, industry: number, stems: string[], from: number, to: number): Instrument[] {
  const random = randomStream(seed, 2);
  const changeAt = (k: number) => k * RELISTING_SESSIONS + 60 + random.integer(k, RELISTING_SPREAD_SESSIONS);
  const found: Instrument[] = [];
  for (let k = 0, listedAt = 0; listedAt <= to; k++) {
    const delistedAt = changeAt(k);
    if (delistedAt > from) {
      found.push({ ...drawn(seed, RELISTED_IDS_FROM + k, industry, stems[k % stems.length]!), listedAt, delistedAt });
    }
    listedAt = delistedAt;
  }
  return found;
}

const PURPOSES = ["character", "pair", "price", "spread", "bars"] as const;

/** Number of the random stream of instrument or industry `id` for one purpose. */
export function streamOf(id: number, purpose: typeof PURPOSES[number]): number {
  return 16 + PURPOSES.length * id + PURPOSES.indexOf(purpose);
}

function shuffled<T>(items: readonly T[], random: RandomStream): T[] {
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = random.integer(i, i + 1);
    [result[i], result[j]] = [result[j]!, result[i]!];
  }
  return result;
}
