/**
 * Requests made by the document of the API alone, good ones and broken ones: none may be answered with a fault of the server, or with
 * what the document does not describe.
 *
 * TANDEM_FUZZ_REQUESTS is how many on each database (1,500 unless told otherwise), TANDEM_FUZZ_SEED repeats a failure.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Hono } from "hono";
import { type OpenApiDocument, openApiDocument } from "../../routes/openapi/mod.ts";
import { SESSIONS, withMarketApi } from "../routes/compat/market_api.ts";
import { weekdays } from "../support/bars.ts";
import { withPartitionApi } from "../support/partition_api.ts";
import { databases } from "../support/database.ts";
import { operationFor } from "../support/described.ts";
import { withGuarded } from "../support/guarded_service.ts";
import { pageSchedule } from "../support/page_server.ts";
import { pairPageAssets } from "../support/pair_page_assets.ts";
import { type FuzzRequest, requestsOf } from "./request_arbitraries.ts";
import type { Vocabulary } from "./schema_arbitraries.ts";

const requests = Number(Deno.env.get("TANDEM_FUZZ_REQUESTS") ?? 1_500);
const seed = Number(Deno.env.get("TANDEM_FUZZ_SEED") ?? Date.now() % 2 ** 31);

/** Words of both worlds. */
const common = ["1", "2", "all", "csv", "parquet", "strict", "*"];

const ofOriginals = /^\/(?:ml|trading|api)\//;

for (const { name, ignore, open } of databases) {
  Deno.test({
    name: `the API on ${name} answers ${requests} requests of its own document as it says, and lives on (seed ${seed})`,
    ignore,
    async fn() {
      const database = await open();
      try {
        await withGuarded(async ({ app, access, engine, logged }) => {
          await engine.finished((await engine.submit({ selection: "*", trigger: "startup" })).id);
          const words = [
            ...pairPageAssets.map(({ key }) => key),
            "+chosen_pairs",
            "clean_prices+",
            "group:pairs",
            "KO",
            "PEP",
            "KO,PEP",
            "-ticker_1",
            "ticker_1,ticker_2",
            "2026-01-05",
            ...common,
          ];
          const byName = {
            key: pairPageAssets.map(({ key }) => key),
            id: ["1", "2", "3"],
            order: ["ticker_1", "-ticker_1"],
            fields: ["ticker_1,ticker_2"],
            as_of: ["2026-12-31", "1", "3"],
            name: [pageSchedule.name],
          };
          const vocabulary = { words, byName };
          // The routes of the original services have a world of their own below.
          const document = part(openApiDocument(app.routes, { version: "1" }), (path) => !ofOriginals.test(path));
          await fuzz(document, { app, authorization: `Bearer ${access.ownerSecret}`, vocabulary });
          assert.deepEqual(logged.filter(({ level }) => level === "error"), []);
        }, { engine: { assets: pairPageAssets, database } });
      } finally {
        await database.close();
      }
    },
  });
}

Deno.test(`the routes of the original services answer ${requests} requests of the document over a real market (seed ${seed})`, () =>
  withMarketApi(async ({ app, bars, errors, materialize }) => {
    await materialize();
    const document = part(openApiDocument(app.routes, { version: "1" }), (path) => ofOriginals.test(path));
    const pairs = await (await app.request("/api/model-chosen-pairs")).json() as Record<
      "id" | "ticker_1" | "ticker_2",
      string
    >[];
    assert.ok(pairs.length > 0);
    const tickers = ["A0", "A1", "B0", "C3", "NEW"];
    const vocabulary = {
      words: [...tickers, "ticker", "date,close", weekdays(SESSIONS)[80]!, ...common],
      byName: {
        ticker: tickers,
        id: pairs.map(({ id }) => id),
        ticker_1: [pairs[0]!.ticker_1],
        ticker_2: [pairs[0]!.ticker_2],
        fields: ["ticker_1,ticker_2", "ticker"],
        as_of: ["2026-12-31", "2027-01-01T00:00:00Z"],
      },
      bodies: {
        "/ml/pairs": { data: bars.map(({ ticker, session, close }) => ({ ticker, date: session, price: close })) },
      },
    };
    await fuzz(document, { app, vocabulary });
    assert.deepEqual(errors, []);
  }));

Deno.test(`assets made by partitions answer ${requests} requests of the document, their runs and backfills as well (seed ${seed})`, () =>
  withPartitionApi(async ({ app, engine, post }) => {
    await engine.finished((await engine.submit({ selection: "*", trigger: "startup" })).id);
    for (const names of [["A"], ["B"], ["A", "B"]]) await post("/v1/backfills", { selection: "*", names, force: true });
    const byName = {
      key: engine.graph.keys,
      selection: [...engine.graph.keys, "*", "+adjusted", "quotes+"],
      id: ["1", "2", "3", "4"],
      name: ["A", "B"],
      names: ["A", "B", "A,B"],
      date: ["2024-01-02", "2024-01-03", "2024-01-31"],
      from: ["2024-01-02", "2024-01-03"],
      to: ["2024-01-04", "2024-01-31"],
      order: ["name,date", "-value"],
      fields: ["name,value"],
      as_of: ["2026-12-31", "1", "3"],
    };
    const ours = /^\/v1\/(?:assets|materialize|backfills|runs)/;
    const document = part(openApiDocument(app.routes, { version: "1" }), (path) => ours.test(path));
    const vocabulary = { words: [...engine.graph.keys, ...common], byName };
    await fuzz(document, { app, vocabulary });
  }));

/** The same document of some of its paths. */
function part({ paths, ...document }: OpenApiDocument, of: (path: string) => boolean): OpenApiDocument {
  return { ...document, paths: Object.fromEntries(Object.entries(paths).filter(([path]) => of(path))) };
}

/** Sends requests by a document. Their answers are held against it by `app` itself: see `heldToDocument()`. */
async function fuzz(
  document: OpenApiDocument,
  { app, authorization, vocabulary }: {
    app: Pick<Hono, "request" | "routes">;
    authorization?: string;
    vocabulary: Vocabulary;
  },
): Promise<void> {
  const good = new Map(
    Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => [`${method.toUpperCase()} ${path}`, 0] as [string, number])
    ),
  );
  let [sent, refused] = [0, 0];
  await fc.assert(
    fc.asyncProperty(requestsOf(document, vocabulary), async ({ method, path, headers, body }: FuzzRequest) => {
      let request: Request;
      try {
        request = new Request(`http://localhost:8000${path}`, {
          method,
          headers: { ...headers, ...(authorization && { authorization }) },
          body,
        });
      } catch {
        // The standard itself refuses some of what may be generated; that is not the service's doing.
        refused++;
        return;
      }
      sent++;
      const response = await app.request(request);
      // Described, but not for arbitrary input.
      if (response.status >= 500 && response.status !== 503) {
        assert.fail(`${response.status}: ${await response.text()}`);
      }
      if (response.ok) {
        const { name } = operationFor(app, { method, path })!;
        good.set(name, good.get(name)! + 1);
      }
      if (response.headers.get("Content-Type")?.startsWith("text/event-stream")) await response.body?.cancel();
      else await response.bytes();
    }),
    { numRuns: requests, seed },
  );
  assert.equal((await app.request("http://localhost:8000/healthz")).status, 200);
  // A fuzzer whose requests are all turned away at the door tests the door.
  const reached = [...good].filter(([, count]) => count > 0).map(([name]) => name);
  const missed = [...good].filter(([, count]) => count === 0).map(([name]) => name);
  if (Deno.env.get("TANDEM_FUZZ_VERBOSE")) console.log({ sent, refused, good, missed });
  assert.ok(refused < sent / 10, `${refused} requests could not be made, ${sent} could`);
  assert.ok(reached.length > 0.6 * good.size, `None of the requests was good for ${missed.join(", ")}.`);
}
