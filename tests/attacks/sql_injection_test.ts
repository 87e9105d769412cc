import assert from "node:assert/strict";
import { type Attacked, withAttacked } from "../support/attacked_service.ts";
import { databases } from "../support/database.ts";
import { pairPageAssets } from "../support/pair_page_assets.ts";

/** What does something wherever text becomes part of a statement: ends of strings, names, comments, casts, parameters, functions. */
const payloads = [
  "'",
  '"',
  "';",
  "''; DROP TABLE raw.numbers; --",
  "'; DROP SCHEMA engine CASCADE; --",
  '"; DROP TABLE raw.numbers; --',
  "1; DELETE FROM raw.numbers",
  "1 OR 1=1",
  "' OR '1'='1",
  '" OR "1"="1',
  "') OR ('1'='1",
  "1) OR (1=1",
  "' UNION SELECT version() --",
  "' UNION SELECT digest, name FROM access.token --",
  "name; UPDATE raw.numbers SET value = 0",
  "name FROM access.token",
  "name, (SELECT version())",
  "(SELECT pg_sleep(5))",
  "'||pg_sleep(5)||'",
  "1;SELECT pg_sleep(5)",
  "$1",
  "$$; DROP TABLE raw.numbers; $$",
  "\\'; DROP TABLE raw.numbers; --",
  "%27%3B DROP TABLE raw.numbers",
  "/* */ DROP TABLE raw.numbers",
  "--",
  "name::regclass",
  "information_schema.tables",
  "_until",
  "_from) OR (TRUE",
  "*",
  "-name",
  "-'; SELECT 1",
  "ＮＡＭＥ＇；",
  "\u2019; DROP TABLE raw.numbers; --",
  "a\0b",
  "\ud800",
  "1e400",
  "9".repeat(400),
  "{}",
  "[]",
  "NaN",
  "Infinity",
  "null",
  "0x41",
  "2026-02-30",
  "2026-01-01'; --",
  "__proto__",
  "constructor",
  "toString",
];

/** Addresses in which every parameter is a payload once: `?` for a value, `*` for a part of the path, `!` for the name of one. */
const reads = [
  "/v1/assets/*",
  "/v1/assets/*/rows",
  "/v1/assets/*/checks",
  "/v1/assets/*/materializations",
  "/v1/assets/*/partitions",
  "/v1/assets/*/why",
  "/v1/assets/*/impact",
  "/v1/assets/*/automation",
  "/v1/assets/numbers/rows?name=?",
  "/v1/assets/numbers/rows?name.in=?",
  "/v1/assets/numbers/rows?value.gte=?",
  "/v1/assets/numbers/rows?!=x",
  "/v1/assets/numbers/rows?order=?",
  "/v1/assets/numbers/rows?order=name,?",
  "/v1/assets/numbers/rows?fields=?",
  "/v1/assets/numbers/rows?limit=?",
  "/v1/assets/numbers/rows?cursor=?",
  "/v1/assets/numbers/rows?as_of=?",
  "/v1/assets/numbers/rows?format=?",
  "/v1/assets/numbers/rows?format=csv&name=?",
  "/v1/assets/numbers/rows?format=parquet&name=?",
  "/v1/assets/numbers/materializations?before=?",
  "/v1/assets/numbers/checks?name=?",
  "/v1/assets/chosen_pairs/rows?ticker_1=?",
  "/v1/assets/chosen_pairs/rows?order=?",
  "/v1/assets/chosen_pairs/rows?as_of.lte=?",
  "/v1/assets/numbers/partitions?from=?",
  "/v1/assets/numbers/partitions?names=?",
  "/v1/assets/numbers/why?name=?",
  "/v1/assets/numbers/why?date=?",
  "/v1/assets/numbers/impact?names=?",
  "/v1/runs?status=?",
  "/v1/runs?before=?",
  "/v1/runs?!=1",
  "/v1/runs/*",
  "/v1/runs/*/events",
  "/v1/runs/1/events?after=?",
  "/v1/backfills/*",
  "/v1/backfills?status=?",
  "/v1/freshness?!=1",
  "/v1/schedules?!=1",
  "/assets/*",
  "/pairs?ticker=?",
  "/pairs?sort=?",
  "/pairs?max_p_value=?",
  "/pairs?accepted=?",
  "/pairs?cluster=?",
  "/pairs?as_of=?",
  "/pairs?page=?",
  "/pairs/*/PEP",
  "/pairs/KO/PEP?strategy=?",
  "/pairs/KO/PEP?model=?",
  "/pairs/KO/PEP?notional=?",
  "/strategies?strategy=?",
  "/strategies?cost=?",
  "/strategies?weighting=?",
  "/strategies?sort=?",
  "/strategies/*.html",
  "/forecasts?pair=?",
  "/forecasts?model=?",
  "/forecasts?horizon=?",
  "/backfills?selection=?",
  "/backfills?selection=chosen_pairs&from=?",
  "/backfills?selection=chosen_pairs&names=?",
  "/backfills/*",
  "/api/ticker/all?!=1",
  "/api/ticker/*/details",
  "/api/ticker/*/daily-ohlc",
  "/api/ticker/*/news-mentions",
  "/api/ticker/KO/daily-ohlc?from=?",
  "/api/ticker/KO/daily-ohlc?cursor=?",
  "/api/pairs?from=?",
  "/api/pairs?limit=?",
  "/api/pairs?cursor=?",
  "/api/pairs?fields=?",
  "/api/pairs/*",
  "/api/model-chosen-pairs?fields=?",
  "/api/model-chosen-pairs/trades?ticker_1=?&ticker_2=PEP",
  "/api/model-chosen-pairs/trades?ticker_1=KO&ticker_2=?",
  "/api/model-chosen-pairs/metrics?ticker_1=?&ticker_2=?",
  "/api/model-chosen-pairs/metrics?compat=?",
];

/** Bodies in which `?` is a payload as JSON text. */
const changes: [path: string, body: string][] = [
  ["/v1/materialize", '{"selection": ?, "dryRun": true}'],
  ["/v1/materialize", '{"selection": "numbers", "config": {?: {}}, "dryRun": true}'],
  ["/v1/assets/*/materialize", '{"dryRun": true}'],
  ["/v1/assets/multiples/materialize", '{"config": {"factor": ?}, "dryRun": true}'],
  ["/v1/assets/multiples/materialize", '{"config": {?: 1}, "dryRun": true}'],
  ["/v1/backfills", '{"selection": ?, "dryRun": true}'],
  ["/v1/backfills", '{"selection": "numbers", "names": [?], "dryRun": true}'],
  ["/v1/backfills", '{"selection": "numbers", "from": ?, "dryRun": true}'],
  ["/v1/assets/numbers/report", '{"metadata": {"x": ?}, "names": [?]}'],
  ["/api/ml/fit-rlrt", '{"ticker_1": ?, "ticker_2": ?}'],
  ["/ml/pairs", '{"data": [{"ticker": ?, "date": ?, "close": ?}]}'],
  ["/v1/runs/*/cancel", "{}"],
  ["/v1/runs/*/retry", "{}"],
  ["/v1/assets/*/automation/pause", "{}"],
];

/** As an address can hold it: half a character cannot be written. */
function encoded(payload: string): string {
  return payload.isWellFormed() ? encodeURIComponent(payload) : "%ED%A0%80";
}

/** The ways in which an answer may repeat what was sent: as it is, and as an address, JSON and a page write it. */
function forms(payload: string): string[] {
  const asForm = new URLSearchParams({ payload }).toString().slice("payload=".length);
  const plain = [payload, encoded(payload), asForm, decodeURI(payload.isWellFormed() ? encoded(payload) : "")];
  const json = plain.map((text) => JSON.stringify(text).slice(1, -1));
  const html = [...plain, ...json].map((text) =>
    text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;").replaceAll(
      "'",
      "&#39;",
    )
  );
  return [...plain, ...json, ...html];
}

/** What a database says of a statement, or of itself. */
const inside =
  /syntax error|postgres|pg_|\brelation\b|column ".*" does not exist|unterminated|invalid input syntax|PGlite|22P02|\b42601\b|\bat .*\.ts\b/i;

async function attack(
  { ask, logged }: Attacked,
  { path, payload, init }: { path: string; payload: string; init?: RequestInit },
): Promise<void> {
  const startedAtMs = performance.now();
  const { status, text } = await ask(path, init);
  const what = `${init?.method ?? "GET"} ${path} ${init?.body ?? ""}`.slice(0, 300);
  assert.ok(status < 500, `${what}: ${status} ${logged.at(-1)?.message}`);
  if (status >= 400) {
    // What was sent may be sent back in a sentence or a page, its beginning at least; what the database said may not.
    let said = text;
    const sentBack = [...forms(payload), ...forms(payload.slice(0, 40))];
    for (const own of sentBack) if (own.length > 3) said = said.replaceAll(own, "…");
    assert.doesNotMatch(said, inside, `${what} ${inside.exec(said)?.[0]} in ${said.slice(0, 600)}`);
    assert.doesNotMatch(said, /FROM (?:engine|raw|silver|gold)|_until IS NULL|WHERE .* LIMIT/, what);
  }
  assert.ok(performance.now() - startedAtMs < 4_000, `${what} slept`);
}

for (const { name, ignore, open } of databases) {
  Deno.test({
    name: `no text in any parameter becomes part of a statement, on ${name}`,
    ignore,
    async fn(t) {
      for (const [what, assets] of [["a tiny chain", undefined], ["the pages of pairs", pairPageAssets]] as const) {
        const database = await open();
        try {
          await withAttacked(async (service) => {
            const before = await service.stored();
            await t.step(`reads of ${what}`, async () => {
              for (const read of reads) {
                for (const payload of payloads) {
                  await attack(service, {
                    path: read.replaceAll(/(?<!\w)[*!]|(?<==|,)\?/g, encoded(payload)),
                    payload,
                  });
                }
              }
            });
            await t.step(`changes of ${what}`, async () => {
              for (const [to, template] of changes) {
                for (const payload of payloads) {
                  await attack(service, {
                    path: to.replaceAll("*", encoded(payload)),
                    payload,
                    init: {
                      method: "POST",
                      headers: { "Content-Type": "application/json" },
                      body: template.replaceAll("?", () => JSON.stringify(payload)),
                    },
                  });
                }
              }
            });
            assert.equal(await service.stored(), before);
            assert.deepEqual(service.logged.filter(({ level }) => level === "error"), []);
            await service.livesOn();
          }, { engine: { database, ...(assets && { assets }) } });
        } finally {
          await database.close();
        }
      }
    },
  });
}
