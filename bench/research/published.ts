/**
 * Figures published by the research, by pair: its tables `spread_forecasting_models_evaluation_results.csv` and
 * `backtesting_results.csv` of the repository pairs-trading-with-ml, twelve of their nineteen pairs.
 *
 * Errors are in units of the spread scaled to 0 … 1 **over the whole sample**, the scored sessions included.
 *
 * @module
 */

type PublishedPair =
  | "IXUS VXUS"
  | "ANGL FALN"
  | "EMB VWOB"
  | "BNDW IUSB"
  | "FIXD IUSB"
  | "BNDX MBB"
  | "MBB VMBS"
  | "BSJO BSJQ"
  | "CATH VONE"
  | "FNX USVM"
  | "FTXO QABA"
  | "ONEQ QQEW";

type InForest = "forestMse" | "forestMae" | "forestTrend";

/** Trained on the first four fifths of 2019–2022, scored on the last; Prophet in USD. */
export const publishedInSample = read<
  | InForest
  | `boosted${"Mse" | "Mae" | "Trend"}`
  | `lstm${"Loss" | "TrainTrend" | "TestTrend"}`
  | `prophet${"Mse" | "Mae"}`
>("published_in_sample.csv");

/** Scored on 2023, with hedge ratio and scale fitted on 2023; the accuracy of the trend is in percent. */
export const publishedIn2023 = read<
  | InForest
  | `arima${"Mse" | "Mae" | "Trend"}`
  | "trendAccuracy"
  | "totalReturn"
  | "annualizedReturn"
  | "maxDrawdown"
  | "sharpe"
>("published_in_2023.csv");

function read<Figure extends string>(file: string): Record<PublishedPair, Record<Figure, number>> {
  const [head, ...rows] = Deno.readTextFileSync(new URL(file, import.meta.url)).trim().split("\n")
    .map((line) => line.split(","));
  return Object.fromEntries(
    rows.map((
      [pair, ...figures],
    ) => [pair, Object.fromEntries(figures.map((text, i) => [head![i + 1], Number(text)]))]),
  ) as Record<PublishedPair, Record<Figure, number>>;
}
