/**
 * The whole service on a file whose dates are wrong and are put right while it runs: what it serves follows by itself.
 *
 * @module
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { nyse } from "../../resources/exchange_calendar/mod.ts";
import type { RawBar } from "../support/bars.ts";
import { eightTickers, eightTickersConfig, inOrder, redated } from "../support/eight_tickers.ts";
import { eventually } from "../support/service_process.ts";
import { withService } from "../support/whole_service.ts";

const today = Temporal.Now.zonedDateTimeISO(nyse.timeZone).toPlainDate();
/** Last session of the last week but one that is over, and the sessions of the week after it. */
const friday = nyse.previousSession(today.subtract({ days: today.dayOfWeek + 7 }).add({ days: 1 }).toString());
const nextWeek = nyse.sessionsBetween(friday, today.subtract({ days: today.dayOfWeek }).toString()).slice(1);
const nextFriday = nextWeek.at(-1)!;

/** The bars up to `friday`, the last of them dated a week too late. */
function weekTooLate(): RawBar[] {
  const late = nyse.sessionsBetween("2025-01-02", friday).slice(-nextWeek.length);
  const dates = new Map(late.map((session, i) => [session, nextWeek[i]!]));
  return inOrder(eightTickers(friday).map((bar) => ({ ...bar, session: dates.get(bar.session) ?? bar.session })));
}

function csvOf(bars: readonly RawBar[]): string {
  const fields = ["ticker", "session", "open", "high", "low", "close", "volume", "dividend", "split"] as const;
  const lines = bars.map((bar) => fields.map((field) => bar[field] ?? "").join());
  return [fields.join().replace("session", "date"), ...lines, ""].join("\n");
}

Deno.test("the service serves data as of the true last session, after false dates were removed from its file", async () => {
  const folder = await Deno.makeTempDir({ prefix: "tandem-corrected-" });
  try {
    const path = join(folder, "prices.csv");
    const config = join(folder, "assets.json");
    const write = (bars: readonly RawBar[]) => Deno.writeTextFile(path, csvOf(bars));
    await Deno.writeTextFile(config, JSON.stringify(eightTickersConfig));
    // A year that is a slip of the pen, and a date far ahead in one row each.
    const [typo, swapped] = ["2062-11-24", today.add({ days: 60 }).toString()];
    await write(
      redated(redated(eightTickers(friday), "B3", friday, typo), "A3", nyse.previousSession(friday), swapped),
    );
    const environment = {
      MARKET_DATA: `csv:${path}`,
      ASSET_CONFIG: config,
      AUTOMATION_SECONDS: "1",
      RATE_LIMIT_PER_MINUTE: "off",
    };
    await withService(environment, async ({ url, fresh }) => {
      const get = async (path: string) => {
        const response = await fetch(`${url}${path}`);
        assert.equal(response.status, 200, path);
        return response;
      };
      const rows = async (query: string) => (await (await get(`/v1/assets/${query}`)).json()).rows;
      const newestIn = async (key: string, column: string, filter = "") =>
        (await rows(`${key}/rows?order=-${column}&limit=1${filter}`))[0]?.[column];
      /** What each surface serves, by the session that it is as of. */
      const served = async () => {
        const page = /as of (\d{4}-\d\d-\d\d)/.exec(await (await get("/pairs")).text())?.[1];
        const asOf = await newestIn("chosen_pairs", "as_of");
        // While pairs are searched for anew, those before are served: there are always some.
        assert.ok((await (await get("/api/pairs")).json()).length > 0);
        return {
          page,
          asOf,
          session: await newestIn("sessions", "session", "&complete=true"),
          prices: await newestIn("clean_prices", "session"),
          signals: await newestIn("pair_signals", "session"),
        };
      };
      const all = (session: string) => ({ page: session, asOf: session, session, prices: session, signals: session });
      /** Reads the file, as the daily schedule does; everything downstream is automatic. */
      const read = async () => {
        const request = { selection: "raw_tickers raw_daily_bars raw_dividends" };
        const response = await fetch(`${url}/v1/materialize`, {
          method: "POST",
          headers: { "Content-Type": "application/json" },
          body: JSON.stringify(request),
        });
        assert.equal(response.status, 202, await response.text());
      };
      const names = (pairs: { ticker_1: string; ticker_2: string }[]) =>
        pairs.map(({ ticker_1, ticker_2 }) => `${ticker_1} ${ticker_2}`).sort();
      const becomes = async (session: string) => {
        await eventually(served, (now) => Object.values(now).every((date) => date === session), 300_000);
        await fresh();
        const accepted = await rows(`cointegrated_pairs/rows?as_of.eq=${session}&accepted=true&limit=1000`);
        assert.deepEqual(names(await (await get("/api/pairs")).json()), names(accepted));
      };

      await fresh();
      assert.deepEqual(await served(), all(friday));
      const rejected = await rows("rejected_bars/rows?limit=10");
      assert.deepEqual(
        rejected.map(({ ticker, session, reason }: Record<string, string>) => [ticker, session, reason]),
        [["A3", swapped, "is dated after today"], ["B3", typo, "is dated after today"]],
      );

      await write(weekTooLate());
      await read();
      await becomes(nextFriday);

      await write(eightTickers(friday));
      await read();
      await becomes(friday);
      for (const key of ["pair_clusters", "cointegrated_pairs", "chosen_pairs"]) {
        assert.deepEqual(await rows(`${key}/rows?as_of.eq=${nextFriday}&limit=1`), [], key);
      }

      await write(eightTickers(nextFriday));
      await read();
      await becomes(nextFriday);
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
