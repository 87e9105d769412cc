/** Result of OPTICS: reachability and predecessor of each point, and the order in which points were reached. */
export interface ReachabilityGraph {
  reachability: Float64Array;
  predecessor: Int32Array;
  ordering: Int32Array;
}

export interface XiOptions {
  /** Maximum number of consecutive points that may interrupt a steep area, and minimum size of a cluster. */
  minSamples: number;
  /** Relative drop of reachability that counts as steep, 0 ≤ xi < 1. */
  xi: number;
}

/** A stretch of the plot with steeply falling reachability, where clusters may start. */
interface SteepDownArea {
  start: number;
  end: number;
  /** Highest reachability after it. */
  maximumSince: number;
}

/** Last steep position of the area that starts at `start`: it must not turn, nor pause for more than `minSamples` points. */
function endOfArea(steep: Uint8Array, turned: Uint8Array, start: number, minSamples: number): number {
  let resting = 0;
  let end = start;
  for (let i = start; i < steep.length; i++) {
    if (steep[i] === 1) {
      resting = 0;
      end = i;
    } else if (turned[i] === 1) {
      return end;
    } else if (++resting > minSamples) {
      break;
    }
  }
  return end;
}

/**
 * Finds the clusters of a reachability plot by its ξ-steep areas, and the label of each point.
 *
 * A point is labelled by the smallest cluster that contains it; −1 if none does. Clusters are [first, last] positions in the
 * order, both included, each after those it contains.
 *
 * Source: Ankerst et al. (1999), figure 19, with the correction of criterion 4c made by scikit-learn; Schubert & Gertz (2018),
 * algorithm 2. Verified: tests/quant/fixtures/multivariate.json. Cost: O(n · steep areas) at most.
 */
export function extractXiClusters(
  { reachability, predecessor, ordering }: ReachabilityGraph,
  { minSamples, xi }: XiOptions,
): { hierarchy: [number, number][]; labels: Int32Array } {
  const n = ordering.length;
  // The plot ends with an infinite value, so that the last cluster has an end.
  const plot = new Float64Array(n + 1).fill(Infinity);
  const position = new Int32Array(n);
  for (let i = 0; i < n; i++) {
    plot[i] = reachability[ordering[i]!]!;
    position[ordering[i]!] = i;
  }
  const complement = 1 - xi;
  const steepUp = new Uint8Array(n);
  const steepDown = new Uint8Array(n);
  const up = new Uint8Array(n);
  const down = new Uint8Array(n);
  for (let i = 0; i < n; i++) {
    // ∞/∞ and 0/0 are NaN: neither up nor down.
    const ratio = plot[i]! / plot[i + 1]!;
    steepUp[i] = ratio <= complement ? 1 : 0;
    steepDown[i] = ratio >= 1 / complement ? 1 : 0;
    up[i] = ratio < 1 ? 1 : 0;
    down[i] = ratio > 1 ? 1 : 0;
  }

  /** Moves the end back to the last point reached from within; `null` if there is none. */
  function correctEnd(start: number, end: number): number | null {
    for (let e = end; e > start; e--) {
      if (plot[start]! > plot[e]!) return e;
      const from = predecessor[ordering[e]!]!;
      if (from >= 0 && position[from]! >= start && position[from]! < e) return e;
    }
    return null;
  }

  /** The cluster between a steep fall and the steep rise from `upStart` to `upEnd`, or `null`. */
  function clusterBetween(area: SteepDownArea, upStart: number, upEnd: number): [number, number] | null {
    const wall = plot[upEnd + 1]!;
    if (wall * complement < area.maximumSince) return null;
    let start = area.start;
    let end = upEnd;
    const top = plot[area.start]!;
    if (top * complement >= wall) {
      while (plot[start + 1]! > wall && start < area.end) start++;
    } else if (wall * complement >= top) {
      while (plot[end - 1]! > top && end > upStart) end--;
    }
    const corrected = correctEnd(start, end);
    if (corrected === null || corrected - start + 1 < minSamples) return null;
    return start > area.end || corrected < upStart ? null : [start, corrected];
  }

  const hierarchy: [number, number][] = [];
  let areas: SteepDownArea[] = [];
  let index = 0;
  let maximum = 0;
  for (let steep = 0; steep < n; steep++) {
    if (steep < index || (steepUp[steep] === 0 && steepDown[steep] === 0)) continue;
    for (let i = index; i <= steep; i++) maximum = Math.max(maximum, plot[i]!);
    const since = maximum;
    areas = since === Infinity ? [] : areas.filter(({ start }) => since <= plot[start]! * complement);
    for (const area of areas) area.maximumSince = Math.max(area.maximumSince, since);
    if (steepDown[steep] === 1) {
      const end = endOfArea(steepDown, up, steep, minSamples);
      areas.push({ start: steep, end, maximumSince: 0 });
      index = end + 1;
    } else {
      const upEnd = endOfArea(steepUp, down, steep, minSamples);
      for (let a = areas.length - 1; a >= 0; a--) {
        const cluster = clusterBetween(areas[a]!, steep, upEnd);
        if (cluster !== null) hierarchy.push(cluster);
      }
      index = upEnd + 1;
    }
    maximum = plot[index]!;
  }

  const labels = new Int32Array(n).fill(-1);
  let label = 0;
  for (const [first, last] of hierarchy) {
    const members = ordering.subarray(first, last + 1);
    if (members.some((point) => labels[point] !== -1)) continue;
    for (const point of members) labels[point] = label;
    label++;
  }
  return { hierarchy, labels };
}
