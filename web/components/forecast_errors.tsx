import { decimal } from "../figures.ts";
import type { ForecastScore } from "../forecast_record.ts";
import { inWords } from "../words.ts";
import { DivergingBars } from "./diverging_bars.tsx";

/** Mean absolute errors as multiples of the baseline's: bars to the left of the line are better, to the right worse. */
export function ForecastErrors({ scores }: { scores: readonly ForecastScore[] }) {
  const models = [...new Set(scores.map(({ model }) => model))];
  const horizons = [...new Set(scores.map(({ horizon }) => horizon))].sort((a, b) => a - b);
  const ratioOf = ({ mae, baseline_mae }: ForecastScore) => baseline_mae > 0 ? mae / baseline_mae : 1;
  const best = scores.toSorted((a, b) => ratioOf(a) - ratioOf(b))[0]!;
  return (
    <DivergingBars
      label={`Mean absolute errors beside the last value's. The smallest ratio is that of ${inWords(best.model)}, ${
        sessionsAhead(best.horizon)
      }: ${decimal(ratioOf(best), 3)}`}
      middle="last value = 1"
      groups={models.map((model) => ({
        title: inWords(model),
        bars: horizons.map((horizon) => {
          const score = scores.find((one) => one.model === model && one.horizon === horizon);
          if (!score) return null;
          const ratio = ratioOf(score);
          return {
            // In logarithms, twice and half the error are equally far from the line.
            offset: Math.log2(ratio),
            text: decimal(ratio, 2),
            title: `${inWords(model)}, ${sessionsAhead(horizon)}: ${decimal(ratio, 3)}`,
          };
        }),
      }))}
      series={horizons.map(sessionsAhead)}
      titleWidth={120}
      leastOffset={0.25}
      caption="Mean absolute error in multiples of the last value's, out of sample. Left of the line a model was closer than the last value."
    />
  );
}

/** A horizon in words. */
export function sessionsAhead(horizon: number): string {
  return `${horizon} session${horizon === 1 ? "" : "s"} ahead`;
}
