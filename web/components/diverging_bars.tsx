import type { Child } from "hono/jsx";
import { at } from "../time_axis.ts";

/** Room for figures on either side of the bars. */
const figureWidth = 48;
const top = 22;
const barHeight = 12;
const gap = 10;
/** Of a title above its bars. */
const titleHeight = 16;
const colours = ["first", "second", "third"];

/** One bar: its offset from the middle line, with its texts. */
export interface DivergingBar {
  /** Negative to the left of the line. */
  offset: number;
  /** Its figure, beside it. */
  text: string;
  title: string;
}

export interface DivergingBarsProps {
  /** Description of the drawing for screen readers. */
  label: string;
  /** Meaning of the middle line. */
  middle: string;
  /** Bars of each group in the order of `series`; `null` if a series has none. */
  groups: readonly { title: string; bars: readonly (DivergingBar | null)[] }[];
  series: readonly string[];
  /** Width of the group titles, in pixels of the drawing. */
  titleWidth: number;
  /** Minimum range of offsets on either side. */
  leastOffset: number;
  caption: Child;
}

/**
 * Bars to the left and right of a line with their figures, grouped, one per series in each group. Drawn twice, of which the style
 * sheet shows one: on a phone the titles stand above their bars, so that figures stay readable.
 */
export function DivergingBars(props: DivergingBarsProps) {
  const { series, caption } = props;
  return (
    <figure class="drawing">
      <Bars {...props} width={760} />
      <Bars {...props} width={340} titleWidth={0} narrow />
      <ul class="legend">
        {series.map((name, s) => <li class={`${colours[s % colours.length]} shape-columns`} key={name}>{name}</li>)}
      </ul>
      <figcaption class="faint">{caption}</figcaption>
    </figure>
  );
}

function Bars(
  { label, middle, groups, series, titleWidth, leastOffset, width, narrow = false }:
    & Omit<DivergingBarsProps, "caption">
    & { width: number; narrow?: boolean },
) {
  const offsets = groups.flatMap(({ bars }) => bars.flatMap((bar) => bar ? [bar.offset] : []));
  const [least, most] = [Math.min(-leastOffset, ...offsets), Math.max(leastOffset, ...offsets)];
  const x = (offset: number) =>
    titleWidth + figureWidth + (width - titleWidth - 2 * figureWidth) * (offset - least) / (most - least);
  const above = narrow ? titleHeight : 0;
  const groupHeight = above + series.length * barHeight + gap;
  const height = top + groups.length * groupHeight + 8;
  return (
    <svg
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={label}
      class={narrow ? "diverging narrow" : "diverging"}
    >
      <text x={at(x(0))} y={12} text-anchor="middle">{middle}</text>
      {groups.map(({ title, bars }, g) => {
        const begins = top + g * groupHeight;
        return (
          <>
            {narrow
              ? <text x={0} y={begins + 11}>{title}</text>
              : (
                <text x={titleWidth - 8} y={begins + (groupHeight - gap) / 2 + 4} text-anchor="end">
                  {title}
                </text>
              )}
            {bars.map((bar, s) => {
              if (!bar) return null;
              const y = begins + above + s * barHeight;
              const [from, to] = [Math.min(x(0), x(bar.offset)), Math.max(x(0), x(bar.offset))];
              return (
                <>
                  <rect
                    class={`horizon ${colours[s % colours.length]}`}
                    x={at(from)}
                    y={y}
                    width={at(Math.max(1, to - from))}
                    height={barHeight - 2}
                  >
                    <title>{bar.title}</title>
                  </rect>
                  <text
                    x={at(bar.offset < 0 ? from - 4 : to + 4)}
                    y={y + barHeight - 3}
                    text-anchor={bar.offset < 0 ? "end" : "start"}
                  >
                    {bar.text}
                  </text>
                </>
              );
            })}
          </>
        );
      })}
      <line class="axis" x1={at(x(0))} x2={at(x(0))} y1={top - 4} y2={height - 6} />
    </svg>
  );
}
