import { decimal } from "../figures.ts";
import type { SpreadLevels } from "../pair_decision.ts";

const width = 260;
const height = 58;
const [left, right] = [10, width - 10];
const track = { top: 22, height: 14 };

/** The spread's position between the levels at which the strategy acts. */
export function ZGauge({ levels: { z, entryZ, exitZ, stopZ } }: { levels: SpreadLevels }) {
  const end = Math.max(3, 1.15 * (stopZ ?? 0), 1.5 * (entryZ ?? 0), Math.min(Math.abs(z), 8));
  const x = (value: number) => at(left + (right - left) * (value + end) / (2 * end));
  const zone = (from: number, to: number, kind: string) => (
    <rect class={kind} x={x(from)} y={track.top} width={at(x(to) - x(from))} height={track.height} />
  );
  const shown = Math.max(-end, Math.min(end, z));
  const ticks = [
    ...entryZ === null ? [] : [-entryZ, entryZ],
    ...stopZ === null ? [] : [-stopZ, stopZ],
  ];
  const parts = [
    ...entryZ === null ? [] : [`enters at ±${decimal(entryZ, 2)}`],
    ...exitZ === null ? [] : [`exits at ±${decimal(exitZ, 2)}`],
    ...stopZ === null ? [] : [`stops at ±${decimal(stopZ, 2)}`],
  ];
  return (
    <svg
      class="z-gauge"
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={`Z-score ${decimal(z, 2)}${parts.length > 0 ? `: ${parts.join(", ")}` : ""}`}
    >
      {zone(-end, end, "track")}
      {entryZ !== null && zone(-(stopZ ?? end), -entryZ, "buy")}
      {entryZ !== null && zone(entryZ, stopZ ?? end, "sell")}
      {exitZ !== null && exitZ > 0 && zone(-exitZ, exitZ, "leave")}
      <line class="mean" x1={x(0)} x2={x(0)} y1={track.top - 3} y2={track.top + track.height + 3} />
      {ticks.map((value) => (
        <text x={x(value)} y={height - 6} text-anchor="middle" key={value}>{decimal(value, 1)}</text>
      ))}
      <text x={x(0)} y={height - 6} text-anchor="middle">0</text>
      <path class="needle" d={`M${x(shown)} ${track.top + 3}l-6 -11h12Z`} />
      <line class="needle" x1={x(shown)} x2={x(shown)} y1={track.top} y2={track.top + track.height} />
    </svg>
  );
}

/** Rounded to a hundredth of a pixel. */
function at(value: number): number {
  return Math.round(100 * value) / 100;
}
