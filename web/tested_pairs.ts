import { cointegratedPairs } from "../assets/views.ts";
import { Address, date, flag, named, number, oneOf, page, type SearchOf, sort, text } from "./address.ts";
import { type ColumnOf, type Engine, equalTo, type Filter, maxPageRows, namesText, type RowOf } from "../engine/mod.ts";

/** Parts of the engine used by the list of pairs. */
export type PairsEngine = Pick<Engine, "graph" | "read" | "rowVersion" | "newestDate" | "datesWithRows">;

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

/** What decides whether a pair is on a page, and where. */
type ListedPair =
  & Pick<TestedPair, "ticker_1" | "ticker_2" | "half_life">
  & Partial<Pick<TestedPair, "failed_criteria">>;

/** Listings that are kept: a version never changes, and listing its pairs is the expensive part. */
const mostKept = 4;

/** Reads pages of tested pairs. */
export class TestedPairReader {
  readonly #kept = new Map<string, Promise<{ listed: ListedPair[]; cut: boolean }>>();

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
    const filters = filtersOf(search, asOf);
    const { listed, cut } = await this.#listed(search, { filters, version: version.id });
    const found = matching(listed, search);
    const from = (search.page - 1) * pairsPerPage;
    const shown = whole ? found : found.slice(from, from + pairsPerPage);
    return {
      pairs: await this.#inFull(shown, { filters, version: version.id, whole }),
      matching: found.length,
      cut,
      materialization: version.id,
      asOf,
      asOfSessions,
    };
  }

  /** Of all pairs only what decides which are shown: all columns of 30,000 take five times as long. */
  #listed(search: PairSearch, { filters, version: asOf }: { filters: PairFilter[]; version: number }) {
    const criteria = search.failed === undefined ? [] : ["failed_criteria" as const];
    const order = orderOf(search);
    const name = JSON.stringify([asOf, filters, order, criteria]);
    const listing = this.#kept.get(name) ??
      this.engine.read(cointegratedPairs, {
        filters,
        fields: ["ticker_1", "ticker_2", "half_life", ...criteria],
        order,
        limit: mostRows,
        asOf,
      }).then(({ rows, nextCursor }) => ({ listed: rows as ListedPair[], cut: nextCursor !== null }));
    this.#kept.delete(name);
    this.#kept.set(name, listing);
    listing.catch(() => this.#kept.delete(name));
    if (this.#kept.size > mostKept) this.#kept.delete(this.#kept.keys().next().value!);
    return listing;
  }

  async #inFull(
    shown: readonly ListedPair[],
    { filters, version: asOf, whole }: { filters: PairFilter[]; version: number; whole: boolean },
  ): Promise<TestedPair[]> {
    if (shown.length === 0) return [];
    const { rows } = await this.engine.read(cointegratedPairs, {
      filters: whole ? filters : [
        ...filters,
        { column: "ticker_1", operator: "in", value: namesText(shown.map((pair) => pair.ticker_1)) },
        { column: "ticker_2", operator: "in", value: namesText(shown.map((pair) => pair.ticker_2)) },
      ],
      asOf,
    });
    const nameOf = ({ ticker_1, ticker_2 }: ListedPair) => `${ticker_1} ${ticker_2}`;
    const byName = new Map(rows.map((pair) => [nameOf(pair), pair]));
    return shown.map((pair) => byName.get(nameOf(pair))!);
  }
}

/** The pairs that meet what the database does not judge, in the order of the table. */
function matching(listed: readonly ListedPair[], search: PairSearch): readonly ListedPair[] {
  const wanted = search.ticker?.toUpperCase();
  const matches = (ticker: string) => wanted === undefined || ticker.toUpperCase().includes(wanted);
  const failed = (pair: ListedPair) =>
    search.failed === undefined || pair.failed_criteria!.some(({ criterion }) => criterion === search.failed);
  const found = listed.filter((pair) => (matches(pair.ticker_1) || matches(pair.ticker_2)) && failed(pair));
  if (search.sort?.column !== "half_life" || search.sort.descending) return found;
  // A spread that does not revert has a negative half-life; sort it as the slowest.
  const reverts = (pair: ListedPair) => pair.half_life !== null && pair.half_life > 0;
  return [...found.filter(reverts), ...found.filter((pair) => !reverts(pair))];
}

type PairFilter = Filter<ColumnOf<TestedPair>>;

function filtersOf(
  { accepted, cluster, maxPValue, maxHalfLife, maxHurst, minCrossings }: PairSearch,
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
  return filters;
}

/** Chosen pairs first, by default. */
function orderOf({ sort }: PairSearch): (ColumnOf<TestedPair> | `-${ColumnOf<TestedPair>}`)[] {
  return sort ? [`${sort.descending ? "-" : ""}${sort.column}`] : ["-accepted", "engle_granger_p_value"];
}
