import { cleanPrices, dailyBars, pairClusters } from "../assets/views.ts";
import { equalTo, namesText } from "../engine/mod.ts";
import { correlationMatrix, leafOrder, simpleReturns, totalReturnPrices } from "../quant/mod.ts";
import type { ClusterMap, ClustersEngine } from "./cluster_map.ts";

/** Maximum number of members that are compared. */
export const mostCompared = 30;

/** The members of a cluster compared over its formation. */
export interface ClusterMembers {
  cluster: number;
  size: number;
  /** Members that are compared, those in the densest part of the cluster first. */
  tickers: string[];
  /** Members beyond {@link mostCompared}. */
  beyond: string[];
  /** Members without a close in some session of the formation. */
  incomplete: string[];
  /** Of the formation, ascending; empty without closes. */
  sessions: string[];
  /** By ticker: price with dividends reinvested, 100 in the first session. */
  indices: number[][];
  /** Number of dividends reinvested in the indices. */
  dividends: number;
  /** Correlations of the daily returns of the indices; `NaN` for a constant index. */
  correlations: Float64Array[];
  /** Indices into `tickers` that put similar members side by side. */
  order: number[];
}

/**
 * Compares the members of a cluster over the formation in which it was found, by current closes.
 *
 * @param asked Number of the cluster; the first cluster if there is none of this number.
 * @returns `null` if there is no cluster.
 */
export async function readClusterMembers(
  engine: ClustersEngine,
  { asOf, preset, clusters }: ClusterMap,
  asked?: number,
): Promise<ClusterMembers | null> {
  const found = clusters.find(({ cluster }) => cluster === asked) ?? clusters[0];
  if (!found) return null;
  const { cluster, tickers: members } = found;
  const { rows } = await engine.read(pairClusters, {
    filters: equalTo({ as_of: asOf, preset, cluster: String(cluster) }),
    fields: ["ticker"],
    order: ["core_distance"],
  });
  const dense = rows.map(({ ticker }) => ticker);
  const compared = dense.slice(0, mostCompared);
  const { sessions, closes } = await readCloses(engine, compared, asOf);
  const tickers = compared.filter((ticker) => closes.has(ticker));
  const paid = await readDividends(engine, tickers, sessions);
  const prices = tickers.map((ticker) => {
    const dividends = paid.get(ticker);
    return dividends ? totalReturnPrices(closes.get(ticker)!, dividends) : closes.get(ticker)!;
  });
  const correlations = sessions.length < 3 ? [] : correlationMatrix(prices.map(simpleReturns));
  return {
    cluster,
    size: members.length,
    tickers,
    beyond: dense.slice(mostCompared),
    incomplete: compared.filter((ticker) => !closes.has(ticker)),
    sessions,
    indices: prices.map((series) => Array.from(series, (price) => 100 * (price / series[0]!))),
    dividends: [...paid.values()].reduce((sum, of) => sum + of.filter((value) => value > 0).length, 0),
    correlations,
    order: leafOrder(correlations.map((row) => row.map((correlation) => 1 - correlation))),
  };
}

/** Closes in the sessions of the formation, for tickers that have one in each. */
async function readCloses(
  engine: ClustersEngine,
  tickers: readonly string[],
  asOf: string,
): Promise<{ sessions: string[]; closes: Map<string, Float64Array> }> {
  const sessions = engine.graph.keys.includes(cleanPrices.key) ? await readFormation(engine, tickers, asOf) : [];
  if (sessions.length === 0) return { sessions, closes: new Map() };
  const { rows } = await engine.read(cleanPrices, {
    filters: [namesOf(tickers), ...within(sessions)],
    fields: ["ticker", "session", "close"],
    order: ["ticker", "session"],
  });
  const closes = new Map<string, Float64Array>();
  for (const [ticker, own] of Map.groupBy(rows, (row) => row.ticker)) {
    const closeIn = new Map(own.map(({ session, close }) => [session, close]));
    const series = Float64Array.from(sessions, (session) => closeIn.get(session) ?? NaN);
    if (!series.includes(NaN)) closes.set(ticker, series);
  }
  return { sessions, closes };
}

/**
 * Sessions of the formation up to `asOf`, ascending. Taken from the first ticker that still has closes: members have a close in
 * every session.
 */
async function readFormation(engine: ClustersEngine, tickers: readonly string[], asOf: string): Promise<string[]> {
  const length = await formationSessions(engine);
  for (const ticker of tickers) {
    const { rows } = await engine.read(cleanPrices, {
      filters: [...equalTo({ ticker }), { column: "session", operator: "lte", value: asOf }],
      fields: ["session"],
      order: ["-session"],
      ...length !== null && { limit: length },
    });
    if (rows.length > 0) return rows.map(({ session }) => session).reverse();
  }
  return [];
}

/** Number of sessions in which clusters are found; `null` for all sessions known at the time. */
async function formationSessions(engine: ClustersEngine): Promise<number | null> {
  const [made] = await engine.materializations(pairClusters.key, { limit: 1 });
  const { formationSessions } = (made?.config ?? {}) as { formationSessions?: unknown };
  return typeof formationSessions === "number" ? formationSessions : null;
}

/** Dividends by ticker in the sessions of the formation, adjusted to the shares of the closes. */
async function readDividends(
  engine: ClustersEngine,
  tickers: readonly string[],
  sessions: readonly string[],
): Promise<Map<string, Float64Array>> {
  const found = new Map<string, Float64Array>();
  if (tickers.length === 0 || !engine.graph.keys.includes(dailyBars.key)) return found;
  const { rows } = await engine.read(dailyBars, {
    filters: [namesOf(tickers), ...within(sessions), { column: "dividend", operator: "gt", value: "0" }],
    fields: ["ticker", "session", "dividend"],
  });
  for (const { ticker, session, dividend } of rows) {
    const paid = found.get(ticker) ?? new Float64Array(sessions.length);
    found.set(ticker, paid);
    // A dividend in an incomplete session counts in the next complete one.
    paid[sessions.findIndex((one) => one >= session)]! += dividend;
  }
  return found;
}

function namesOf(tickers: readonly string[]) {
  return { column: "ticker", operator: "in", value: namesText(tickers) } as const;
}

function within(sessions: readonly string[]) {
  return [
    { column: "session", operator: "gte", value: sessions[0]! },
    { column: "session", operator: "lte", value: sessions.at(-1)! },
  ] as const;
}
