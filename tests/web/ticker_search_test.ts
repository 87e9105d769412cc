import assert from "node:assert/strict";
import fc from "fast-check";
import type { TickerDirectory, TickerEntry } from "../../web/ticker_directory.ts";
import {
  findTickers,
  tickerPageSizes,
  tickersAddress,
  type TickerSearch,
  tickerSortColumns,
} from "../../web/ticker_search.ts";
import { nameWords } from "../../web/ticker_words.ts";

function entry(ticker: string, given: Partial<TickerEntry> = {}): TickerEntry {
  return {
    ticker,
    name: null,
    type: "CS",
    exchange: null,
    active: true,
    delistedOn: null,
    lastSession: "2024-01-05",
    close: 10,
    change: 0,
    volume: 100,
    pairs: 0,
    accepted: 0,
    chosen: 0,
    cluster: null,
    words: nameWords(given.name ?? ""),
    ...given,
  };
}

const directory: TickerDirectory = {
  entries: [
    entry("GE", { name: "General Electric", cluster: 0, pairs: 2, chosen: 1, change: -0.1 }),
    entry("GEN", { active: false, delistedOn: "2020-01-02", lastSession: "2019-12-31", change: 0.2 }),
    entry("GENA", { name: "Gena Fund", type: "ETF", exchange: "XNAS", cluster: 3, change: 0.1, volume: null }),
    entry("GM", { name: "General Motors", lastSession: null, close: null, change: null, volume: null }),
    entry("ge", { name: "Small letters" }),
  ],
  lastSession: "2024-01-05",
  pairsAsOf: "2024-01-05",
  types: ["CS", "ETF"],
  exchanges: ["XNAS"],
  clusters: [0, 3],
  bars: 1,
};

const found = (query: string) =>
  findTickers(directory, tickersAddress.read(new URLSearchParams(query)).search).map(({ ticker }) => ticker);

Deno.test("findTickers() puts the symbol first, then its beginnings, then names; trading ones first among equals", () => {
  assert.deepEqual(found("q=GE"), ["GE", "ge", "GENA", "GEN", "GM"]);
  assert.deepEqual(found("q=ge"), ["ge", "GE", "GENA", "GEN", "GM"]);
  assert.deepEqual(found("q=gen"), ["GEN", "GENA", "GE", "GM"]);
  assert.deepEqual(found("q=general"), ["GE", "GM"]);
  assert.deepEqual(found("q=motors+gen"), ["GM"]);
  assert.deepEqual(found("q=%25"), []);
  assert.deepEqual(found(""), ["GE", "GEN", "GENA", "GM", "ge"]);
});

Deno.test("findTickers() keeps tickers that match every filter", () => {
  assert.deepEqual(found("type=ETF"), ["GENA"]);
  assert.deepEqual(found("exchange=XNAS"), ["GENA"]);
  assert.deepEqual(found("status=delisted"), ["GEN"]);
  assert.deepEqual(found("status=active&q=gen"), ["GENA", "GE", "GM"]);
  assert.deepEqual(found("bars=no"), ["GM"]);
  assert.deepEqual(found("bars=yes&cluster=none"), ["GEN", "ge"]);
  assert.deepEqual(found("chosen=yes"), ["GE"]);
  assert.deepEqual(found("chosen=no&cluster=any"), ["GENA"]);
  assert.deepEqual(found("cluster=0"), ["GE"]);
  assert.deepEqual(found("cluster=9"), []);
});

Deno.test("findTickers() sorts missing values last in both directions", () => {
  assert.deepEqual(found("sort=change"), ["GE", "ge", "GENA", "GEN", "GM"]);
  assert.deepEqual(found("sort=-change"), ["GEN", "GENA", "ge", "GE", "GM"]);
  assert.deepEqual(found("sort=name").at(-1), "GEN");
  assert.deepEqual(found("sort=-name").at(-1), "GEN");
});

Deno.test("tickersAddress.read() names unreadable values and omits them", () => {
  const query = "q=a&status=dead&bars=maybe&cluster=-1&size=7&page=0&sort=colour&chosen=yes";
  const { search, problems } = tickersAddress.read(new URLSearchParams(query));
  assert.deepEqual([...problems.keys()].sort(), ["bars", "cluster", "page", "size", "sort", "status"]);
  assert.equal(problems.get("size"), "A page of “7” rows is none of 25, 50, 100, 250.");
  assert.deepEqual(search, {
    text: "a",
    chosen: true,
    size: 50,
    page: 1,
  });
});

Deno.test("tickersAddress.write() is the inverse of read()", () => {
  const text = fc.string({ minLength: 1, maxLength: 30 }).filter((one) => one.trim() === one && one !== "");
  const search: fc.Arbitrary<TickerSearch> = fc.record({
    text: fc.option(text, { nil: undefined }),
    type: fc.option(text, { nil: undefined }),
    status: fc.constantFrom("active" as const, "delisted" as const, undefined),
    exchange: fc.option(text, { nil: undefined }),
    hasBars: fc.constantFrom(true, false, undefined),
    chosen: fc.constantFrom(true, false, undefined),
    cluster: fc.oneof(fc.constantFrom("any" as const, "none" as const), fc.nat(999)),
    sort: fc.record({ column: fc.constantFrom(...tickerSortColumns), descending: fc.boolean() }, {
      noNullPrototype: true,
    }),
    size: fc.constantFrom(...tickerPageSizes),
    page: fc.integer({ min: 1, max: 1000 }),
  }, { noNullPrototype: true });
  fc.assert(fc.property(search, (given) => {
    const { search: read, problems } = tickersAddress.read(
      new URL(tickersAddress.write(given), "http://x").searchParams,
    );
    const said = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
    assert.deepEqual([read, problems.size], [said, 0]);
  }));
});
