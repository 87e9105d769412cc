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
      return await answerVersions(c, versions, async () => {
        const { rows: [listed] } = await rowsOf(engine, tickers, { filters: [equals("ticker", ticker)], limit: 1 });
        if (!listed) throw unknownTicker(ticker);
        const { rows } = await rowsOf(engine, bars, { filters: [equals("ticker", ticker)], fields: ["close"] });
        const closes = Float64Array.from(rows, (row) => row.close as number);
        return {
          ...tickerAnswer(listed, await unchangedSince(engine, tickers)),
          ...latestIndicators(closes, strict ? 0 : null),
        };
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
    // Its news, of which there is no asset.
    .get("/:ticker/news-mentions", (c) => {
      throw new OldError(404, `Tandem has no news, of ${c.req.param("ticker")} or any other ticker.`);
    });
}

/** What is said with 404. */
export function unknownTicker(ticker: string): OldError {
  return new OldError(404, `There is no ticker ${ticker}.`);
}

function tickerAnswer({ ticker, name, active, type }: Row, since: string): Row {
  // To the millisecond, always three digits: the database leaves out zeros at the end.
  const at = new Date(since).toISOString();
  return { ticker, name, active, type, created_at: at, updated_at: at };
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
