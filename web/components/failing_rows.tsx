import { TableScroller } from "./table_scroller.tsx";

/** A sample of the failing rows of a check, folded by default. */
export function FailingRows({ rows }: { rows: readonly object[] }) {
  if (rows.length === 0) return null;
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return (
    <details class="failing">
      <summary>{rows.length === 1 ? "The row at fault" : `${rows.length} of the rows at fault`}</summary>
      <TableScroller label="Rows at fault" csv="rows_at_fault">
        <table>
          <thead>
            <tr>{columns.map((name) => <th key={name} scope="col">{name}</th>)}</tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr>{columns.map((name) => <td key={name}>{shown((row as Record<string, unknown>)[name])}</td>)}</tr>
            ))}
          </tbody>
        </table>
      </TableScroller>
    </details>
  );
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return "–";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
