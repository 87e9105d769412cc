import { answer } from "./answer.tsx";
import { Hono } from "hono";
import { standingRange } from "./components/chart.tsx";
import { tickerRanges, type TickerView } from "./components/ticker_chart.tsx";
import { TickerPage } from "./pages/ticker.tsx";
import { TickerAbsentPage } from "./pages/ticker_absent.tsx";
import { tickersOnPage, TickersPage } from "./pages/tickers.tsx";
import { sparklines } from "./sparklines.ts";
import { tickersCsv } from "./ticker_csv.ts";
import { tickerParts } from "./ticker_charts.ts";
import type { DirectoryEngine, TickerDirectory } from "./ticker_directory.ts";
import { tickerPath } from "./ticker_path.ts";
import { readTicker } from "./ticker_record.ts";
import { findTickers, tickersAddress } from "./ticker_search.ts";
import { nearTickers } from "./ticker_words.ts";

/** `/tickers`, the list as a page or as CSV, and a page for each ticker. */
export function tickerPages(
  { engine, readDirectory }: { engine: DirectoryEngine; readDirectory: () => Promise<TickerDirectory | null> },
): Hono {
  const readCloses = sparklines(engine);
  return new Hono()
    // The tickers that match the parameters; with `format=csv` all matches on all pages.
    .get("/tickers", async (c) => {
      const parameters = new URL(c.req.url).searchParams;
      const { search, problems } = tickersAddress.read(parameters);
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
    })
    .get("/tickers/:ticker", async (c) => {
      const ticker = c.req.param("ticker");
      const record = await readTicker(engine, ticker);
      if (record === "unmaterialized") return answer(c, <TickerAbsentPage ticker={ticker} near={null} />);
      const address = new URL(c.req.url);
      if (record !== "unknown") {
        return answer(c, <TickerPage record={record} view={readView(address.searchParams)} />);
      }
      const entries = (await readDirectory())?.entries ?? [];
      const meant = entries.filter((entry) => entry.ticker.toUpperCase() === ticker.toUpperCase());
      // Symbols are case-sensitive: redirect only if exactly one ticker matches in another case.
      if (meant.length === 1) return c.redirect(tickerPath(meant[0]!.ticker) + address.search, 302);
      const near = nearTickers(ticker, entries.map((entry) => entry.ticker));
      const names = new Map(entries.map((entry) => [entry.ticker, entry.name]));
      const suggestions = near.map((one) => ({ ticker: one, name: names.get(one) ?? null }));
      return answer(c, <TickerAbsentPage ticker={ticker} near={suggestions} />, 404);
    });
}

/** View of a ticker. Unreadable parameters take their defaults: they change no number. */
function readView(parameters: URLSearchParams): TickerView {
  const range = parameters.get("range") ?? "";
  const parts: readonly string[] = tickerParts.map(({ name }) => name);
  return {
    basis: parameters.get("prices") === "traded" ? "traded" : "adjusted",
    range: tickerRanges.find((name) => name === range) ?? standingRange,
    hidden: (parameters.get("hide") ?? "").split(",").filter((name) => parts.includes(name)),
  };
}
