import { Hono } from "hono";
import type { Engine, Materialization } from "../../engine/mod.ts";
import { ema, macd, rsi, sma } from "../../quant/mod.ts";
import {
  answerList,
  answerVersions,
  DatedListParameters,
  equals,
  latestVersion,
  listedVersion,
  ListParameters,
  type Row,
  rowsOf,
} from "./asset_answers.ts";
import { OldError } from "./old_errors.ts";
import { isStrict, knownParameters } from "./strict_query.ts";

const tickerFields = ["ticker", "name", "active", "type", "created_at", "updated_at"];
const barFields = ["ticker", "name", "date", "open", "high", "low", "close", "volume", "volume_weighted_price"];

const mentionFields = ["id", "ticker", "publisher", "author", "source_url", "short_summary", "publish_time"];

/** Closes of an average and of the relative strength. */
const WINDOW = 30;

/** `GET /api/ticker/…`. */
export function tickerRoutes(engine: Engine) {
  return new Hono()
    // Every ticker.
    .get("/all", async (c) => {
      const parameters = knownParameters(c.req.url, ListParameters);
      const version = await listedVersion(engine, "raw_tickers", parameters.cursor);
      return await answerList(c, engine, parameters, {
        version,
        fields: tickerFields,
        answers: async (rows) => {
          const since = await unchangedSince(engine, version);
          return rows.map((row) => tickerAnswer(row, since));
        },
      });
    })
    // A ticker with the latest values of its indicators.
    .get("/:ticker/details", async (c) => {
      const strict = isStrict(c.req.url);
      const ticker = c.req.param("ticker");
      const versions = await Promise.all(["raw_tickers", "daily_bars"].map((key) => latestVersion(engine, key)));
      const [tickers, bars] = versions as [Materialization, Materialization];
      const stored = await storedIndicators(engine, bars);
      return await answerVersions(c, [...versions, ...stored ? [stored] : []], async () => {
        const of = { filters: [equals("ticker", ticker)] };
        const { rows: [listed] } = await rowsOf(engine, tickers, { ...of, limit: 1 });
        if (!listed) throw unknownTicker(ticker);
        const answer = tickerAnswer(listed, await unchangedSince(engine, tickers));
        if (stored) {
          const { rows: [latest] } = await rowsOf(engine, stored, { ...of, order: ["-session"], limit: 1 });
          return { ...answer, ...indicatorsAnswer(latest, strict ? 0 : null) };
        }
        const { rows } = await rowsOf(engine, bars, { ...of, fields: ["close"] });
        const closes = Float64Array.from(rows, (row) => row.close as number);
        return { ...answer, ...latestIndicators(closes, strict ? 0 : null) };
      });
    })
    // Its bars.
    .get("/:ticker/daily-ohlc", async (c) => {
      const parameters = knownParameters(c.req.url, DatedListParameters);
      const ticker = c.req.param("ticker");
      const [tickers] = await engine.materializations("raw_tickers", { limit: 1 });
      return await answerList(c, engine, parameters, {
        version: await listedVersion(engine, "daily_bars", parameters.cursor),
        others: tickers ? [tickers] : [],
        filters: [equals("ticker", ticker)],
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
    .get("/:ticker/news-mentions", async (c) => {
      const parameters = knownParameters(c.req.url, ListParameters);
      const ticker = c.req.param("ticker");
      return await answerList(c, engine, parameters, {
        version: await listedVersion(engine, "news_mentions", parameters.cursor),
        filters: [equals("ticker", ticker)],
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

/** The version of `indicators` that was made of these bars, where there is one; an older one would contradict them. */
async function storedIndicators(engine: Engine, bars: Materialization): Promise<Materialization | undefined> {
  if (!engine.graph.keys.includes("indicators")) return undefined;
  const [latest] = await engine.materializations("indicators", { limit: 1 });
  return latest?.upstream.daily_bars?.version === bars.contentVersion ? latest : undefined;
}

/** When the content of a version was first published. */
async function unchangedSince(engine: Engine, version: Materialization): Promise<string> {
  let { committedAt, id: before } = version;
  // What changes daily takes one look; the bound is for what never changes.
  for (let look = 0; look < 100; look++) {
    const earlier = await engine.materializations(version.key, { limit: 50, before });
    for (const one of earlier) {
      if (one.contentVersion !== version.contentVersion) return committedAt;
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
