import type { AssetState } from "../../engine/mod.ts";
import { type Lane, lanes } from "../lanes.ts";

const rowHeight = 26;
const laneWidth = 16;
const labelWidth = 176;

/** The assets from top to bottom, each below what it is made from, joined by lines. */
export function AssetChain({ assets }: { assets: readonly AssetState[] }) {
  // What a function makes besides hangs on the asset that it is named after, not on all that the function reads.
  const placed = lanes(assets.map(({ key, upstream, madeBy }) => ({ key, upstream: madeBy ? [madeBy] : upstream })));
  const laneCount = 1 + Math.max(0, ...placed.nodes.map((node) => node.lane));
  const width = laneWidth * (laneCount + 1) + labelWidth;
  const height = rowHeight * assets.length;
  return (
    <svg
      class="chain"
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      role="group"
      aria-label="Assets in dependency order"
    >
      <g class="edges" aria-hidden="true">
        {placed.edges.map(({ from, to }, i) => <path key={i} d={edgePath(from, to)} />)}
      </g>
      {placed.nodes.map((node, i) => {
        const { key, state } = assets[i]!;
        const { x, y } = point(node);
        return (
          <a href={`#asset-${key}`} aria-label={`${key}, ${state}`}>
            <circle class={state} cx={x} cy={y} r="5" />
            <text x={laneWidth * (laneCount + 0.75)} y={y} dominant-baseline="central">{key}</text>
          </a>
        );
      })}
    </svg>
  );
}

function point({ row, lane }: Lane): { x: number; y: number } {
  return { x: laneWidth * (lane + 0.75), y: rowHeight * (row + 0.5) };
}

/** Down the lane of `from`, and over to `to` at the last row. */
function edgePath(from: Lane, to: Lane): string {
  const a = point(from);
  const b = point(to);
  if (a.x === b.x) return `M${a.x} ${a.y}V${b.y}`;
  const turn = b.y - rowHeight;
  return `M${a.x} ${a.y}V${turn}C${a.x} ${turn + rowHeight * 0.7} ${b.x} ${b.y - rowHeight * 0.7} ${b.x} ${b.y}`;
}
