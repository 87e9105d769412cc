import type { Materialization } from "../../engine/mod.ts";
import { PlainMoment } from "./moment.tsx";
import { type Column, DataTable } from "./data_table.tsx";

const columns: readonly Column<Materialization>[] = [
  { title: "Asset", header: true, cell: ({ key }) => <a href={`/assets/${key}`}>{key}</a> },
  {
    title: "Materialization",
    number: true,
    cell: ({ id, key }) => <a href={`/v1/assets/${key}/materializations?before=${id + 1}&limit=1`}>{id}</a>,
  },
  { title: "Run", cell: ({ runId }) => <a href={`/runs/${runId}`}>Run {runId}</a> },
  { title: "Made", cell: ({ committedAt }) => <PlainMoment at={committedAt} /> },
  {
    title: "Data version",
    cell: ({ dataVersion }) => <code title={dataVersion}>{dataVersion.replace(/^cells\./, "").slice(0, 12)}</code>,
  },
];

/** The materialization of each asset from which a page was read, with its run. */
export function Sources({ sources }: { sources: ReadonlyMap<string, Materialization> }) {
  return <DataTable label="Sources" csv="sources" columns={columns} rows={[...sources.values()]} />;
}
