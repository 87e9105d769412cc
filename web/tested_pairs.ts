import { cointegratedPairs } from "../assets/views.ts";
import { Address, date, flag, named, number, oneOf, page, type SearchOf, sort, text } from "./address.ts";
import {
  type ColumnOf,
  type Engine,
  equalTo,
  maxPageRows,
  type RowFilter,
  type RowOf,
  type RowVersion,
} from "../engine/mod.ts";

/** Parts of the engine used by the list of pairs. */
export type PairsEngine = Pick<Engine, "graph" | "read" | "count" | "rowVersion" | "newestDate" | "datesWithRows">;

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
  /** Whether more match than are counted and paged. */
  cut: boolean;
  materialization: number;
  /** As-of session of the pairs; `null` if no session has been searched. */
  asOf: string | null;
  /** As-of sessions that have pairs, newest first. */
  asOfSessions: string[];
}

/** Whether a search asks for a session without tested pairs. */
export function isUnsearched({ asOf }: PairSearch, found: FoundPairs): boolean {
  return asOf !== undefined && !found.asOfSessions.includes(asOf);
}

/** Rows of a page of the table. */
export const pairsPerPage = 50;
/** Matching pairs that are counted and paged: skipping more for a page takes longer than people wait. */
export const mostMatching = 10_000;
/** Matching pairs of a file. */
export const mostInFile = 5 * maxPageRows;

/** Counts that are kept: a version never changes. */
const mostKept = 200;

/** Reads pages of tested pairs, which the database filters, sorts and counts: there may be millions. */
export class TestedPairReader {
  readonly #counts = new Map<string, Promise<number>>();

  constructor(private readonly engine: PairsEngine) {}

  /** One page of the matching pairs, or all of them; `null` if no pair has ever been tested. */
  async read(search: PairSearch, { whole = false }: { whole?: boolean } = {}): Promise<FoundPairs | null> {
    const { key } = cointegratedPairs;
    if (!this.engine.graph.keys.includes(key)) return null;
    const [version, asOfSessions, newest] = await Promise.all([
      this.engine.rowVersion(key),
      this.engine.datesWithRows(key),
      this.engine.newestDate(key),
    ]);
    if (version === undefined) return null;
    const asOf = search.asOf ?? newest;
    const most = whole ? mostInFile : mostMatching;
    const parts = partsOf(search, asOf);
    const counts = await Promise.all(parts.map((filters) => this.#count(filters, { version, atMost: most + 1 })));
    const matching = counts.reduce((sum, count) => sum + count, 0);
    const pairs: TestedPair[] = [];
    let skip = whole ? 0 : (search.page - 1) * pairsPerPage;
    let left = Math.min(whole ? most : pairsPerPage, most - skip);
    for (const [i, filters] of parts.entries()) {
      const limit = Math.min(left, counts[i]! - skip);
      if (limit > 0) {
        const query = { filters, order: orderOf(search), offset: skip, limit };
        pairs.push(...(await this.engine.read(cointegratedPairs, query, { version })).rows);
        left -= limit;
      }
      skip = Math.max(0, skip - counts[i]!);
    }
    return {
      pairs,
      matching: Math.min(matching, most),
      cut: matching > most,
      materialization: version.id,
      asOf,
      asOfSessions,
    };
  }

  #count(
    filters: readonly PairFilter[],
    { version, atMost }: { version: RowVersion; atMost: number },
  ): Promise<number> {
    const name = JSON.stringify([version.id, atMost, filters]);
    const counted = this.#counts.get(name) ?? this.engine.count(cointegratedPairs, { filters, atMost }, { version });
    this.#counts.delete(name);
    this.#counts.set(name, counted);
    counted.catch(() => this.#counts.delete(name));
    if (this.#counts.size > mostKept) this.#counts.delete(this.#counts.keys().next().value!);
    return counted;
  }
}

/** Filters of the matching pairs, in parts that follow each other in the table. */
function partsOf(search: PairSearch, asOf: string | null): PairFilter[][] {
  const filters = filtersOf(search, asOf);
  const { sort } = search;
  if (sort?.descending && sort.column !== "ticker_1" && sort.column !== "accepted") {
    // Nulls come last. Apart from them, the index of the ascending order is read backwards.
    return [false, true].map((isNull) => [...filters, { column: sort.column, isNull }]);
  }
  if (sort?.column !== "half_life" || sort.descending || search.maxHalfLife !== undefined) return [filters];
  // A spread that does not revert has a negative half-life, or none; both count as the slowest.
  const halfLife = (operator: "gt" | "lte") => ({ column: "half_life" as const, operator, value: "0" });
  const none = { column: "half_life" as const, isNull: true as const };
  return [[...filters, halfLife("gt")], [...filters, { any: [halfLife("lte"), none] }]];
}

type PairFilter = RowFilter<ColumnOf<TestedPair>>;

function filtersOf(
  { ticker, accepted, cluster, maxPValue, maxHalfLife, maxHurst, minCrossings, failed }: PairSearch,
  asOf: string | null,
): PairFilter[] {
  const filters: PairFilter[] = asOf === null ? [] : equalTo({ as_of: asOf });
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
  if (ticker !== undefined) {
    const contains = (column: "ticker_1" | "ticker_2") => ({ column, operator: "contains" as const, value: ticker });
    filters.push({ any: [contains("ticker_1"), contains("ticker_2")] });
  }
  if (failed !== undefined) filters.push({ column: "failed_criteria", lists: { field: "criterion", text: failed } });
  return filters;
}

/** Chosen pairs first, by default. */
function orderOf({ sort }: PairSearch): (ColumnOf<TestedPair> | `-${ColumnOf<TestedPair>}`)[] {
  return sort ? [`${sort.descending ? "-" : ""}${sort.column}`] : ["-accepted", "engle_granger_p_value"];
}
