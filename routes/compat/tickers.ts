import { Hono } from "hono";
import { z } from "zod";
import * as assets from "../../assets/views.ts";
import { equalTo, instant, InvalidRequestError, named, type RowOf, type RowVersion } from "../../engine/mod.ts";
import { ema, macd, rsi, sma } from "../../quant/mod.ts";
import {
  answerList,
  answerVersions,
  DatedListParameters,
  inMilliseconds,
  ListParameters,
  moment,
  type OldEngine,
  type OldReads,
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
      macd: z.number().describe("Only the line, without signal and histogram"),
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

type Times = Awaited<ReturnType<typeof timesOf>>;

/** Number of closes of an average and of the relative strength. */
const WINDOW = 30;

/** `GET /api/ticker/…`. */
export function tickerRoutes(reads: OldReads) {
  const { engine } = reads;
  return new Hono()
    .get("/all", describeAll, knownQuery(ListParameters), async (c) => {
      const parameters = c.req.valid("query");
      const view = listing(engine);
      const version = await wantedVersion(engine, view, parameters);
      return await answerList(c, reads, parameters, {
        view,
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
        wantedVersion(engine, assets.dailyBars, parameters),
        storedIndicators(engine, parameters),
      ]);
      // Older indicators would contradict the bars.
      const stored = indicators?.upstream[assets.dailyBars.key]?.version === bars.dataVersion ? indicators : undefined;
      return await answerVersions(c, reads, [tickers, bars, ...stored ? [stored] : []], async () => {
        const of = { filters: equalTo({ ticker }) };
        const { rows: [listed] } = await engine.read(listing(engine), { ...of, limit: 1 }, { version: tickers });
        if (!listed) throw unknownTicker(ticker);
        const answer = tickerAnswer(listed, await timesOf(engine, tickers));
        if (stored) {
          const newest = { ...of, order: ["-session"], limit: 1 } as const;
          const { rows: [latest] } = await engine.read(assets.indicators, newest, { version: stored });
          return { body: { ...answer, ...indicatorsAnswer(latest) } };
        }
        const { rows } = await engine.read(assets.dailyBars, { ...of, fields: ["close"] }, { version: bars });
        const closes = Float64Array.from(rows, ({ close }) => close);
        return { body: { ...answer, ...latestIndicators(closes) } };
      });
    })
    .get("/:ticker/daily-ohlc", describeBars, knownQuery(DatedListParameters), async (c) => {
      const parameters = c.req.valid("query");
      const ticker = c.req.param("ticker");
      const [version, tickers] = await Promise.all([
        wantedVersion(engine, assets.dailyBars, parameters),
        engine.rowVersion(listing(engine).key, { asOf: parameters.as_of }),
      ]);
      return await answerList(c, reads, parameters, {
        view: assets.dailyBars,
        version,
        others: tickers ? [tickers] : [],
        filters: () => equalTo({ ticker }),
        dateColumn: "session",
        fields: Object.keys(Bar.shape),
        missing: `There are no bars of ${ticker}.`,
        answers: async (rows) => {
          const name = tickers && rows.length > 0
            ? (await engine.read(listing(engine), { filters: equalTo({ ticker }), limit: 1 }, { version: tickers }))
              .rows[0]?.name
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
      const version = await wantedVersion(engine, assets.newsMentions, parameters);
      return await answerList(c, reads, parameters, {
        view: assets.newsMentions,
        version,
        filters: () => equalTo({ ticker }),
        fields: Object.keys(Mention.shape),
        missing: `There is no news of ${ticker}.`,
        answers: async (rows) => {
          const times = await timesOf(engine, version);
          return rows.map((row) => mentionAnswer(row, times));
        },
      });
    });
}

/** The asset that lists instruments: the source's list, or its union with the imported one. */
function listing({ graph }: OldEngine) {
  return graph.keys.includes(assets.joinedTickers.key) ? assets.joinedTickers : assets.rawTickers;
}

/** Response to an unknown ticker, with 404. */
export function unknownTicker(ticker: string): OldError {
  return new OldError(404, `There is no ticker ${ticker}.`);
}

function tickerAnswer({ ticker, name, active, type }: RowOf<typeof assets.rawTickers>, times: Times) {
  return { ticker, name: textOf(name), active, type: textOf(type), ...times };
}

function mentionAnswer(row: RowOf<typeof assets.newsMentions>, times: Times) {
  const { id, ticker, publisher, author, source_url, short_summary, publish_time } = row;
  return {
    id: mentionId({ id, ticker }),
    ticker,
    publisher: textOf(publisher),
    author: textOf(author),
    source_url: textOf(source_url),
    short_summary: textOf(short_summary),
    publish_time: inMilliseconds(publish_time),
    ...times,
  };
}

/** The version of stored indicators, if there is one. */
async function storedIndicators(
  engine: OldEngine,
  { as_of: asOf }: { as_of?: string },
): Promise<RowVersion | undefined> {
  if (!engine.graph.keys.includes(assets.indicators.key)) return undefined;
  return await engine.rowVersion(assets.indicators.key, { asOf }).catch((error) => {
    // There was none at that time.
    if (error instanceof InvalidRequestError) return undefined;
    throw error;
  });
}

/** Values of stored indicators, or of none. Of the three numbers of a MACD the original kept only the line itself. */
function indicatorsAnswer(row: Partial<RowOf<typeof assets.indicators>> = {}) {
  return {
    sma: numberOf(row.sma_30),
    ema: numberOf(row.ema_30),
    rsi: numberOf(row.rsi_30),
    macd: numberOf(row.macd),
  };
}

/** Values on the last close. */
function latestIndicators(closes: Float64Array) {
  return {
    sma: numberOf(sma(closes, WINDOW).at(-1)),
    ema: numberOf(ema(closes, WINDOW).at(-1)),
    rsi: numberOf(rsi(closes, WINDOW).at(-1)),
    macd: numberOf(macd(closes).value.at(-1)),
  };
}
