import type { OriginalTable } from "../../../resources/original/mod.ts";
import { isWebAddress } from "../../web_address.ts";
import type { RejectedRows } from "../../market/rejected_rows.ts";
import type { ImportedRows } from "../imported_rows.ts";
import { type TableReport, TableTally } from "./table_tally.ts";
import { momentIn, textIn, tickerIn, ValueFault } from "./values.ts";

type Article = ImportedRows["news"][number];

/**
 * The original's news, each article once for each ticker; of several, the first table's is used. Readers' mentions have an id of
 * the original, which is resolved to the article; if none is found, the mention becomes an article with that id.
 *
 * The original stored no headlines: the title is the short description, or else the URL.
 */
export function newsOfLayers(
  tables: readonly OriginalTable[],
  rejected: RejectedRows,
): { news: Article[]; reports: TableReport[] } {
  const found = new Map<string, Article>();
  /** The vendor's id of an article, by the original's id. */
  const names = new Map<string, string>();
  const reports = tables.map((table) => {
    const { columns } = table;
    const tally = new TableTally(table, rejected.add);
    for (let row = 0; row < table.rows; row++) {
      try {
        const article = articleIn(table, row, names);
        const own = textIn(columns.id?.[row]);
        if (columns.polygon_id && own !== null) names.set(own, article.id);
        const key = `${article.id} ${article.ticker}`;
        if (found.has(key)) tally.repeat();
        else {
          found.set(key, article);
          tally.take();
        }
      } catch (error) {
        if (!(error instanceof ValueFault)) throw error;
        tally.refuse(row, error.message, { ticker: columns.ticker![row] });
      }
    }
    return tally.report;
  });
  const keyOf = ({ day, id, ticker }: Article) => `${day} ${id} ${ticker}`;
  return { news: [...found.values()].sort((a, b) => keyOf(a) < keyOf(b) ? -1 : 1), reports };
}

function articleIn({ columns }: OriginalTable, row: number, names: ReadonlyMap<string, string>): Article {
  if (textIn(columns.deleted_at?.[row]) !== null) throw new ValueFault("is marked as deleted");
  const ticker = tickerIn(columns.ticker![row]);
  const own = textIn((columns.polygon_id ?? columns.id!)[row]);
  if (own === null) throw new ValueFault(`${columns.polygon_id ? "polygon_id" : "id"} is missing`);
  const [time, said] = columns.published_at ? ["published_at", "description"] : ["publish_time", "short_summary"];
  const published = momentIn(columns[time]![row], time);
  if (published === null) throw new ValueFault(`${time} is missing`);
  const address = textIn(columns.source_url![row]);
  if (address === null || !isWebAddress(address)) throw new ValueFault("source_url is no web address");
  const description = textIn(columns[said]![row]);
  return {
    day: published.slice(0, 10),
    id: names.get(own) ?? own,
    ticker,
    title: description ?? address,
    publisher: textIn(columns.publisher![row]) ?? "",
    publisher_url: null,
    author: textIn(columns.author![row]),
    description,
    published_at: published,
    article_url: address,
    image_url: null,
  };
}
