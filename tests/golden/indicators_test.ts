import assert from "node:assert/strict";
import { ema, macd, rsi, sma } from "../../quant/indicators/mod.ts";
import { sharedFolder } from "../support/shared_folder.ts";
import { readWideCloses } from "../support/wide_closes.ts";

const shared = sharedFolder();
const absent = shared === null ? " (ignored: no shared folder)" : "";

interface GoldenIndicators {
  n: number;
  sma_30: number;
  ema_30: number;
  rsi_30: number;
  rsi_14: number;
  macd_12_26_9: { value: number; signal: number; histogram: number };
}

for (const span of ["full", "last_150"] as const) {
  Deno.test({
    name: `sma(), ema(), rsi() and macd() equal the vendor's on real ETFs, ${span.replace("_", " ")} closes${absent}`,
    ignore: shared === null,
    fn() {
      const golden = JSON.parse(Deno.readTextFileSync(`${shared}/reference/golden/indicators.json`));
      const tickers: Record<string, Record<typeof span, GoldenIndicators>> = golden.tickers;
      const wide = readWideCloses(`${shared}/market/${golden.market_file}`);
      assert.ok(Object.keys(tickers).length >= 10);
      for (const [ticker, spans] of Object.entries(tickers)) {
        const expected = spans[span];
        const closes = wide.closes[wide.tickers.indexOf(ticker)]!.slice(-expected.n);
        assert.equal(closes.length, expected.n);
        const { value, signal, histogram } = macd(closes);
        const pairs: [string, Float64Array, number][] = [
          ["sma 30", sma(closes, 30), expected.sma_30],
          ["ema 30", ema(closes, 30), expected.ema_30],
          ["rsi 30", rsi(closes, 30), expected.rsi_30],
          ["rsi 14", rsi(closes, 14), expected.rsi_14],
          ["macd value", value, expected.macd_12_26_9.value],
          ["macd signal", signal, expected.macd_12_26_9.signal],
          ["macd histogram", histogram, expected.macd_12_26_9.histogram],
        ];
        for (const [name, series, last] of pairs) {
          assert.equal(series.length, closes.length);
          assert.ok(Math.abs(series.at(-1)! - last) <= 1e-9, `${ticker} ${name}: ${series.at(-1)} instead of ${last}`);
        }
      }
    },
  });
}
