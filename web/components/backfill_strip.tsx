import { type BackfillCellState, backfillCellStates, type SomeCells } from "../../engine/mod.ts";
import { stripOf } from "../backfill_strip.ts";
import { count } from "../figures.ts";

/** Height of a strip in its own units. */
const height = 20;

/** The cells of an asset over time, coloured by their state; the same in words for who does not see it. */
export function BackfillStrip({ asset, cells }: { asset: string; cells: Record<BackfillCellState, SomeCells> }) {
  const strip = stripOf(cells);
  const when = strip.dates ? ` from ${strip.dates[0]} to ${strip.dates[1]}` : "";
  return (
    <svg
      class="strip"
      viewBox={`0 0 ${strip.width} ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`Cells of ${asset}${when}: ${cellCounts(cells)}`}
    >
      {strip.columns.map(({ at, width, shares }) => {
        let top = 0;
        return shares.map(({ state, share }) => {
          const y = top;
          top += share * height;
          return (
            <rect
              key={state}
              class={state}
              x={at}
              y={y.toFixed(2)}
              width={width}
              height={(share * height).toFixed(2)}
            />
          );
        });
      })}
    </svg>
  );
}

/** How many cells are in which state, in words. */
export function cellCounts(cells: Record<BackfillCellState, SomeCells>): string {
  const parts = backfillCellStates.filter((state) => cells[state].count > 0)
    .map((state) => `${count(cells[state].count)} ${state}`);
  return parts.length === 0 ? "nothing to make" : parts.join(", ");
}

/** What the colours of strips mean. */
export function StripLegend() {
  return (
    <ul class="strip-legend" aria-label="Colours">
      {backfillCellStates.map((state) => (
        <li>
          <span class={`swatch ${state}`} aria-hidden="true"></span> {state}
        </li>
      ))}
    </ul>
  );
}
