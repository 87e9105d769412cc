import type { TickerDirectory, TickerEntry } from "./ticker_directory.ts";
import { matchOf, nameWords } from "./ticker_words.ts";

/** Columns by which the list can be sorted. */
export const tickerSortColumns = [
  "ticker",
  "name",
  "type",
  "last_session",
  "close",
  "change",
  "volume",
  "pairs",
] as const;
export type TickerSortColumn = typeof tickerSortColumns[number];

/** How many tickers a page may show. */
export const tickerPageSizes = [25, 50, 100, 250] as const;
const defaultPageSize = 50;
const longestText = 100;

/** What a person looks for, as the address says it. */
export interface TickerSearch {
  /** A symbol, its beginning, or words of a name. */
  text?: string;
  type?: string;
  status?: "active" | "delisted";
  exchange?: string;
  hasBars?: boolean;
  /** Whether it is in a pair that is chosen to be traded now. */
  chosen?: boolean;
  cluster?: "any" | "none" | number;
  sort?: { column: TickerSortColumn; descending: boolean };
  size: number;
  /** From 1. */
  page: number;
}

/** Reads the search out of an address. What cannot be read is left out, and named in `problems` by its parameter. */
export function readTickerSearch(parameters: URLSearchParams): { search: TickerSearch; problems: Map<string, string> } {
  const problems = new Map<string, string>();
  const given = (name: string) => parameters.get(name)?.trim() || undefined;
  const shown = (text: string) => `“${text.slice(0, 40)}”`;
  const oneOf = <const T extends string>(name: string, title: string, allowed: readonly T[]): T | undefined => {
    const text = given(name);
    const found = allowed.find((one) => one === text);
    if (text !== undefined && found === undefined) {
      problems.set(name, `${title} ${shown(text)} is none of ${allowed.join(", ")}.`);
    }
    return found;
  };
  const yesOrNo = (name: string, title: string) => {
    const answer = oneOf(name, title, ["yes", "no"]);
    return answer === undefined ? undefined : answer === "yes";
  };
  const search: TickerSearch = {
    text: given("q")?.slice(0, longestText),
    type: given("type")?.slice(0, longestText),
    status: oneOf("status", "Status", ["active", "delisted"]),
    exchange: given("exchange")?.slice(0, longestText),
    hasBars: yesOrNo("bars", "Bars"),
    chosen: yesOrNo("chosen", "Chosen"),
    size: defaultPageSize,
    page: 1,
  };
  const cluster = given("cluster");
  if (cluster === "any" || cluster === "none") search.cluster = cluster;
  else if (cluster !== undefined && /^\d{1,6}$/.test(cluster)) search.cluster = Number(cluster);
  else if (cluster !== undefined) {
    problems.set("cluster", `Cluster ${shown(cluster)} is neither any, none nor a number.`);
  }
  const size = given("size");
  if (size !== undefined) {
    const found = tickerPageSizes.find((one) => String(one) === size);
    if (found) search.size = found;
    else problems.set("size", `A page of ${shown(size)} tickers is none of ${tickerPageSizes.join(", ")}.`);
  }
  const page = given("page");
  if (page !== undefined) {
    if (/^[1-9]\d{0,8}$/.test(page)) search.page = Number(page);
    else problems.set("page", `Page ${shown(page)} is not a whole number of at least 1.`);
  }
  const sort = given("sort");
  if (sort !== undefined) {
    const column = tickerSortColumns.find((name) => name === sort.replace(/^-/, ""));
    if (column) search.sort = { column, descending: sort.startsWith("-") };
    else problems.set("sort", `The list cannot be sorted by ${shown(sort)}.`);
  }
  return { search, problems };
}

/** The address of a search, with changes: the same search always has the same address. */
export function tickerSearchPath(search: TickerSearch, changes: Partial<TickerSearch> = {}, more = {}): string {
  const { text, type, status, exchange, hasBars, chosen, cluster, sort, size, page } = { ...search, ...changes };
  const yesOrNo = (answer: boolean | undefined) => answer === undefined ? undefined : answer ? "yes" : "no";
  const entries: [string, unknown][] = [
    ["q", text],
    ["type", type],
    ["status", status],
    ["exchange", exchange],
    ["bars", yesOrNo(hasBars)],
    ["chosen", yesOrNo(chosen)],
    ["cluster", cluster],
    ["sort", sort && `${sort.descending ? "-" : ""}${sort.column}`],
    ["size", size === defaultPageSize ? undefined : size],
    ["page", page === 1 ? undefined : page],
    ...Object.entries(more),
  ];
  const parameters = new URLSearchParams(
    entries.flatMap(([name, value]) => value === undefined ? [] : [[name, String(value)]]),
  );
  return parameters.size === 0 ? "/tickers" : `/tickers?${parameters}`;
}

/**
 * All tickers that a search finds, whatever its page: sorted as it says, otherwise the best match first (the symbol, its beginning,
 * words of the name), of equal ones those that trade, by symbol. What has no value for a sort comes last either way.
 */
export function findTickers(directory: TickerDirectory, search: TickerSearch): TickerEntry[] {
  const { text, sort } = search;
  const kept = directory.entries.filter((entry) => meets(entry, search));
  const wanted = text === undefined ? undefined : { text, words: nameWords(text) };
  const ranked = kept.flatMap((entry) => {
    const rank = wanted ? matchOf(entry, wanted) : 0;
    return rank === null ? [] : [{ entry, rank }];
  });
  if (sort) return sorted(ranked.map(({ entry }) => entry), sort);
  if (wanted) ranked.sort((a, b) => a.rank - b.rank || Number(b.entry.active) - Number(a.entry.active));
  return ranked.map(({ entry }) => entry);
}

function meets(entry: TickerEntry, { type, status, exchange, hasBars, chosen, cluster }: TickerSearch): boolean {
  return (type === undefined || entry.type === type) &&
    (status === undefined || entry.active === (status === "active")) &&
    (exchange === undefined || entry.exchange === exchange) &&
    (hasBars === undefined || (entry.lastSession !== null) === hasBars) &&
    (chosen === undefined || (entry.chosen > 0) === chosen) &&
    (cluster === undefined ||
      (cluster === "any"
        ? entry.cluster !== null
        : cluster === "none"
        ? entry.cluster === null
        : entry.cluster === cluster));
}

const valueOf: Readonly<Record<TickerSortColumn, (entry: TickerEntry) => string | number | null>> = {
  ticker: ({ ticker }) => ticker,
  name: ({ name }) => name,
  type: ({ type }) => type,
  last_session: ({ lastSession }) => lastSession,
  close: ({ close }) => close,
  change: ({ change }) => change,
  volume: ({ volume }) => volume,
  pairs: ({ pairs }) => pairs,
};

/** Entries that are equal stay in the order of their symbols. */
function sorted(
  entries: TickerEntry[],
  { column, descending }: NonNullable<TickerSearch["sort"]>,
): TickerEntry[] {
  const of = valueOf[column];
  return entries.toSorted((a, b) => {
    const [first, second] = [of(a), of(b)];
    if (first === null || second === null) return Number(first === null) - Number(second === null);
    const order = first < second ? -1 : first > second ? 1 : 0;
    return descending ? -order : order;
  });
}
