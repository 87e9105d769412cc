import { count, decimal } from "../figures.ts";
import type { ResidualDiagnostics } from "../residual_diagnostics.ts";
import { DataTable } from "./data_table.tsx";
import { at } from "../time_axis.ts";

const [width, height] = [460, 220];
const inner = { left: 42, right: 8, top: 8, bottom: 26 };
const plotWidth = width - inner.left - inner.right;
const plotHeight = height - inner.top - inner.bottom;

/** Distribution and autocorrelation of a spread side by side, with tables of the data. */
export function ResidualCharts({ of, csv }: { of: ResidualDiagnostics; csv: string }) {
  return (
    <>
      <div class="side-by-side">
        <Distribution of={of} />
        <Autocorrelation of={of} />
      </div>
      <details>
        <summary>Data of both charts</summary>
        <p class="faint">
          <a href={csv}>As CSV</a>
        </p>
        <div class="side-by-side">
          <DataTable
            label="Distribution"
            bounded
            columns={[
              { title: "From, USD", number: true, cell: ({ from }) => decimal(from, 2) },
              { title: "To, USD", number: true, cell: ({ to }) => decimal(to, 2) },
              { title: "Sessions", number: true, cell: ({ sessions }) => count(sessions) },
              { title: "If normal", number: true, cell: ({ normal }) => decimal(normal, 1) },
            ]}
            rows={of.bins}
          />
          <DataTable
            label="Autocorrelation"
            bounded
            columns={[
              { title: "Lag, sessions", number: true, cell: ({ lag }) => lag },
              { title: "Autocorrelation", number: true, cell: ({ value }) => decimal(value, 3) },
              {
                title: "By the half-life",
                number: true,
                cell: ({ implied }) => implied === null ? "–" : decimal(implied, 3),
              },
            ]}
            rows={of.autocorrelation}
          />
        </div>
      </details>
    </>
  );
}

function Distribution({ of: { bins, mean, standardDeviation, sessions } }: { of: ResidualDiagnostics }) {
  const [least, most] = [bins[0]!.from, bins.at(-1)!.to];
  const highest = Math.max(...bins.flatMap((bin) => [bin.sessions, bin.normal]));
  const x = (value: number) => inner.left + plotWidth * (value - least) / (most - least);
  const y = (value: number) => inner.top + plotHeight * (1 - value / highest);
  const curve = bins.map(({ from, to, normal }, i) => `${i ? "L" : "M"}${at(x((from + to) / 2))} ${at(y(normal))}`);
  const label = `Distribution of the spread over ${count(sessions)} sessions: mean ${decimal(mean, 2)} USD, deviation ${
    decimal(standardDeviation, 2)
  } USD, from ${decimal(least, 2)} to ${decimal(most, 2)}`;
  return (
    <figure class="drawing">
      <svg class="chart-drawing" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
        {bins.map(({ from, to, sessions }) => (
          <rect
            class="bar"
            x={at(x(from) + 0.5)}
            y={at(y(sessions))}
            width={at(Math.max(0.5, x(to) - x(from) - 1))}
            height={at(inner.top + plotHeight - y(sessions))}
          >
            <title>{`${decimal(from, 2)} to ${decimal(to, 2)} USD: ${count(sessions)} sessions`}</title>
          </rect>
        ))}
        <path class="curve" d={curve.join("")} />
        <line class="axis" x1={inner.left} x2={width - inner.right} y1={at(y(0))} y2={at(y(0))} />
        <text x={inner.left - 6} y={at(y(highest) + 9)} text-anchor="end">{count(Math.round(highest))}</text>
        <text x={inner.left - 6} y={at(y(0))} text-anchor="end">0</text>
        <text x={at(x(least))} y={height - 8}>{decimal(least, 2)}</text>
        <text x={at(x(most))} y={height - 8} text-anchor="end">{decimal(most, 2)} USD</text>
      </svg>
      <figcaption class="faint">
        Distribution of the spread, with the normal distribution of the same mean and deviation.
      </figcaption>
    </figure>
  );
}

function Autocorrelation({ of: { autocorrelation, bound } }: { of: ResidualDiagnostics }) {
  const lags = autocorrelation.length;
  const least = Math.min(-2 * bound, ...autocorrelation.map(({ value }) => value));
  const x = (lag: number) => inner.left + plotWidth * (lag - 0.5) / lags;
  const y = (value: number) => inner.top + plotHeight * (1 - (value - least) / (1 - least));
  const implied = autocorrelation.filter((one) => one.implied !== null);
  const beyond = autocorrelation.find(({ value }) => value < bound)?.lag;
  const label = `Autocorrelation of the spread at lags 1 to ${lags}: ${
    decimal(autocorrelation[0]!.value, 2)
  } at lag 1, ${
    beyond === undefined ? "never within" : `from lag ${beyond} on first within`
  } the bounds of white noise`;
  return (
    <figure class="drawing">
      <svg class="chart-drawing" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
        <rect
          class="band"
          x={inner.left}
          width={plotWidth}
          y={at(y(bound))}
          height={at(y(-bound) - y(bound))}
        />
        {autocorrelation.map(({ lag, value }) => (
          <line class="stem" x1={at(x(lag))} x2={at(x(lag))} y1={at(y(0))} y2={at(y(value))}>
            <title>{`Lag ${lag}: ${decimal(value, 3)}`}</title>
          </line>
        ))}
        {implied.length > 0 && (
          <path
            class="curve"
            d={implied.map(({ lag, implied }, i) => `${i ? "L" : "M"}${at(x(lag))} ${at(y(implied!))}`).join("")}
          />
        )}
        <line class="axis" x1={inner.left} x2={width - inner.right} y1={at(y(0))} y2={at(y(0))} />
        <text x={inner.left - 6} y={at(y(1) + 9)} text-anchor="end">1</text>
        <text x={inner.left - 6} y={at(y(0) + 4)} text-anchor="end">0</text>
        <text x={inner.left} y={height - 8}>1</text>
        <text x={width - inner.right} y={height - 8} text-anchor="end">{lags} sessions</text>
      </svg>
      <figcaption class="faint">
        Autocorrelation of the spread, with the bounds of white noise{implied.length > 0 &&
          " and the curve implied by its half-life"}.
      </figcaption>
    </figure>
  );
}
