import { z } from "zod";
import { cointegratedPairs } from "../assets/views.ts";
import { type ColumnOf, type Engine, equalTo, type Filter, maxPageRows, type RowOf } from "../engine/mod.ts";

/** What the list of pairs reads of the engine. */
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

/** What a pair may fail by, with what it is called. */
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

/** What a person looks for, as the address says it. */
export interface PairSearch {
  /** As-of session; the newest unless told otherwise. */
  asOf?: string;
  /** Part of a ticker. */
  ticker?: string;
  accepted?: boolean;
  cluster?: number;
  maxPValue?: number;
  maxHalfLife?: number;
  maxHurst?: number;
  minCrossings?: number;
  /** A criterion that is not met. */
  failed?: Criterion;
  sort?: { column: SortColumn; descending: boolean };
  /** From 1. */
  page: number;
}

/** Pairs that were found. */
export interface FoundPairs {
  /** Of the page, or all of them. */
  pairs: TestedPair[];
  matching: number;
  /** There are more rows than were looked through. */
  cut: boolean;
  materialization: number;
  /** As-of session of the pairs; `null` where no session has been searched. */
  asOf: string | null;
  /** As-of sessions that have pairs, newest first. */
  asOfSessions: string[];
}

/** Rows of a page of the table. */
export const pairsPerPage = 50;
/** Rows that are looked through: some hundred milliseconds. */
const mostRows = 5 * maxPageRows;

/**
 * Reads the search out of an address. What cannot be read is left out, and named in `problems` by its parameter.
 */
export function readSearch(parameters: URLSearchParams): { search: PairSearch; problems: Map<string, string> } {
  const problems = new Map<string, string>();
  const search: PairSearch = { page: 1 };
  const given = (name: string) => parameters.get(name)?.trim() || undefined;
  const number = (name: string, title: string, { least, whole }: { least: number; whole?: boolean }) => {
    const text = given(name);
    if (text === undefined) return undefined;
    const value = Number(text);
    if (Number.isFinite(value) && value >= least && (!whole || Number.isSafeInteger(value))) return value;
    problems.set(
      name,
      `${title} “${text.slice(0, 40)}” is not a ${whole ? "whole number" : "number"} of at least ${least}.`,
    );
  };
  const asOf = given("as_of");
  if (asOf !== undefined && z.iso.date().safeParse(asOf).success) search.asOf = asOf;
  else if (asOf !== undefined) problems.set("as_of", `As of “${asOf.slice(0, 40)}” is not a date such as 2024-01-31.`);
  search.ticker = given("ticker")?.slice(0, 40);
  const accepted = given("accepted");
  if (accepted === "true" || accepted === "false") search.accepted = accepted === "true";
  else if (accepted !== undefined) problems.set("accepted", "Accepted is true or false.");
  search.cluster = number("cluster", "Cluster", { least: 0, whole: true });
  search.maxPValue = number("max_p_value", "p cointegration", { least: 0 });
  search.maxHalfLife = number("max_half_life", "Half-life", { least: 0 });
  search.maxHurst = number("max_hurst", "Hurst", { least: 0 });
  search.minCrossings = number("min_crossings", "Crossings", { least: 0, whole: true });
  const failed = given("failed");
  if (failed !== undefined && Object.hasOwn(criteria, failed)) search.failed = failed as Criterion;
  else if (failed !== undefined) problems.set("failed", `There is no criterion “${failed.slice(0, 40)}”.`);
  search.page = number("page", "Page", { least: 1, whole: true }) ?? 1;
  const sort = given("sort");
  if (sort !== undefined) {
    const column = sortColumns.find((name) => name === sort.replace(/^-/, ""));
    if (column) search.sort = { column, descending: sort.startsWith("-") };
    else problems.set("sort", `The table cannot be sorted by “${sort.slice(0, 40)}”.`);
  }
  return { search, problems };
}

/** The address of a search, with changes: the same search always has the same address. */
export function searchPath(search: PairSearch, changes: Partial<PairSearch> = {}): string {
  const parameters = parametersOf({ ...search, ...changes });
  return parameters.size === 0 ? "/pairs" : `/pairs?${parameters}`;
}

/** Where all pairs of a search are to be had as CSV, whatever page of them is looked at. */
export function csvPath(search: PairSearch): string {
  const parameters = parametersOf({ ...search, page: 1 });
  return parameters.size === 0 ? "/pairs/tested.csv" : `/pairs/tested.csv?${parameters}`;
}

function parametersOf(search: PairSearch): URLSearchParams {
  const { asOf, ticker, accepted, cluster, maxPValue, maxHalfLife, maxHurst, minCrossings, failed, sort, page } =
    search;
  const entries: [string, unknown][] = [
    ["as_of", asOf],
    ["ticker", ticker],
    ["accepted", accepted],
    ["cluster", cluster],
    ["max_p_value", maxPValue],
    ["max_half_life", maxHalfLife],
    ["max_hurst", maxHurst],
    ["min_crossings", minCrossings],
    ["failed", failed],
    ["sort", sort && `${sort.descending ? "-" : ""}${sort.column}`],
    ["page", page === 1 ? undefined : page],
  ];
  return new URLSearchParams(
    entries.flatMap(([name, value]) => value === undefined ? [] : [[name, String(value)]]),
  );
}

/** Reads one page of the pairs that are searched for, or all of them; `null` where no pair has ever been tested. */
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
    // A spread that does not revert has a negative half-life, and is the slowest of all.
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

/** The pairs to trade first, unless a person asks otherwise. */
function orderOf({ sort }: PairSearch): (ColumnOf<TestedPair> | `-${ColumnOf<TestedPair>}`)[] {
  return sort ? [`${sort.descending ? "-" : ""}${sort.column}`] : ["-accepted", "engle_granger_p_value"];
}
