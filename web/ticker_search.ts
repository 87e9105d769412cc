import type { TickerDirectory, TickerEntry } from "./ticker_directory.ts";
import { Address, flag, named, oneOf, page, pageSize, type Parameter, type SearchOf, sort, text } from "./address.ts";
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

/** Page sizes of the list. */
export const tickerPageSizes = [25, 50, 100, 250] as const;

const cluster: Parameter<"any" | "none" | number> = {
  read: (text) => text === "any" || text === "none" ? text : /^\d{1,6}$/.test(text) ? Number(text) : undefined,
  write: String,
  problem: (shown) => `Cluster ${shown} is neither any, none nor a number.`,
};

/** The address of the list of tickers. */
export const tickersAddress = new Address("/tickers", {
  /** A symbol, its beginning, or words of a name. */
  text: named("q", text()),
  type: text(),
  status: oneOf("Status", ["active", "delisted"]),
  exchange: text(),
  hasBars: named("bars", flag("Bars")),
  /** Whether it is in a currently chosen pair. */
  chosen: flag("Chosen"),
  cluster,
  sort: sort(tickerSortColumns),
  size: pageSize(tickerPageSizes, 50),
  page: page(),
});
export type TickerSearch = SearchOf<typeof tickersAddress>;

/**
 * All matches of a search, on all pages: in the order that it asks for, otherwise the best match first (the symbol, its
 * beginning, words of the name), then active tickers, then by symbol. Tickers without a value in the sort column come last in
 * either order.
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

/** Equal entries stay in order of their symbols. */
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
