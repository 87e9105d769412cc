import { DataTable } from "./data_table.tsx";

/** A sample of the rows that failed a check, folded by default. */
export function FailingRows({ rows }: { rows: readonly object[] }) {
  if (rows.length === 0) return null;
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return (
    <details class="failing">
      <summary>{rows.length === 1 ? "The row at fault" : `${rows.length} of the rows at fault`}</summary>
      <DataTable
        label="Rows at fault"
        csv="rows_at_fault"
        columns={columns.map((name) => ({
          title: name,
          cell: (row: object) => shown((row as Record<string, unknown>)[name]),
        }))}
        rows={rows}
      />
    </details>
  );
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return "–";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
