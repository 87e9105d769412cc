import assert from "node:assert/strict";
import { z } from "zod";
import { openAccess } from "../../access/mod.ts";
import { assetsWith, check, FreshnessEvaluator, maxAge, silentLogger } from "../../engine/mod.ts";
import { fixedClock } from "../../resources/clock.ts";
import { dataSourceOf } from "../../resources/market_data/mod.ts";
import { ageText } from "../../web/data_status.ts";
import { page } from "../../web/mod.ts";
import { fixedSchedules } from "../support/fixed_schedules.ts";
import { pageAndApi } from "../support/page_server.ts";
import { gate, type Tiny, withTinyEngine } from "../support/tiny_engine.ts";

/** What `clean_prices` is read from, whether its check passes, and what holds its function. */
const world = { source: "csv", sessions: ["2026-11-18", "2026-11-19"], tidy: true, held: Promise.resolve() };

const { asset } = assetsWith();

const cleanPrices = asset({
  key: "clean_prices",
  group: "market",
  layer: "silver",
  description: "Closes.",
  row: z.object({ ticker: z.string(), session: z.iso.date(), close: z.number() }),
  primaryKey: ["ticker", "session"],
  checks: [
    check("tidy", "It is tidy.", () => ({
      passed: world.tidy,
      message: "1 row",
      failingRows: [{ close: 0.39, ticker: "CCC.L", session: "2026-11-19" }],
    }), { severity: "warn" }),
  ],
  freshness: maxAge({ hours: 24 }),
  source: () => Promise.resolve(JSON.stringify(world)),
  materialize: () =>
    world.held.then(() => ({
      rows: ["B", "A"].flatMap((ticker) =>
        // The other ticker is a session behind: the newest of all counts.
        world.sessions.slice(0, ticker === "A" ? undefined : -1).map((session) => ({ ticker, session, close: 1 }))
      ),
      metadata: { source: world.source },
    })),
});

async function withPages(
  setting: string,
  test: (pages: Tiny & { read(path: string): Promise<string>; make(): Promise<void> }) => Promise<void>,
) {
  Object.assign(world, { source: "csv", sessions: ["2026-11-18", "2026-11-19"], tidy: true });
  await withTinyEngine(async (tiny) => {
    const app = pageAndApi(tiny.engine, fixedSchedules([]), dataSourceOf(setting), { clock: tiny.clock });
    const read = async (path: string) => {
      const html = await (await app.request(path)).text();
      return /<div class="status-bar".*?<\/div>/s.exec(html)?.[0].replaceAll(/<[^>]+>/g, " ").replaceAll(/\s+/g, " ")
        .trim() ?? "";
    };
    const make = async () => {
      await tiny.engine.finished((await tiny.engine.submit({ selection: "*", trigger: "test" })).id);
    };
    await test({ ...tiny, read, make });
  }, { assets: [cleanPrices] });
}

const everyPage = [
  "/",
  "/pairs",
  "/pairs/clusters",
  "/pairs/selections",
  "/pairs/A/B",
  "/tickers",
  "/tickers/A",
  "/assets",
  "/assets/clean_prices",
  "/assets/nothing",
  "/runs",
  "/runs/1",
  "/backfills",
  "/schedules",
  "/settings",
  "/settings/audit-events",
  "/docs",
];

Deno.test("Every page shows the data source, the last session, its age, and the state", () =>
  withPages("csv:/home/somebody/prices.csv", async ({ read, make }) => {
    assert.equal(await read("/"), "csv: prices.csv Nothing is materialized yet");
    await make();
    for (const path of everyPage) {
      assert.equal(
        await read(path),
        "csv: prices.csv last session 2026-11-19 , 4 days old Everything is fresh",
        path,
      );
    }
  }));

Deno.test("No page says that all is fresh while it shows an open run, although a forced run leaves every asset fresh", () =>
  withPages("csv:prices.csv", async ({ engine, read, make }) => {
    await make();
    // This status is kept for some seconds.
    assert.match(await read("/pairs"), /Everything is fresh$/);
    const release = gate();
    world.held = release.opened;
    const run = await engine.submit({ selection: "*", trigger: "test", force: true });
    try {
      for (const path of ["/runs", `/runs/${run.id}`, "/", "/assets", "/pairs", "/tickers"]) {
        assert.match(await read(path), /Materializing (run 2|clean_prices running)$/, path);
      }
    } finally {
      release.open();
      await engine.finished(run.id);
    }
    for (const path of ["/runs", "/", "/pairs"]) assert.match(await read(path), /Everything is fresh$/, path);
  }));

Deno.test("Every page labels simulated data, and reports the source that some of it is still from", () =>
  withPages("simulated:7", async ({ read, make }) => {
    world.source = "simulated";
    await make();
    const said = "last session 2026-11-19 , 4 days old Everything is fresh";
    for (const path of everyPage) {
      assert.equal(await read(path), `SIMULATED DATA simulated market, seed 7 ${said}`, path);
    }
  }));

Deno.test("A page labels simulated data although the service reads a file now, until they are made again", () =>
  withPages("csv:prices.csv", async ({ read, make }) => {
    world.source = "simulated";
    await make();
    assert.match(await read("/pairs"), /^SIMULATED DATA csv: prices\.csv still shows simulated last session/);
    world.source = "csv";
    await make();
    assert.match(await read("/pairs"), /^csv: prices\.csv last session/);
  }));

Deno.test("Every page shows failures, late assets and failed checks, and then never that all is fresh", () =>
  withPages("csv:prices.csv", async ({ engine, database, read, make }) => {
    world.tidy = false;
    await make();
    const since = "csv: prices.csv last session 2026-11-19 , 4 days old";
    assert.equal(await read("/pairs"), `${since} A check failed clean_prices has a failed check`);
    // Two days later.
    const clock = fixedClock(Temporal.Now.instant().add({ hours: 49 }).toString());
    await new FreshnessEvaluator({ engine, database, clock, logger: silentLogger }).evaluate();
    assert.equal(await read("/"), `${since} Data is late clean_prices is late clean_prices has a failed check`);
  }));

Deno.test("Overview, table, graph and asset page mark an asset whose warning failed, with the rows at fault", () =>
  withPages("csv:prices.csv", async ({ engine, make }) => {
    world.tidy = false;
    await make();
    const app = pageAndApi(engine);
    const html = async (path: string) => await (await app.request(path)).text();
    const overview = await html("/");
    assert.match(overview, /<h1>A check failed<\/h1><p>1 asset, all fresh, 1 failed check<\/p>/);
    assert.match(overview, /id="attention".*ticker CCC\.L, session 2026-11-19, close 0\.39/s);
    assert.match(
      overview,
      /id="attention".*?<a href="\/assets\/clean_prices#checks">clean_prices<\/a>.*?check tidy failed/s,
    );
    const assets = await html("/assets");
    assert.match(assets, /aria-label="clean_prices, fresh · \d+ rows?; 1 check failed: tidy"/);
    assert.match(assets, /<text class="checks warned"[^>]*>▲ 1<\/text>/);
    assert.match(assets, /<tr data-asset="clean_prices".*?check tidy failed.*?<\/tr>/s);
    assert.match(
      await html("/assets?parts"),
      /\{"key":"clean_prices","state":"fresh",.*?"checks":"▲ 1","checksClass":"checks warned","label":"clean_prices, fresh · \d+ rows?; 1 check failed: tidy","faded":false\}/,
    );
    const own = await html("/assets/clean_prices");
    assert.match(own, /<div class="headline".*?check tidy failed.*?<\/div>.*id="attention".*id="why"/s);
    assert.match(own, /<code>tidy<\/code>.*?▲<\/span> failed/s);
    assert.match(await html("/assets?format=csv"), /^clean_prices,fresh,"",tidy,/m);
    assert.match(overview, /\(warning\)\s+in <a href="\/runs\/1">run 1<\/a>/);
    await engine.runChecks("clean_prices");
    assert.match(await html("/"), /\(warning\) when it was run alone <time/);
    world.tidy = true;
    await make();
    for (const path of ["/", "/assets", "/assets/clean_prices"]) {
      assert.doesNotMatch(await html(path), /check tidy failed/, path);
    }
  }));

Deno.test("Pages before signing in say that data are simulated, and nothing else of them", () =>
  withTinyEngine(async ({ engine, database, clock }) => {
    const access = openAccess({ database, required: true });
    const door = {
      access,
      signIn: null,
      siteUrl: () => new URL("http://localhost"),
      trustedProxies: 0,
      logger: silentLogger,
    };
    for (const [setting, said] of [["simulated", "SIMULATED DATA"], ["csv:secret_plans.csv", ""]] as const) {
      const app = page({ engine, scheduler: fixedSchedules([]), source: dataSourceOf(setting), clock, access: door });
      const html = await (await app.request("/sign-in")).text();
      assert.equal(/<div class="status-bar">(.*?)<\/div>/s.exec(html)?.[1]?.replaceAll(/<[^>]+>/g, "") ?? "", said);
      assert.doesNotMatch(html, /secret_plans|seed/);
    }
  }, { assets: [cleanPrices] }));

Deno.test("ageText() counts days, then months, then years", () => {
  assert.deepEqual([0, 1, 2, 91, 92, 729, 731, 1461, -1, -13_000].map(ageText), [
    "today",
    "1 day old",
    "2 days old",
    "91 days old",
    "3 months old",
    "23 months old",
    "2 years old",
    "4 years old",
    "dated tomorrow",
    "dated 13,000 days ahead",
  ]);
});
