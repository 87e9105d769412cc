import { decimal } from "../figures.ts";
import type { ForecastScore } from "../forecast_record.ts";
import { inWords } from "../words.ts";

const width = 760;
/** Room for the names of models, and on either side of the bars for their figures. */
const left = 120;
const figureWidth = 40;
const top = 22;
const barHeight = 11;
const gap = 10;
const colours = ["first", "second", "third"];

/** Mean absolute errors in multiples of the last value's: to the left of the line a model is closer, to the right it is not. */
export function ForecastErrors({ scores }: { scores: readonly ForecastScore[] }) {
  const models = [...new Set(scores.map(({ model }) => model))];
  const horizons = [...new Set(scores.map(({ horizon }) => horizon))].sort((a, b) => a - b);
  const ratioOf = ({ mae, baseline_mae }: ForecastScore) => baseline_mae > 0 ? mae / baseline_mae : 1;
  const logs = scores.map((score) => Math.log2(ratioOf(score)));
  const [least, most] = [Math.min(-0.25, ...logs), Math.max(0.25, ...logs)];
  const x = (ratio: number) =>
    left + figureWidth + (width - left - 2 * figureWidth) * (Math.log2(ratio) - least) / (most - least);
  const group = horizons.length * barHeight + gap;
  const height = top + models.length * group + 18;
  const best = scores.toSorted((a, b) => ratioOf(a) - ratioOf(b))[0]!;
  const label = `Mean absolute errors beside the last value's. The smallest ratio is that of ${inWords(best.model)}, ${
    sessionsAhead(best.horizon)
  }: ${decimal(ratioOf(best), 3)}`;
  return (
    <figure class="drawing">
      <div class="scroller" tabindex={0} role="region" aria-label="Errors, may scroll sideways">
        <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label} class="forecast-errors">
          <text x={at(x(1))} y={12} text-anchor="middle">last value = 1</text>
          {models.map((model, m) => (
            <>
              <text x={left - 8} y={top + m * group + (group - gap) / 2 + 4} text-anchor="end">{inWords(model)}</text>
              {horizons.map((horizon, h) => {
                const score = scores.find((one) => one.model === model && one.horizon === horizon);
                if (!score) return null;
                const ratio = ratioOf(score);
                const y = top + m * group + h * barHeight;
                const [from, to] = [Math.min(x(1), x(ratio)), Math.max(x(1), x(ratio))];
                return (
                  <>
                    <rect
                      class={`horizon ${colours[h % colours.length]}`}
                      x={at(from)}
                      y={y}
                      width={at(Math.max(1, to - from))}
                      height={barHeight - 2}
                    >
                      <title>{`${inWords(model)}, ${sessionsAhead(horizon)}: ${decimal(ratio, 3)}`}</title>
                    </rect>
                    <text
                      x={at(ratio < 1 ? from - 4 : to + 4)}
                      y={y + barHeight - 3}
                      text-anchor={ratio < 1 ? "end" : "start"}
                    >
                      {decimal(ratio, 2)}
                    </text>
                  </>
                );
              })}
            </>
          ))}
          <line class="axis" x1={at(x(1))} x2={at(x(1))} y1={top - 4} y2={height - 16} />
        </svg>
      </div>
      <ul class="legend">
        {horizons.map((horizon, h) => (
          <li class={`${colours[h % colours.length]} shape-columns`}>{sessionsAhead(horizon)}</li>
        ))}
      </ul>
      <figcaption class="faint">
        Mean absolute error in multiples of the last value's, out of sample. Left of the line a model was closer than
        the last value.
      </figcaption>
    </figure>
  );
}

/** A horizon in words. */
export function sessionsAhead(horizon: number): string {
  return `${horizon} session${horizon === 1 ? "" : "s"} ahead`;
}

/** A coordinate as it is written: a hundredth of a pixel is enough. */
function at(value: number): number {
  return Math.round(100 * value) / 100;
}
