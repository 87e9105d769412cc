import { decimal } from "../figures.ts";

/** Range of all marks of a table. */
export interface BandScale {
  least: number;
  most: number;
}

/** A scale that includes all given values and 0. */
export function bandScale(values: readonly (number | null)[]): BandScale {
  const known = values.filter((value) => value !== null);
  const [least, most] = [Math.min(0, ...known), Math.max(0, ...known)];
  return least === most ? { least: -1, most: 1 } : { least, most };
}

const width = 84;
const height = 14;

/** A figure over its band: a dot on a line, with a mark at 0. */
export function BandMark(
  { value, low, high, scale: { least, most } }: {
    value: number | null;
    low: number | null;
    high: number | null;
    scale: BandScale;
  },
) {
  if (value === null) return <>–</>;
  const x = (at: number) => Math.round(10 * (3 + (width - 6) * (at - least) / (most - least))) / 10;
  const isKnown = low !== null && high !== null;
  return (
    <span class="band-mark">
      <span class="value">{decimal(value, 2)}</span>
      {isKnown && (
        <>
          <svg viewBox={`0 0 ${width} ${height}`} width={width} height={height} aria-hidden="true">
            <line class="zero" x1={x(0)} x2={x(0)} y1="0" y2={height} />
            <line class="range" x1={x(low)} x2={x(high)} y1={height / 2} y2={height / 2} />
            <circle cx={x(value)} cy={height / 2} r="3" />
          </svg>
          <small class="faint">{decimal(low, 2)} to {decimal(high, 2)}</small>
        </>
      )}
    </span>
  );
}
