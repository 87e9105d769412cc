import { type BackfillPartitionState, backfillPartitionStates, type SomePartitions } from "../../engine/mod.ts";
import { stripOf } from "../backfill_strip.ts";
import { count } from "../figures.ts";

/** Height of a strip in its own units. */
const height = 20;

/** The partitions of an asset over time, coloured by state, with a text for screen readers. */
export function BackfillStrip(
  { asset, partitions }: { asset: string; partitions: Record<BackfillPartitionState, SomePartitions> },
) {
  const strip = stripOf(partitions);
  const when = strip.dates ? ` from ${strip.dates[0]} to ${strip.dates[1]}` : "";
  return (
    <svg
      class="strip"
      viewBox={`0 0 ${strip.width} ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`Partitions of ${asset}${when}: ${partitionCounts(partitions)}`}
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

/** Number of partitions in each state, in words. */
export function partitionCounts(partitions: Record<BackfillPartitionState, SomePartitions>): string {
  const parts = backfillPartitionStates.filter((state) => partitions[state].count > 0)
    .map((state) => `${count(partitions[state].count)} ${state}`);
  return parts.length === 0 ? "nothing to do" : parts.join(", ");
}

/** Whether an asset has partitions in the backfill. */
export function hasPartitions(partitions: Record<BackfillPartitionState, SomePartitions>): boolean {
  return backfillPartitionStates.some((state) => partitions[state].count > 0);
}

/** Legend of the colours of strips. */
export function StripLegend() {
  return (
    <ul class="strip-legend" aria-label="Colours">
      {backfillPartitionStates.map((state) => (
        <li>
          <span class={`swatch ${state}`} aria-hidden="true"></span> {state}
        </li>
      ))}
    </ul>
  );
}
