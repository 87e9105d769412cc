import type { Materialization } from "../../engine/mod.ts";
import { figure } from "../figures.ts";
import { type MetadataSeries, metadataSeries } from "../metadata_series.ts";
import { inWords } from "../words.ts";
import { type Column, DataTable } from "./data_table.tsx";

const width = 220;
const height = 56;

/** Numbers of materializations over time, each in a small plot, and all in a table. */
export function MetadataPlots({ of, assetKey }: { of: readonly Materialization[]; assetKey: string }) {
  const series = metadataSeries(of);
  if (of.length < 2 || series.length === 0) {
    return <p class="empty">Metadata are plotted once there are two materializations.</p>;
  }
  const inOrder = of.toReversed();
  return (
    <>
      <ul class="plots">
        {series.map((one) => (
          <li>
            <p>
              <span title={one.name}>{inWords(one.name)}</span>{" "}
              <strong>{textOf(one, one.values.findLast((value) => value !== null) ?? null)}</strong>
            </p>
            <Bars series={one} of={inOrder} />
          </li>
        ))}
      </ul>
      <p class="about">
        The last {of.length} materializations, oldest first; a bar for each, from zero.
      </p>
      <details>
        <summary>Data of these plots</summary>
        <p class="faint">
          <a href={`/assets/${assetKey}/history.csv`}>Download as CSV</a>
        </p>
        <DataTable
          label="Metadata"
          bounded
          columns={[
            { title: "Materialization", header: true, cell: ({ id }) => id },
            ...series.map(({ name, unit, values }): Column<Materialization> => ({
              title: unit === null ? inWords(name) : `${inWords(name)} (${unit})`,
              hint: name,
              number: true,
              cell(_, i) {
                const value = values[of.length - 1 - i]!;
                return value === null ? "–" : figure(value);
              },
            })),
          ]}
          rows={of}
        />
      </details>
    </>
  );
}

/** Bars from zero, up or down, so that heights compare. */
function Bars({ series, of }: { series: MetadataSeries; of: readonly Materialization[] }) {
  const present = series.values.filter((value) => value !== null);
  const [low, high] = [Math.min(0, ...present), Math.max(0, ...present)];
  const span = high - low || 1;
  const step = width / series.values.length;
  const y = (value: number) => height - ((value - low) / span) * height;
  const label = `${series.name} of ${present.length} materializations: from ${
    textOf(series, Math.min(...present))
  } to ${textOf(series, Math.max(...present))}, last ${textOf(series, present.at(-1) ?? null)}`;
  return (
    <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-label={label}>
      {series.values.map((value, i) =>
        value === null ? null : (
          <rect
            key={of[i]!.id}
            x={(i * step).toFixed(2)}
            width={Math.max(0.5, step - Math.min(2, step / 4)).toFixed(2)}
            y={Math.min(y(value), y(0), height - 1).toFixed(2)}
            height={Math.max(1, Math.abs(y(value) - y(0))).toFixed(2)}
          >
            <title>materialization {of[i]!.id}: {textOf(series, value)}</title>
          </rect>
        )
      )}
    </svg>
  );
}

function textOf({ unit }: MetadataSeries, value: number | null): string {
  return value === null ? "–" : unit === null ? figure(value) : `${figure(value)} ${unit}`;
}
