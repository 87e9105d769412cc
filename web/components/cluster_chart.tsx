import { placeLabels } from "../client/label_places.js";
import type { ClusterMap, MappedTicker, Projection } from "../cluster_map.ts";
import { clusterPath } from "../cluster_search.ts";
import { counted, decimal } from "../figures.ts";
import { tickerPath } from "../ticker_path.ts";

const [width, height] = [960, 560];
const margin = 36;
/** Number of colours. Adjacent clusters differ; more clusters reuse colours and are told apart by their numbers. */
const colours = 8;
/** Above this number of clustered tickers names are shown once the map is zoomed. */
const mostNames = 90;
const radius = 4.5;

/** Captions of the projections, and how they place values. */
const kinds: Readonly<Record<Projection, { by: string; axes: boolean; axisOf: typeof stretchedAxis }>> = {
  components: { by: "by their two leading components", axes: true, axisOf: stretchedAxis },
  tsne: { by: "by t-SNE of their loadings", axes: false, axisOf: evenAxis },
};

/**
 * Tickers placed by a projection of their loadings, each cluster with a colour and its number. `client/clusters.js` zooms it,
 * highlights clusters, and places labels again by the same rule.
 *
 * @param found Tickers to be marked.
 */
export function ClusterChart({ map, found }: { map: ClusterMap; found: ReadonlySet<string> }) {
  const { places, clusters, projection } = map;
  const { by, axes, axisOf } = kinds[projection];
  const xs = axisOf(places.map(({ x }) => x));
  const ys = axisOf(places.map(({ y }) => y));
  const x = (value: number) => at(margin + (width - 2 * margin) * xs.place(value));
  const y = (value: number) => at(height - margin - (height - 2 * margin) * ys.place(value));
  const points = places.map((one) => ({ one, x: x(one.x), y: y(one.y) }));
  const inside = points.filter(({ one }) => one.cluster >= 0);
  const outside = points.filter(({ one }) => one.cluster < 0);
  const shown = clusters.filter(({ cluster }) => inside.some(({ one }) => one.cluster === cluster));
  const labels = [
    ...shown.map(({ cluster }) => ({
      text: String(cluster),
      size: 13,
      anchors: inside.filter(({ one }) => one.cluster === cluster).sort((a, b) => a.y - b.y),
    })),
    ...points.map((point) => ({
      text: point.one.ticker,
      size: 10,
      anchors: found.has(point.one.ticker) || point.one.cluster >= 0 && inside.length <= mostNames ? [point] : [],
    })),
  ];
  const bounds = { left: 0, right: width, top: 0, bottom: height };
  const placed = placeLabels(labels, { unit: 1, bounds, points: inside, radius });
  const [numbers, names] = [placed.slice(0, shown.length), placed.slice(shown.length)];
  return (
    <figure
      class="drawing scroller map"
      tabindex={0}
      role="region"
      aria-label="Map of the clusters, may scroll sideways"
    >
      <div class="map-tools scripted" data-map-tools>
        <button type="button" class="quiet" data-zoom="1.5" aria-label="Zoom in">+</button>
        <button type="button" class="quiet" data-zoom={1 / 1.5} aria-label="Zoom out">−</button>
        <button type="button" class="quiet" data-zoom="0" aria-label="All: show the whole map">All</button>
      </div>
      <svg
        class="clusters"
        viewBox={`0 0 ${width} ${height}`}
        role="group"
        data-cluster-map
        data-most-names={mostNames}
        aria-label={`${counted(places.length, "ticker")} ${by}: ${counted(clusters.length, "cluster")} with ${
          counted(inside.length, "ticker")
        }, the others in none. The table beside has them.`}
      >
        {axes && xs.has(0) && <line class="axis" x1={x(0)} x2={x(0)} y1={margin / 2} y2={height - margin} />}
        {axes && ys.has(0) && <line class="axis" x1={margin} x2={width - margin / 2} y1={y(0)} y2={y(0)} />}
        {[...outside, ...inside].map(({ one, ...at }) => (
          <Point key={one.ticker} one={one} {...at} found={found.has(one.ticker)} />
        ))}
        {points.map(({ one: { ticker, cluster } }, i) => (
          <text
            class="name"
            key={ticker}
            data-names={ticker}
            data-cluster={cluster < 0 ? undefined : cluster}
            text-anchor="middle"
            hidden={names[i] === null}
            {...placeOf(names[i]!)}
          >
            {ticker}
          </text>
        ))}
        {shown.map(({ cluster, tickers: members }, i) => (
          <a
            href={clusterPath(map, cluster)}
            tabindex={-1}
            key={cluster}
            data-cluster={cluster}
            hidden={numbers[i] === null}
          >
            <text class={`number c${cluster % colours}`} text-anchor="middle" {...placeOf(numbers[i]!)}>
              {cluster}
              <title>{`Cluster ${cluster}: ${members.join(", ")}`}</title>
            </text>
          </a>
        ))}
        {axes && (
          <>
            <text class="title" x={width - margin / 2} y={height - 10} text-anchor="end">component 1 →</text>
            <text class="title" x={12} y={2} dominant-baseline="hanging">↑ component 2</text>
          </>
        )}
      </svg>
    </figure>
  );
}

function placeOf(place: { x: number; y: number } | null) {
  return place === null ? {} : { x: at(place.x), y: at(place.y) };
}

function Point(
  { one: { ticker, cluster, ...at }, x, y, found }: { one: MappedTicker; x: number; y: number; found: boolean },
) {
  return (
    <a
      href={tickerPath(ticker)}
      tabindex={-1}
      data-ticker={ticker}
      data-cluster={cluster < 0 ? undefined : cluster}
      class={found ? "found" : undefined}
    >
      <circle class={cluster < 0 ? "noise" : `c${cluster % colours}`} cx={x} cy={y} r={cluster < 0 ? 2.5 : radius}>
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
