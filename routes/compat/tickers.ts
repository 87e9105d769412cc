import { Hono } from "hono";
import { z } from "zod";
import { type Engine, instant, InvalidRequestError, named, type RowVersion } from "../../engine/mod.ts";
import { ema, macd, rsi, sma } from "../../quant/mod.ts";
import {
  answerList,
  answerVersions,
  DatedListParameters,
  equals,
  inMilliseconds,
  ListParameters,
  moment,
  type OldReads,
  type Row,
  rowsOf,
  timesOf,
  wantedVersion,
} from "./asset_answers.ts";
import { describeRead, goDate, goTimes, listOf } from "./describe_read.ts";
import { dateOf, numberOf, textOf } from "./go_values.ts";
import { mentionId } from "./name_uuid.ts";
import { OldError } from "./old_errors.ts";
import { compat, knownQuery } from "./strict_query.ts";

const Ticker = named(
  "OldTicker",
  z.strictObject({ ticker: z.string(), name: z.string(), active: z.boolean(), type: z.string(), ...goTimes }),
);
const Bar = z.strictObject({
  ticker: z.string(),
  name: z.string(),
  date: goDate,
  open: z.number(),
  high: z.number(),
  low: z.number(),
  close: z.number(),
  volume: z.number(),
  volume_weighted_price: z.number().describe("0 where the source has none"),
  ...goTimes,
});
const Mention = z.strictObject({
  id: z.uuid(),
  ticker: z.string(),
  publisher: z.string(),
  author: z.string(),
  source_url: z.string(),
  short_summary: z.string(),
  publish_time: instant,
  ...goTimes,
});

const path = { ticker: { description: "Symbol, such as `QQQ`", schema: z.string() } };
const describeAll = describeRead({
  summary: "Every ticker",
  example: { query: { limit: "5" } },
  description: "The tickers",
  schema: named("OldTickerList", listOf(Ticker)),
});
const describeDetails = describeRead({
  summary: "A ticker with the latest values of its indicators",
  path,
  example: { path: { ticker: "QQQ" } },
  description: "The ticker",
  schema: named(
    "OldTickerDetails",
    Ticker.extend({
      sma: z.number(),
      ema: z.number(),
      rsi: z.number(),
      macd: z.number().describe("The line itself, without signal and histogram"),
    }),
  ),
});
const describeBars = describeRead({
  summary: "Bars of a ticker",
  path,
  example: { path: { ticker: "QQQ" } },
  description: "The bars",
  schema: named("OldBarList", listOf(Bar)),
});
const describeMentions = describeRead({
  summary: "News that mention a ticker",
  path,
  example: { path: { ticker: "QQQ" } },
  description: "The mentions",
  schema: named("OldMentionList", listOf(Mention)),
});

/** Closes of an average and of the relative strength. */
const WINDOW = 30;

/** `GET /api/ticker/…`. */
export function tickerRoutes(reads: OldReads) {
  const { engine } = reads;
  return new Hono()
    .get("/all", describeAll, knownQuery(ListParameters), async (c) => {
      const parameters = c.req.valid("query");
      const version = await wantedVersion(engine, listing(engine), parameters);
      return await answerList(c, reads, parameters, {
        version,
        fields: Object.keys(Ticker.shape),
        answers: async (rows) => {
          const times = await timesOf(engine, version);
          return rows.map((row) => tickerAnswer(row, times));
        },
      });
    })
    .get("/:ticker/details", describeDetails, knownQuery(z.object({ compat, as_of: moment })), async (c) => {
      const parameters = c.req.valid("query");
      const ticker = c.req.param("ticker");
      const [tickers, bars, indicators] = await Promise.all([
        wantedVersion(engine, listing(engine), parameters),
        wantedVersion(engine, "daily_bars", parameters),
        storedIndicators(engine, parameters),
      ]);
      // An older one would contradict the bars.
      const stored = indicators?.upstream.daily_bars?.version === bars.dataVersion ? indicators : undefined;
      return await answerVersions(c, reads, [tickers, bars, ...stored ? [stored] : []], async () => {
        const of = { filters: [equals("ticker", ticker)] };
        const { rows: [listed] } = await rowsOf(engine, tickers, { ...of, limit: 1 });
        if (!listed) throw unknownTicker(ticker);
        const answer = tickerAnswer(listed, await timesOf(engine, tickers));
        if (stored) {
          const { rows: [latest] } = await rowsOf(engine, stored, { ...of, order: ["-session"], limit: 1 });
          return { body: { ...answer, ...indicatorsAnswer(latest) } };
        }
        const { rows } = await rowsOf(engine, bars, { ...of, fields: ["close"] });
        const closes = Float64Array.from(rows, (row) => row.close as number);
        return { body: { ...answer, ...latestIndicators(closes) } };
      });
    })
    .get("/:ticker/daily-ohlc", describeBars, knownQuery(DatedListParameters), async (c) => {
      const parameters = c.req.valid("query");
      const ticker = c.req.param("ticker");
      const [version, tickers] = await Promise.all([
        wantedVersion(engine, "daily_bars", parameters),
        engine.rowVersion(listing(engine), { asOf: parameters.as_of }),
      ]);
      return await answerList(c, reads, parameters, {
        version,
        others: tickers ? [tickers] : [],
        filters: () => [equals("ticker", ticker)],
        dateColumn: "session",
        fields: Object.keys(Bar.shape),
        missing: `There are no bars of ${ticker}.`,
        answers: async (rows) => {
          const name = tickers && rows.length > 0
            ? (await rowsOf(engine, tickers, { filters: [equals("ticker", ticker)], limit: 1 })).rows[0]?.name
            : "";
          const times = await timesOf(engine, version);
          return rows.map(({ ticker, session, open, high, low, close, volume, vwap }) => ({
            ticker,
            name: textOf(name),
            date: dateOf(session, parameters.compat),
            open: numberOf(open),
            high: numberOf(high),
            low: numberOf(low),
            close: numberOf(close),
            volume: numberOf(volume),
            volume_weighted_price: numberOf(vwap),
            ...times,
          }));
        },
      });
    })
    .get("/:ticker/news-mentions", describeMentions, knownQuery(ListParameters), async (c) => {
      const parameters = c.req.valid("query");
      const ticker = c.req.param("ticker");
      const version = await wantedVersion(engine, "news_mentions", parameters);
      return await answerList(c, reads, parameters, {
        version,
        filters: () => [equals("ticker", ticker)],
        fields: Object.keys(Mention.shape),
        missing: `There is no news of ${ticker}.`,
        answers: async (rows) => {
          const times = await timesOf(engine, version);
          return rows.map((row) => mentionAnswer(row, times));
        },
      });
    });
}

/** The asset that lists instruments: the source's list, or that joined with what was imported. */
function listing(engine: Engine): string {
  return engine.graph.keys.includes("joined_tickers") ? "joined_tickers" : "raw_tickers";
}

/** What is said with 404. */
export function unknownTicker(ticker: string): OldError {
  return new OldError(404, `There is no ticker ${ticker}.`);
}

function tickerAnswer({ ticker, name, active, type }: Row, times: Row): Row {
  return { ticker, name: textOf(name), active: active === true, type: textOf(type), ...times };
}

function mentionAnswer(row: Row, times: Row): Row {
  const { id, ticker, publisher, author, source_url, short_summary, publish_time } = row;
  return {
    id: mentionId({ id: String(id), ticker: String(ticker) }),
    ticker,
    publisher: textOf(publisher),
    author: textOf(author),
    source_url: textOf(source_url),
    short_summary: textOf(short_summary),
    publish_time: inMilliseconds(publish_time),
    ...times,
  };
}

/** The version of `indicators`, where there is one. */
async function storedIndicators(
  engine: Engine,
  { as_of: asOf }: { as_of?: string },
): Promise<RowVersion | undefined> {
  if (!engine.graph.keys.includes("indicators")) return undefined;
  return await engine.rowVersion("indicators", { asOf }).catch((error) => {
    // There was none yet.
    if (error instanceof InvalidRequestError) return undefined;
    throw error;
  });
}

/** Values of a row of `indicators`, or of none. Of the three numbers of a MACD the original kept the line itself. */
function indicatorsAnswer(row: Row = {}): Row {
  return {
    sma: numberOf(row.sma_30),
    ema: numberOf(row.ema_30),
    rsi: numberOf(row.rsi_30),
    macd: numberOf(row.macd),
  };
}

/** Values on the last close. */
function latestIndicators(closes: Float64Array): Row {
  return {
    sma: numberOf(sma(closes, WINDOW).at(-1)),
    ema: numberOf(ema(closes, WINDOW).at(-1)),
    rsi: numberOf(rsi(closes, WINDOW).at(-1)),
    macd: numberOf(macd(closes).value.at(-1)),
  };
}
