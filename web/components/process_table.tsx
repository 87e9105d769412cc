import { type LiveProcess, silentAfterSeconds } from "../../engine/mod.ts";
import { type Column, DataTable } from "./data_table.tsx";

const roles: Readonly<Record<string, string>> = { server: "Server", worker: "Worker", cli: "Command" };

/** The processes that share the database, with the steps that they run. */
export function ProcessTable({ processes }: { processes: readonly LiveProcess[] }) {
  const columns: Column<LiveProcess>[] = [
    { title: "Process", header: true, cell: ({ id, role }) => `${roles[role] ?? role} ${id}` },
    { title: "Machine", cell: ({ host }) => host },
    { title: "PID", number: true, cell: ({ pid }) => pid },
    { title: "Heartbeat", cell: ({ silentSeconds }) => heartbeat(silentSeconds) },
    {
      title: "Runs now",
      cell: ({ steps }) =>
        steps.length === 0 ? "nothing" : steps.map(({ run, key }, i) => (
          <>
            {i > 0 && ", "}
            <a href={`/runs/${run}`}>{key}</a>
          </>
        )),
    },
  ];
  return <DataTable columns={columns} rows={processes} label="Processes" />;
}

function heartbeat(silentSeconds: number): string {
  return silentSeconds < silentAfterSeconds ? "present" : `silent for ${Math.floor(silentSeconds)} s`;
}
