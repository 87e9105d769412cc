import assert from "node:assert/strict";
import { callsOfWindowMean, linesOf } from "../../assets/forecasts/trend_calls.ts";
import { countAbove } from "../../assets/forecasts/trend_rules.ts";
import { linearRegression } from "../../quant/mod.ts";
import { sharedFolder } from "../support/shared_folder.ts";
import { readWideCloses } from "../support/wide_closes.ts";

const shared = sharedFolder();

/** Signals and those that were right above 0.4, 0.5 and 0.6, as the research printed them of its pairs in 2023. */
const published: Readonly<Record<string, readonly [number, number][]>> = {
  "IXUS VXUS": [[81, 64], [57, 48], [38, 33]],
  "ANGL FALN": [[112, 97], [92, 82], [66, 61]],
  "EMB VWOB": [[73, 56], [54, 41], [31, 21]],
  "BNDW IUSB": [[104, 85], [80, 71], [59, 53]],
  "FIXD IUSB": [[101, 80], [76, 62], [53, 41]],
  "BNDX MBB": [[112, 94], [93, 81], [66, 60]],
  "MBB VMBS": [[49, 33], [27, 18], [14, 10]],
  "BSJO BSJQ": [[121, 107], [109, 99], [79, 73]],
  "CATH VONE": [[99, 79], [77, 64], [62, 52]],
  "FNX USVM": [[108, 93], [98, 85], [73, 65]],
  "FTXO QABA": [[161, 147], [151, 139], [131, 122]],
  "ONEQ QQEW": [[108, 93], [87, 79], [65, 59]],
};

Deno.test({
  name: `callsOfWindowMean() counts what the research counted of twelve real pairs${
    shared === null ? " (ignored: no shared folder)" : ""
  }`,
  ignore: shared === null,
  fn() {
    const { tickers, closes } = readWideCloses(`${shared}/market/nasdaq_etf_closes_2023.csv`);
    for (const [pair, expected] of Object.entries(published)) {
      const [price1, price2] = pair.split(" ").map((ticker) => closes[tickers.indexOf(ticker)]!);
      // The research fitted the line on the year that it scored.
      const { slope, intercept } = linearRegression(price1!, price2!);
      const series = price2!.map((close, t) => close - slope * price1![t]! - intercept);
      const calls = callsOfWindowMean(linesOf(series, 10), { series, lookback: 10, from: 0, to: series.length });
      const counted = [0.4, 0.5, 0.6].map((least) => countAbove(calls, least)).map((
        { signals, right },
      ) => [signals, right]);
      assert.deepEqual(counted, expected, pair);
    }
  },
});
