import assert from "node:assert/strict";
import { cleanPrices, dailyBars, pairClusters } from "../../assets/mod.ts";
import type { RowOf } from "../../engine/mod.ts";
import { readClusterMap } from "../../web/cluster_map.ts";
import { type ClusterMembers, mostCompared, readClusterMembers } from "../../web/cluster_members.ts";
import { weekdays } from "../support/bars.ts";
import { normals } from "../support/closes.ts";
import { knownTable } from "../support/known_tables.ts";
import { withTinyEngine } from "../support/tiny_engine.ts";

const sessions = weekdays(130);
const asOf = sessions[119]!;
/** In two groups that alternate; T33 lacks a close, and the others are denser the higher their number. */
const tickers = Array.from({ length: mostCompared + 5 }, (_, i) => `T${String(i).padStart(2, "0")}`);

const factors = [1, 2].map((seed) => {
  const normal = normals(seed);
  return sessions.map(() => 0.01 * normal());
});

const prices: RowOf<typeof cleanPrices>[] = tickers.flatMap((ticker, i) => {
  const normal = normals(100 + i);
  let close = 10 + i;
  return sessions.map((session, t) => {
    close *= 1 + factors[i % 2]![t]! + 0.002 * normal();
    return { ticker, session, close, filled: false };
  }).filter(({ session }) => ticker !== "T33" || session !== sessions[60]);
});

/** T34 pays one in a hundred, on the session that is the middle of the formation. */
const paid = { ticker: "T34", session: sessions[70]!, dividend: 1 };

const bars: RowOf<typeof dailyBars>[] = prices.map(({ ticker, session, close }) => ({
  ticker,
  session,
  open: close,
  high: close,
  low: close,
  close,
  volume: 1000,
  vwap: null,
  dividend: ticker === paid.ticker && session === paid.session ? paid.dividend : 0,
  split: 1,
  split_factor: 1,
}));

const clusters: RowOf<typeof pairClusters>[] = tickers.map((ticker, i) => ({
  as_of: asOf,
  preset: "research" as const,
  ticker,
  cluster: 4,
  position: i,
  reachability: null,
  core_distance: 1 - i / 100,
  component_1: i,
  component_2: i,
  component_3: null,
  component_4: null,
  component_5: null,
}));

let members: ClusterMembers | null = null;
await withTinyEngine(async ({ engine }) => {
  const config = { pair_clusters: { formationSessions: 100 } };
  await engine.finished((await engine.submit({ selection: "*", trigger: "test", config })).id);
  const map = await readClusterMap(engine, {});
  members = await readClusterMembers(engine, map!, 4);
  assert.equal((await readClusterMembers(engine, map!, 99))!.cluster, 4, "an unknown number is none");
}, { assets: [knownTable(pairClusters, clusters), knownTable(cleanPrices, prices), knownTable(dailyBars, bars)] });
const found = members!;

Deno.test("readClusterMembers() compares the densest members, and names those that it does not", () => {
  assert.equal(found.size, tickers.length);
  assert.deepEqual(found.beyond, ["T04", "T03", "T02", "T01", "T00"]);
  assert.deepEqual(found.incomplete, ["T33"]);
  assert.deepEqual(found.tickers, tickers.slice(5).reverse().filter((ticker) => ticker !== "T33"));
});

Deno.test("readClusterMembers() has prices of the formation from 100, with dividends reinvested", () => {
  assert.deepEqual(found.sessions, sessions.slice(20, 120));
  assert.ok(found.indices.every((series) => series.length === 100 && series[0] === 100));
  const closeOf = (ticker: string, t: number) =>
    prices.find((row) => row.ticker === ticker && row.session === sessions[t])!.close;
  const [payer, other] = [found.tickers.indexOf("T34"), found.tickers.indexOf("T32")];
  const growth = closeOf("T34", 119) / closeOf("T34", 20);
  const reinvested = growth * (1 + paid.dividend / closeOf("T34", 70));
  assert.ok(Math.abs(found.indices[payer]![99]! - 100 * reinvested) < 1e-9);
  assert.ok(Math.abs(found.indices[other]![99]! - 100 * closeOf("T32", 119) / closeOf("T32", 20)) < 1e-9);
  assert.equal(found.dividends, 1);
});

Deno.test("readClusterMembers() correlates daily returns, and puts alike members beside each other", () => {
  const group = (place: number) => Number(found.tickers[place]!.slice(1)) % 2;
  for (const [i, row] of found.correlations.entries()) {
    for (const [j, value] of row.entries()) {
      assert.ok(group(i) === group(j) ? value > 0.9 : Math.abs(value) < 0.4, `${i} ${j}: ${value}`);
    }
  }
  const groups = found.order.map(group);
  const changes = groups.filter((one, at) => at > 0 && one !== groups[at - 1]).length;
  assert.equal(changes, 1);
});
