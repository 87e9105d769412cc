import type { ClusterMap, MappedTicker } from "../cluster_map.ts";
import { counted, decimal } from "../figures.ts";

const [width, height] = [960, 560];
const margin = 36;
/** Colours of clusters that lie side by side; more clusters take them again, and their numbers tell them apart. */
const colours = 8;
/** Up to so many tickers in clusters each has its name beside it. */
const mostNames = 90;

/** Tickers by their loadings on the two leading components, each cluster in a colour and under its number. */
export function ClusterChart({ map }: { map: ClusterMap }) {
  const { tickers, clusters } = map;
  const xs = axisOf(tickers.map(({ x }) => x));
  const ys = axisOf(tickers.map(({ y }) => y));
  const x = (value: number) => at(margin + (width - 2 * margin) * xs.place(value));
  const y = (value: number) => at(height - margin - (height - 2 * margin) * ys.place(value));
  const inside = tickers.filter(({ cluster }) => cluster >= 0);
  const outside = tickers.filter(({ cluster }) => cluster < 0);
  const named = inside.length <= mostNames;
  return (
    <figure class="drawing scroller" tabindex={0} role="region" aria-label="Map of the clusters, may scroll sideways">
      <svg
        class="clusters"
        viewBox={`0 0 ${width} ${height}`}
        role="group"
        aria-label={`${counted(tickers.length, "ticker")} by their two leading components: ${
          counted(clusters.length, "cluster")
        } with ${counted(inside.length, "ticker")}, the others in none. The table below has them.`}
      >
        {xs.has(0) && <line class="axis" x1={x(0)} x2={x(0)} y1={margin / 2} y2={height - margin} />}
        {ys.has(0) && <line class="axis" x1={margin} x2={width - margin / 2} y1={y(0)} y2={y(0)} />}
        {outside.map((one) => <Point key={one.ticker} one={one} x={x(one.x)} y={y(one.y)} />)}
        {inside.map((one) => <Point key={one.ticker} one={one} x={x(one.x)} y={y(one.y)} />)}
        {named &&
          inside.map(({ ticker, x: px, y: py }) => (
            <text class="name" x={x(px) + 6} y={y(py) + 3} key={ticker}>{ticker}</text>
          ))}
        {clusters.map(({ cluster, tickers: members }) => {
          const of = inside.filter((one) =>
            one.cluster === cluster
          );
          const middle = (values: number[]) =>
            values.reduce((sum, value) =>
              sum + value, 0) / values.length;
          const top = Math.min(...of.map((one) => y(one.y)));
          return (
            <text
              class={`number c${cluster % colours}`}
              x={x(middle(of.map((one) => one.x)))}
              y={Math.max(14, top - 9)}
              text-anchor="middle"
            >
              {cluster}
              <title>{`Cluster ${cluster}: ${members.join(", ")}`}</title>
            </text>
          );
        })}
        <text class="title" x={width - margin / 2} y={height - 10} text-anchor="end">component 1 →</text>
        <text class="title" x={12} y={14}>↑ component 2</text>
      </svg>
    </figure>
  );
}

function Point({ one: { ticker, cluster, x: loading1, y: loading2 }, x, y }: {
  one: MappedTicker;
  x: number;
  y: number;
}) {
  return (
    <a href={`/tickers/${encodeURIComponent(ticker)}`} tabindex={-1}>
      <circle class={cluster < 0 ? "noise" : `c${cluster % colours}`} cx={x} cy={y} r={cluster < 0 ? 2.5 : 4.5}>
        <title>
          {`${ticker}, ${cluster < 0 ? "in no cluster" : `cluster ${cluster}`} (${decimal(loading1, 2)}, ${
            decimal(loading2, 2)
          })`}
        </title>
      </circle>
    </a>
  );
}

/**
 * Places values from 0 to 1 in their order, by the inverse hyperbolic sine: linear as far as half of them are from the middle, and
 * ever narrower beyond, so that a few tickers far out do not press the others into a point.
 */
function axisOf(values: readonly number[]): { place(value: number): number; has(value: number): boolean } {
  const middle = median(values);
  const spread = median(values.map((value) => Math.abs(value - middle))) || 1;
  const stretched = (value: number) => Math.asinh((value - middle) / spread);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const length = stretched(most) - stretched(least) || 1;
  return {
    place: (value) => (stretched(value) - stretched(least)) / length,
    has: (value) => least < value && value < most,
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

function at(value: number): number {
  return Math.round(10 * value) / 10;
}
