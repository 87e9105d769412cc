import { count, sessionChange } from "../figures.ts";
import type { Drawdown } from "../tear_sheet.ts";
import { type Column, DataTable } from "./data_table.tsx";

const columns: readonly Column<Drawdown>[] = [
  { title: "Peak", header: true, cell: ({ peak }) => peak ?? "Start" },
  { title: "Trough", cell: ({ trough }) => trough },
  { title: "Recovered", cell: ({ recovered }) => recovered ?? "not yet" },
  { title: "Depth", number: true, cell: ({ depth }) => sessionChange(depth) },
  { title: "Sessions", number: true, cell: ({ sessions }) => count(sessions) },
];

/** The worst drawdowns, deepest first. */
export function DrawdownTable({ drawdowns }: { drawdowns: readonly Drawdown[] }) {
  if (drawdowns.length === 0) return <p class="empty">The equity never fell below an earlier peak.</p>;
  return <DataTable label="Worst drawdowns" columns={columns} rows={drawdowns} />;
}
