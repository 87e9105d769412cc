import type { ClusterMap, MappedTicker, Projection } from "../cluster_map.ts";
import { clusterPath } from "../cluster_search.ts";
import { counted, decimal } from "../figures.ts";
import { tickerPath } from "../ticker_path.ts";

const [width, height] = [960, 560];
const margin = 36;
/** Number of colours. Adjacent clusters differ; more clusters reuse colours and are told apart by their numbers. */
const colours = 8;
/** Above this number of clustered tickers their names are left out. */
const mostNames = 90;

/** Captions of the projections, and how they place values. */
const kinds: Readonly<Record<Projection, { by: string; axes: boolean; axisOf: typeof stretchedAxis }>> = {
  components: { by: "by their two leading components", axes: true, axisOf: stretchedAxis },
  tsne: { by: "by t-SNE of their loadings", axes: false, axisOf: evenAxis },
};

/** Tickers placed by a projection of their loadings, each cluster with a colour and its number. */
export function ClusterChart({ map }: { map: ClusterMap }) {
  const { places, clusters, projection } = map;
  const { by, axes, axisOf } = kinds[projection];
  const xs = axisOf(places.map(({ x }) => x));
  const ys = axisOf(places.map(({ y }) => y));
  const x = (value: number) => at(margin + (width - 2 * margin) * xs.place(value));
  const y = (value: number) => at(height - margin - (height - 2 * margin) * ys.place(value));
  const inside = places.filter(({ cluster }) => cluster >= 0);
  const outside = places.filter(({ cluster }) => cluster < 0);
  const named = inside.length <= mostNames;
  return (
    <figure class="drawing scroller" tabindex={0} role="region" aria-label="Map of the clusters, may scroll sideways">
      <svg
        class="clusters"
        viewBox={`0 0 ${width} ${height}`}
        role="group"
        aria-label={`${counted(places.length, "ticker")} ${by}: ${counted(clusters.length, "cluster")} with ${
          counted(inside.length, "ticker")
        }, the others in none. The table below has them.`}
      >
        {axes && xs.has(0) && <line class="axis" x1={x(0)} x2={x(0)} y1={margin / 2} y2={height - margin} />}
        {axes && ys.has(0) && <line class="axis" x1={margin} x2={width - margin / 2} y1={y(0)} y2={y(0)} />}
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
          if (of.length === 0) {
            return null;
          }
          const middle = of.reduce((sum, one) =>
            sum + one.x, 0) / of.length;
          const top = Math.min(...of.map((one) =>
            y(one.y)
          ));
          return (
            <a href={clusterPath(map, cluster)} tabindex={-1} key={cluster}>
              <text
                class={`number c${cluster % colours}`}
                x={x(middle)}
                y={Math.max(14, top - 9)}
                text-anchor="middle"
              >
                {cluster}
                <title>{`Cluster ${cluster}: ${members.join(", ")}`}</title>
              </text>
            </a>
          );
        })}
        {axes && (
          <>
            <text class="title" x={width - margin / 2} y={height - 10} text-anchor="end">component 1 →</text>
            <text class="title" x={12} y={14}>↑ component 2</text>
          </>
        )}
      </svg>
    </figure>
  );
}

function Point({ one: { ticker, cluster, ...at }, x, y }: { one: MappedTicker; x: number; y: number }) {
  return (
    <a href={tickerPath(ticker)} tabindex={-1}>
      <circle class={cluster < 0 ? "noise" : `c${cluster % colours}`} cx={x} cy={y} r={cluster < 0 ? 2.5 : 4.5}>
        <title>
          {`${ticker}, ${cluster < 0 ? "in no cluster" : `cluster ${cluster}`} (${decimal(at.x, 2)}, ${
            decimal(at.y, 2)
          })`}
        </title>
      </circle>
    </a>
  );
}

/** Maps a value to its position on an axis, from 0 to 1, and tells whether it lies on the axis. */
interface Axis {
  place(value: number): number;
  has(value: number): boolean;
}

/** A linear axis. */
function evenAxis(values: readonly number[]): Axis {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return {
    place: (value) => (value - least) / (most - least || 1),
    has: (value) => least < value && value < most,
  };
}

/**
 * An axis by the inverse hyperbolic sine: about linear over the half of the values nearest the middle and compressed beyond, so
 * that a few distant tickers do not squeeze the others into a point.
 */
function stretchedAxis(values: readonly number[]): Axis {
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
