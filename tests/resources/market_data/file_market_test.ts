import assert from "node:assert/strict";
import { type FileContents, fileMarket, type FileMarketOptions } from "../../../resources/market_data/file_market.ts";
import { closesAlone } from "../../../resources/market_data/bar_columns.ts";
import type { UnusableRow } from "../../../resources/market_data/market_data.ts";

const unusable: UnusableRow = { ticker: "B", session: null, place: "line 3", reason: "no date" };

/** A market of a file whose text is a close of A, which counts how often it is parsed. */
async function withFile(
  work: (
    file: { market: ReturnType<typeof fileMarket>; write(close: number): Promise<void>; parsed(): number },
  ) => Promise<void>,
  options: FileMarketOptions = {},
): Promise<void> {
  const path = await Deno.makeTempFile();
  let parses = 0;
  let writes = 0;
  const source = { path, format: "TEST", setting: "TEST", contents: "A close." };
  const market = fileMarket("test", source, (stored, options): Promise<FileContents> => {
    parses++;
    options.onUnusable?.(unusable);
    const bars = closesAlone(["A"], ["2026-03-02"], Float64Array.of(Number(new TextDecoder().decode(stored))));
    return Promise.resolve({ bars, symbols: ["A", "B"] });
  }, options);
  try {
    await work({
      market,
      async write(close) {
        await Deno.writeTextFile(path, String(close));
        await Deno.utime(path, 1_000 + ++writes, 1_000 + writes);
      },
      parsed: () => parses,
    });
  } finally {
    await Deno.remove(path);
  }
}

Deno.test("A file is parsed once for its symbols, its newest date and its bars", async () => {
  await withFile(async ({ market, write, parsed }) => {
    for (const close of [11, 12]) {
      await write(close);
      const before = parsed();
      assert.equal(await market.newestDate!(), "2026-03-02");
      assert.equal((await market.tickers()).length, 2);
      const told: UnusableRow[] = [];
      const { close: closes } = await market.dailyBars({ onUnusable: (row) => told.push(row) });
      assert.deepEqual([[...closes], told, parsed() - before], [[close], [unusable], 1]);
    }
  });
});

Deno.test("A file whose bars are not to be read is not kept after it was parsed, and they can be read nevertheless", async () => {
  await withFile(async ({ market, write, parsed }) => {
    await write(11);
    assert.equal(await market.newestDate!(), "2026-03-02");
    assert.equal((await market.tickers()).length, 2);
    assert.equal(parsed(), 1);
    assert.deepEqual([...(await market.dailyBars()).close], [11]);
    assert.equal(parsed(), 2);
  }, { readsBars: false });
});

Deno.test("Bars are of the file as it is, and each reading has its own", async () => {
  await withFile(async ({ market, write, parsed }) => {
    await write(11);
    await market.newestDate!();
    await write(12);
    assert.deepEqual([...(await market.dailyBars()).close], [12]);
    await market.newestDate!();
    (await market.dailyBars()).close.fill(0);
    assert.deepEqual([...(await market.dailyBars()).close], [12]);
    assert.equal(parsed(), 4);
    await assert.rejects(market.dailyBars({ signal: AbortSignal.abort() }));
  });
});
