import { Hono } from "hono";
import { z } from "zod";
import { type Engine, InvalidRequestError, type RowVersion } from "../../engine/mod.ts";
import { ema, macd, rsi, sma } from "../../quant/mod.ts";
import {
  answerList,
  answerVersions,
  DatedListParameters,
  equals,
  ListParameters,
  moment,
  type OldReads,
  type Row,
  rowsOf,
  wantedVersion,
} from "./asset_answers.ts";
import { OldError } from "./old_errors.ts";
import { compat, knownQuery } from "./strict_query.ts";

const tickerFields = ["ticker", "name", "active", "type", "created_at", "updated_at"];
const barFields = ["ticker", "name", "date", "open", "high", "low", "close", "volume", "volume_weighted_price"];

const mentionFields = ["id", "ticker", "publisher", "author", "source_url", "short_summary", "publish_time"];

/** Closes of an average and of the relative strength. */
const WINDOW = 30;

/** `GET /api/ticker/…`. */
export function tickerRoutes(reads: OldReads) {
  const { engine } = reads;
  return new Hono()
    // Every ticker.
    .get("/all", knownQuery(ListParameters), async (c) => {
      const parameters = c.req.valid("query");
      const version = await wantedVersion(engine, "raw_tickers", parameters);
      return await answerList(c, reads, parameters, {
        version,
        fields: tickerFields,
        answers: async (rows) => {
          const since = await unchangedSince(engine, version);
          return rows.map((row) => tickerAnswer(row, since));
        },
      });
    })
    // A ticker with the latest values of its indicators.
    .get("/:ticker/details", knownQuery(z.object({ compat, as_of: moment })), async (c) => {
      const parameters = c.req.valid("query");
      const strict = parameters.compat === "strict";
      const ticker = c.req.param("ticker");
      const [tickers, bars, indicators] = await Promise.all([
        wantedVersion(engine, "raw_tickers", parameters),
        wantedVersion(engine, "daily_bars", parameters),
        storedIndicators(engine, parameters),
      ]);
      // An older one would contradict the bars.
      const stored = indicators?.upstream.daily_bars?.version === bars.dataVersion ? indicators : undefined;
      return await answerVersions(c, reads, [tickers, bars, ...stored ? [stored] : []], async () => {
        const of = { filters: [equals("ticker", ticker)] };
        const { rows: [listed] } = await rowsOf(engine, tickers, { ...of, limit: 1 });
        if (!listed) throw unknownTicker(ticker);
        const answer = tickerAnswer(listed, await unchangedSince(engine, tickers));
        if (stored) {
          const { rows: [latest] } = await rowsOf(engine, stored, { ...of, order: ["-session"], limit: 1 });
          return { body: { ...answer, ...indicatorsAnswer(latest, strict ? 0 : null) } };
        }
        const { rows } = await rowsOf(engine, bars, { ...of, fields: ["close"] });
        const closes = Float64Array.from(rows, (row) => row.close as number);
        return { body: { ...answer, ...latestIndicators(closes, strict ? 0 : null) } };
      });
    })
    // Its bars.
    .get("/:ticker/daily-ohlc", knownQuery(DatedListParameters), async (c) => {
      const parameters = c.req.valid("query");
      const ticker = c.req.param("ticker");
      const [version, tickers] = await Promise.all([
        wantedVersion(engine, "daily_bars", parameters),
        engine.rowVersion("raw_tickers", { asOf: parameters.as_of }),
      ]);
      return await answerList(c, reads, parameters, {
        version,
        others: tickers ? [tickers] : [],
        filters: () => [equals("ticker", ticker)],
        dateColumn: "session",
        fields: barFields,
        missing: `There are no bars of ${ticker}.`,
        answers: async (rows) => {
          const name = tickers && rows.length > 0
            ? (await rowsOf(engine, tickers, { filters: [equals("ticker", ticker)], limit: 1 })).rows[0]?.name
            : null;
          return rows.map(({ ticker, session, open, high, low, close, volume }) => ({
            ticker,
            name: name ?? null,
            date: session,
            open,
            high,
            low,
            close,
            volume,
            volume_weighted_price: null,
          }));
        },
      });
    })
    // Its news.
    .get("/:ticker/news-mentions", knownQuery(ListParameters), async (c) => {
      const parameters = c.req.valid("query");
      const ticker = c.req.param("ticker");
      return await answerList(c, reads, parameters, {
        version: await wantedVersion(engine, "news_mentions", parameters),
        filters: () => [equals("ticker", ticker)],
        fields: mentionFields,
        missing: `There is no news of ${ticker}.`,
        answers: (rows) => rows.map((row) => ({ ...row, publish_time: inMilliseconds(row.publish_time) })),
      });
    });
}

/** What is said with 404. */
export function unknownTicker(ticker: string): OldError {
  return new OldError(404, `There is no ticker ${ticker}.`);
}

function tickerAnswer({ ticker, name, active, type }: Row, since: string): Row {
  const at = inMilliseconds(since);
  return { ticker, name, active, type, created_at: at, updated_at: at };
}

/** Always three digits: the database leaves out zeros at the end. */
function inMilliseconds(time: unknown): string {
  return new Date(time as string).toISOString();
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

/** When the content of a version was first published. */
async function unchangedSince(engine: Engine, version: RowVersion): Promise<string> {
  let { committedAt, id: before } = version;
  // What changes daily takes one look; the bound is for what never changes.
  for (let look = 0; look < 100; look++) {
    const earlier = await engine.materializations(version.key, { limit: 50, before });
    for (const one of earlier) {
      if (one.dataVersion !== version.dataVersion) return committedAt;
      ({ committedAt, id: before } = one);
    }
    if (earlier.length === 0) break;
  }
  return committedAt;
}

/** Values of a row of `indicators`, or of none; `undefinedValue` where they are not defined. */
function indicatorsAnswer(row: Row | undefined, undefinedValue: number | null): Row {
  const value = (name: string) => row?.[name] ?? undefinedValue;
  return {
    sma: value("sma_30"),
    ema: value("ema_30"),
    rsi: value("rsi_30"),
    macd: { value: value("macd"), signal: value("macd_signal"), histogram: value("macd_histogram") },
  };
}

/** Values on the last close; `undefinedValue` where there are too few closes for one. */
function latestIndicators(closes: Float64Array, undefinedValue: number | null): Row {
  const last = (values: Float64Array) => {
    const value = values.at(-1) ?? NaN;
    return Number.isFinite(value) ? value : undefinedValue;
  };
  const { value, signal, histogram } = macd(closes);
  return {
    sma: last(sma(closes, WINDOW)),
    ema: last(ema(closes, WINDOW)),
    rsi: last(rsi(closes, WINDOW)),
    macd: { value: last(value), signal: last(signal), histogram: last(histogram) },
  };
}
