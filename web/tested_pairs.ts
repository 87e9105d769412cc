import { cointegratedPairs } from "../assets/views.ts";
import { Address, date, flag, named, number, oneOf, page, type SearchOf, sort, text } from "./address.ts";
import { type ColumnOf, type Engine, equalTo, type Filter, maxPageRows, type RowOf } from "../engine/mod.ts";

/** Parts of the engine used by the list of pairs. */
export type PairsEngine = Pick<Engine, "graph" | "read" | "newestDate" | "datesWithRows">;

/** A pair with its statistics as of a session. */
export type TestedPair = RowOf<typeof cointegratedPairs>;

/** Columns by which the table can be sorted. */
export const sortColumns = [
  "ticker_1",
  "cluster",
  "accepted",
  "slope",
  "adf_p_value",
  "engle_granger_p_value",
  "adjusted_p_value",
  "half_life",
  "hurst_exponent",
  "mean_crossings",
] as const satisfies ColumnOf<TestedPair>[];
export type SortColumn = typeof sortColumns[number];

/** Criteria that a pair may fail, with their titles. */
export const criteria = {
  legs: "legs without a spread",
  adfPValue: "p spread",
  hurst: "Hurst",
  halfLife: "half-life",
  meanCrossings: "crossings",
  engleGranger: "p cointegration",
  adjustedPValue: "p adjusted",
  confirmation: "confirmation",
  dollarVolume: "dollar volume",
  price: "price",
  withoutTrade: "sessions without a trade",
} as const;
export type Criterion = keyof typeof criteria;

/** The address of the list of tested pairs. */
export const pairsAddress = new Address("/pairs", {
  /** As-of session; the newest by default. */
  asOf: named("as_of", date("As of")),
  /** Part of a ticker. */
  ticker: text({ longest: 40 }),
  accepted: flag("Accepted", ["true", "false"]),
  cluster: number("Cluster", { whole: true }),
  maxPValue: named("max_p_value", number("p cointegration")),
  maxHalfLife: named("max_half_life", number("Half-life")),
  maxHurst: named("max_hurst", number("Hurst")),
  minCrossings: named("min_crossings", number("Crossings", { whole: true })),
  /** A criterion that the pair fails. */
  failed: oneOf("Criterion", Object.keys(criteria) as Criterion[]),
  sort: sort(sortColumns),
  page: page(),
});
export type PairSearch = SearchOf<typeof pairsAddress>;

/** Pairs that were found. */
export interface FoundPairs {
  /** Of the page, or all of them. */
  pairs: TestedPair[];
  matching: number;
  /** Whether there are more rows than were searched. */
  cut: boolean;
  materialization: number;
  /** As-of session of the pairs; `null` if no session has been searched. */
  asOf: string | null;
  /** As-of sessions that have pairs, newest first. */
  asOfSessions: string[];
}

/** Rows of a page of the table. */
export const pairsPerPage = 50;
/** Maximum number of rows searched, which takes some hundred milliseconds. */
const mostRows = 5 * maxPageRows;

/** Reads one page of the matching pairs, or all of them; `null` if no pair has ever been tested. */
export async function readTestedPairs(
  engine: PairsEngine,
  search: PairSearch,
  { whole = false }: { whole?: boolean } = {},
): Promise<FoundPairs | null> {
  if (!engine.graph.keys.includes(cointegratedPairs.key)) return null;
  const asOfSessions = await engine.datesWithRows(cointegratedPairs.key);
  const asOf = search.asOf ?? await engine.newestDate(cointegratedPairs.key);
  const { rows, nextCursor, materialization } = await engine.read(cointegratedPairs, {
    filters: filtersOf(search, asOf),
    order: orderOf(search),
    limit: mostRows,
  });
  if (materialization === null) return null;

  const wanted = search.ticker?.toUpperCase();
  const matches = (ticker: string) => wanted === undefined || ticker.toUpperCase().includes(wanted);
  const failed = (pair: TestedPair) =>
    search.failed === undefined || pair.failed_criteria.some(({ criterion }) => criterion === search.failed);
  let found = rows.filter((pair) => (matches(pair.ticker_1) || matches(pair.ticker_2)) && failed(pair));
  if (search.sort?.column === "half_life" && !search.sort.descending) {
    // A spread that does not revert has a negative half-life; sort it as the slowest.
    const reverts = (pair: TestedPair) => pair.half_life !== null && pair.half_life > 0;
    found = [...found.filter(reverts), ...found.filter((pair) => !reverts(pair))];
  }
  const from = (search.page - 1) * pairsPerPage;
  return {
    pairs: whole ? found : found.slice(from, from + pairsPerPage),
    matching: found.length,
    cut: nextCursor !== null,
    materialization,
    asOf,
    asOfSessions,
  };
}

function filtersOf(
  { accepted, cluster, maxPValue, maxHalfLife, maxHurst, minCrossings }: PairSearch,
  asOf: string | null,
): Filter<ColumnOf<TestedPair>>[] {
  const filters: Filter<ColumnOf<TestedPair>>[] = asOf === null ? [] : equalTo({ as_of: asOf });
  if (accepted !== undefined) filters.push(...equalTo({ accepted: String(accepted) }));
  if (cluster !== undefined) filters.push(...equalTo({ cluster: String(cluster) }));
  if (maxPValue !== undefined) {
    filters.push({ column: "engle_granger_p_value", operator: "lte", value: String(maxPValue) });
  }
  if (maxHalfLife !== undefined) {
    filters.push({ column: "half_life", operator: "gt", value: "0" });
    filters.push({ column: "half_life", operator: "lte", value: String(maxHalfLife) });
  }
  if (maxHurst !== undefined) filters.push({ column: "hurst_exponent", operator: "lte", value: String(maxHurst) });
  if (minCrossings !== undefined) {
    filters.push({ column: "mean_crossings", operator: "gte", value: String(minCrossings) });
  }
  return filters;
}

/** Chosen pairs first, by default. */
function orderOf({ sort }: PairSearch): (ColumnOf<TestedPair> | `-${ColumnOf<TestedPair>}`)[] {
  return sort ? [`${sort.descending ? "-" : ""}${sort.column}`] : ["-accepted", "engle_granger_p_value"];
}
