import type { Materialization } from "../../engine/mod.ts";
import { namesInWords } from "../partition_strips.ts";
import { count, figure } from "../figures.ts";
import { shownValue } from "../cell_value.ts";
import { differing } from "../compared_values.ts";
import { Moment } from "./moment.tsx";
import { type Column, DataTable } from "./data_table.tsx";

export interface MaterializationsProps {
  /** Newest first. */
  of: readonly Materialization[];
  assetKey: string;
  /** Whether the versions have rows to compare. */
  hasRows: boolean;
  /** Milliseconds since 1970. */
  now: number;
}

/** Versions of an asset, with the rows, partitions and settings that each changed. */
export function Materializations({ of, assetKey, hasRows, now }: MaterializationsProps) {
  if (of.length === 0) return <p class="empty">It has never been materialized.</p>;
  const columns: Column<Materialization>[] = [
    { title: "Number", header: true, cell: ({ id }) => id },
    { title: "Run", cell: ({ runId, origin }) => runId === null ? origin : <a href={`/runs/${runId}`}>Run {runId}</a> },
    { title: "Made", cell: ({ committedAt }) => <Moment at={committedAt} now={now} /> },
    { title: "Rows", number: true, cell: ({ rowCount }) => count(rowCount) },
    { title: "Rows added", number: true, cell: ({ rowsAdded }) => count(rowsAdded) },
    { title: "Rows removed", number: true, cell: ({ rowsRemoved }) => count(rowsRemoved) },
    { title: "Changed partitions", cell: changedInWords },
    { title: "Settings changed", cell: (made, i) => settingsInWords(made, of[i + 1]) },
    { title: "Metadata", cell: metadataInWords },
    {
      title: "Before it",
      cell: ({ id }, i) =>
        hasRows && of[i + 1] && <a href={`/assets/${assetKey}/difference?from=${of[i + 1]!.id}&to=${id}`}>Compare</a>,
    },
  ];
  return <DataTable label="Materializations" csv="materializations" columns={columns} rows={of} />;
}

function changedInWords({ changed, rowsAdded, rowsRemoved }: Materialization): string {
  if (changed === null) return rowsAdded + rowsRemoved === 0 ? "none" : "";
  if (changed.length === 0) return "none";
  const texts = changed.slice(0, 2).map(({ names, dates }) => {
    const [first, last] = [dates?.[0]?.[0], dates?.at(-1)?.[1]];
    const when = first === undefined ? "" : first === last ? first : `${first} to ${last}`;
    return [names === null ? (when === "" ? "all" : "") : namesInWords(names), when].filter(Boolean).join(", ");
  });
  return texts.join("; ") + (changed.length > 2 ? `; ${changed.length - 2} more` : "");
}

function settingsInWords({ config }: Materialization, before: Materialization | undefined): string {
  if (!before) return "";
  return differing(before.config, config).map(({ name, after }) => `${name} ${shownValue(after)}`).join(", ");
}

function metadataInWords({ metadata }: Materialization): string {
  return Object.entries(metadata).slice(0, 4).flatMap(([name, entry]) =>
    entry.type === "number"
      ? [`${name} ${figure(entry.value)}`]
      : entry.type === "text"
      ? [`${name} ${entry.value.slice(0, 60)}`]
      : []
  ).join(", ");
}
