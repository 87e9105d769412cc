import { type Context, Hono } from "hono";
import { tickersOnPage, TickersPage } from "./pages/tickers.tsx";
import { sparklines } from "./sparklines.ts";
import { tickersCsv } from "./ticker_csv.ts";
import { type DirectoryEngine, tickerDirectory } from "./ticker_directory.ts";
import { findTickers, readTickerSearch } from "./ticker_search.ts";

/** What the pages of tickers read of the engine. */
export type TickerEngine = DirectoryEngine;

/** `/tickers`: all tickers, as a page or as CSV. */
export function tickerPages({ engine }: { engine: TickerEngine }): Hono {
  const readDirectory = tickerDirectory(engine);
  const readCloses = sparklines(engine);
  return new Hono()
    // The tickers that the parameters ask for; with `format=csv` all of them, whatever their page.
    .get("/tickers", async (c) => {
      const parameters = new URL(c.req.url).searchParams;
      const { search, problems } = readTickerSearch(parameters);
      const directory = await readDirectory();
      const found = directory ? findTickers(directory, search) : [];
      if (parameters.get("format") === "csv" && problems.size === 0) {
        return c.body(tickersCsv(found), 200, {
          "Content-Type": "text/csv; charset=utf-8; header=present",
          "Content-Disposition": 'attachment; filename="tickers.csv"',
          "Cache-Control": "no-store",
        });
      }
      const tickers = tickersOnPage(found, search).map(({ ticker }) => ticker);
      const closes = directory?.bars && directory.lastSession
        ? await readCloses({ bars: directory.bars, until: directory.lastSession, tickers })
        : new Map<string, number[]>();
      const page = (
        <TickersPage search={search} problems={problems} directory={directory} found={found} closes={closes} />
      );
      return answer(c, page, problems.size > 0 ? 400 : 200);
    });
}

function answer(c: Context, html: unknown, status: 200 | 400 | 404 = 200): Response {
  c.header("Cache-Control", "no-store");
  return c.html(`<!doctype html>${html}`, status);
}
