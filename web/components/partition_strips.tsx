import { type PartitionReport, type PartitionStateName, partitionStateNames } from "../../engine/mod.ts";
import { namesInWords, partitionStrips, type Span, type Strip } from "../partition_strips.ts";
import { embeddedJson } from "../embedded_json.ts";
import { counted } from "../figures.ts";

const maxStrips = 40;
/** Strips with more spans are drawn as one path per state: a hundred thousand rectangles would slow down the page. */
const maxRectangles = 200;
/** Maximum number of names of a strip in the readout. */
const readNames = 1_000;

/** Each state has its own height; the colour repeats it. */
const HEIGHTS: Readonly<Record<PartitionStateName, number>> = {
  fresh: 12,
  stale: 9,
  waiting: 7,
  failed: 12,
  expected: 5,
  missing: 2,
  gone: 3,
};

const WORDS: Readonly<Record<PartitionStateName, string>> = {
  fresh: "fresh",
  stale: "stale",
  waiting: "waiting for upstream partitions",
  failed: "failed",
  expected: "missing, made by the next run",
  missing: "missing, made on request",
  gone: "gone, removed by the next run",
};

/**
 * The partitions of an asset over time: a strip for each group of names that are in the same states. The client
 * (`client/partitions.js`) makes them readable partition by partition, by mouse and arrow keys.
 */
export function PartitionStrips({ report, assetKey }: { report: PartitionReport; assetKey?: string }) {
  const strips = partitionStrips(report);
  const { axes, states } = report;
  const dates = axes.dates?.values ?? [];
  const shown = strips.slice(0, maxStrips);
  const more = strips.slice(maxStrips).flatMap(({ names }) => names);
  return (
    <>
      <ul class="legend partitions">
        {partitionStateNames.filter((state) => states[state].count > 0).map((state) => (
          <li class={state}>
            {counted(states[state].count, "partition")} {WORDS[state]}
          </li>
        ))}
      </ul>
      {dates.length > 0 && (
        <ol class={axes.names === null ? "strips" : "strips named"} data-partitions={assetKey}>
          {shown.map((strip) => (
            <li>
              {strip.names.length > 0 && (
                <span class="names" title={strip.names.slice(0, 200).join(", ")}>{namesInWords(strip.names)}</span>
              )}
              <StripImage strip={strip} dates={dates} />
            </li>
          ))}
        </ol>
      )}
      {dates.length > 0 && (
        <p class="axis faint">
          <span>{dates[0]}</span>
          <span>{dates.at(-1)}</span>
        </p>
      )}
      {assetKey !== undefined && dates.length > 0 && (
        <>
          <p class="partition-read" id="partition-read" role="status"></p>
          <script type="application/json" id="partition-data">
            {embeddedJson({
              dates,
              words: WORDS,
              strips: shown.map(({ names, spans }) => ({
                names: names.slice(0, readNames),
                spans: spans.map(({ state, start, end }) => [state, start, end]),
              })),
            })}
          </script>
        </>
      )}
      {more.length > 0 && <p class="about">{counted(more.length, "name")} in further states: {namesInWords(more)}.</p>}
    </>
  );
}

function StripImage({ strip: { spans, names }, dates }: { strip: Strip; dates: readonly string[] }) {
  const labels = spans.map(({ state, start, end }) => `${state} ${rangeOf(dates, start, end)}`);
  const some = labels.length > 6 ? [...labels.slice(0, 5), `and ${labels.length - 5} more spans`] : labels;
  return (
    <svg
      viewBox={`0 0 ${dates.length} 12`}
      preserveAspectRatio="none"
      role="img"
      aria-label={[namesInWords(names), some.join(", ")].filter(Boolean).join(": ")}
    >
      {spans.length > maxRectangles
        ? <StatePaths spans={spans} />
        : spans.map(({ state, start, end }, i) => (
          <rect class={state} x={start} y={12 - HEIGHTS[state]} width={end - start} height={HEIGHTS[state]}>
            <title>{labels[i]}</title>
          </rect>
        ))}
    </svg>
  );
}

/** All spans of a state as one path. */
function StatePaths({ spans }: { spans: readonly Span[] }) {
  return (
    <>
      {[...Map.groupBy(spans, ({ state }) => state)].map(([state, own]) => {
        const [top, height] = [12 - HEIGHTS[state], HEIGHTS[state]];
        const path = own.map(({ start, end }) => `M${start} ${top}h${end - start}v${height}h${start - end}z`).join("");
        return <path key={state} class={state} d={path} />;
      })}
    </>
  );
}

function rangeOf(dates: readonly string[], start: number, end: number): string {
  return end - start === 1
    ? dates[start]!
    : `from ${dates[start]} to ${dates[end - 1]} (${counted(end - start, "date")})`;
}
