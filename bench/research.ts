/**
 * The research's two tables of forecasters and of the rolling trend, published and reproduced, for its nineteen ETF pairs.
 *
 *     deno run -A bench/research.ts [--lstm]
 *
 * Prices are read from the folder TANDEM_SHARED (default ../shared beside the repository); without it the script reproduces
 * nothing and says so. The figures of twelve of the nineteen pairs were published and are in bench/research/published.ts; the
 * others are shown alone.
 *
 * Everything is **scaled on the whole sample**, the scored part included, and the trend's threshold is chosen on the year that it
 * trades: these figures show that the kernels equal the research's, not what could have been achieved. The accuracy of forecasts
 * out of sample is in `forecast_scores`.
 *
 * Boosted trees, ARIMA and the trend use no random numbers. ARIMA differs if the search ends at a higher likelihood than that of
 * statsmodels, and so does the chosen order. A forest has scikit-learn's trees for the research's seed; its figures vary by some percent
 * with the last bit of the spread. The LSTM, which the research did not seed, takes some seconds per pair and is trained only with
 * `--lstm`. Prophet's search ends at different points in
 * different builds, so that its forecasts of nine months differ by some percent.
 *
 * @module
 */
import { cleanPrices, type PriceMatrix, prophet } from "../quant/mod.ts";
import { readWideCloses } from "../tests/support/wide_closes.ts";
import { publishedIn2023, publishedInSample } from "./research/published.ts";
import { in2023, inSample, type PairCloses } from "./research/reproduced.ts";
import { realPrices } from "./places.ts";
import { printTable } from "./measured.ts";
import { researchPairs } from "./research/chosen_pairs.ts";

const prices = realPrices();
const past = readWideCloses(`${prices}/nasdaq_etf_closes_2019_2022.csv`);
const year = readWideCloses(`${prices}/nasdaq_etf_closes_2023.csv`);
const withLstm = Deno.args.includes("--lstm");

type Figures = Readonly<Record<string, number>>;
await prophet.load();
const rows: { pair: string; before: Figures; after: Figures }[] = [];
const { pairs } = await researchPairs(cleanPrices(past, { rule: "research" }).matrix);
for (const [ticker1, ticker2] of pairs) {
  const { figures, forest } = inSample(closesOf(past, ticker1, ticker2), { withLstm });
  const after = in2023(closesOf(past, ticker1, ticker2), closesOf(year, ticker1, ticker2), forest);
  rows.push({ pair: `${ticker1} ${ticker2}`, before: figures, after });
}
print("2019–2022, the last fifth scored", rows.map(({ pair, before }) => [pair, before]), publishedInSample);
print("2023, hedge ratio and scale fitted to it", rows.map(({ pair, after }) => [pair, after]), publishedIn2023);

function closesOf({ sessions, tickers, closes }: PriceMatrix, ticker1: string, ticker2: string): PairCloses {
  const [price1, price2] = [ticker1, ticker2].map((ticker) => closes[tickers.indexOf(ticker)]!);
  return { sessions, price1: price1!, price2: price2! };
}

/** A line for each pair and figure with published and reproduced value, and the largest difference. */
function print(
  title: string,
  reproduced: [pair: string, Figures][],
  published: Readonly<Record<string, Figures>>,
): void {
  const names = Object.keys(reproduced[0]?.[1] ?? {});
  const text = (value: number | undefined) => value === undefined ? "–" : String(Number(value.toPrecision(5)));
  console.log(`\n### ${title}: published / reproduced\n`);
  const largest = new Map<string, number>();
  const rows = reproduced.map(([pair, figures]) => {
    const cells = names.map((name) => {
      const [known, own] = [published[pair]?.[name], figures[name]!];
      if (known !== undefined) {
        largest.set(name, Math.max(largest.get(name) ?? 0, Math.abs(own - known) / Math.max(Math.abs(known), 1e-12)));
      }
      return `${text(known)} / ${text(own)}`;
    });
    return [pair, ...cells];
  });
  const differences = names.map((name) => `${(100 * (largest.get(name) ?? NaN)).toPrecision(2)} %`);
  printTable(["pair", ...names], [...rows, ["largest difference", ...differences]]);
}
