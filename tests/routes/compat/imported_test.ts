import assert from "node:assert/strict";
import { joinedTickers } from "../../../assets/imported/mod.ts";
import * as assets from "../../../assets/mod.ts";
import { Engine, Scheduler, silentLogger } from "../../../engine/mod.ts";
import { fixedClock } from "../../../resources/clock.ts";
import { weekdays } from "../../../resources/exchange_calendar/mod.ts";
import { api } from "../../../routes/mod.ts";
import { dailyBarRow } from "../../support/daily_bar_row.ts";
import { withEmbedded } from "../../support/database.ts";
import { knownTable } from "../../support/known_tables.ts";

Deno.test("The routes of the original backend answer with imported tickers and news", () =>
  withEmbedded(async (database) => {
    const clock = fixedClock("2024-06-03T12:00:00Z");
    const unknown = { exchange: null, sector: null, currency: null, active: true, delisted_on: null };
    const listed = { ticker: "A", name: null, type: null, ...unknown };
    const mention = {
      ...{ id: "article", ticker: "B", publisher: "The Wire", author: null, source_url: "https://news.example.com/1" },
      ...{ short_summary: "Moved again.", publish_time: "2024-05-31T14:30:00Z" },
    };
    const engine = await Engine.open({
      assets: [
        knownTable(assets.rawTickers, [listed]),
        knownTable(joinedTickers, [
          { ...listed, name: "Fund A", type: "ETF" },
          { ...listed, ticker: "B", name: "Fund B", type: "ETF" },
        ]),
        knownTable(assets.dailyBars, [dailyBarRow("B", "2024-05-31", 10, { vwap: 10.5 })]),
        knownTable(assets.newsMentions, [mention]),
      ],
      database,
      resources: { calendar: weekdays },
      clock,
      logger: silentLogger,
    });
    try {
      await engine.finished((await engine.submit({ selection: "*", trigger: "test" })).id);
      const scheduler = new Scheduler({ engine, database, clock, schedules: [], logger: silentLogger });
      const app = api({ engine, scheduler, logger: silentLogger, ready: () => Promise.resolve([]) });
      const get = async (path: string) => await (await app.request(path)).json();
      const tickers: { ticker: string; name: string; type: string }[] = await get("/api/ticker/all");
      assert.deepEqual(tickers.map(({ ticker, name, type }) => [ticker, name, type]), [
        ["A", "Fund A", "ETF"],
        ["B", "Fund B", "ETF"],
      ]);
      assert.equal((await get("/api/ticker/B/details")).name, "Fund B");
      const [bar] = await get("/api/ticker/B/daily-ohlc");
      assert.deepEqual([bar.name, bar.volume_weighted_price], ["Fund B", 10.5]);
      assert.equal((await get("/api/ticker/B/news-mentions"))[0].short_summary, "Moved again.");
    } finally {
      await engine.close();
    }
  }));
