import type { Materialization } from "../../engine/mod.ts";
import { PlainMoment } from "./moment.tsx";
import { TableScroller } from "./table_scroller.tsx";

/** Which materialization of each asset a page was read from, and the run that made it. */
export function Sources({ sources }: { sources: ReadonlyMap<string, Materialization> }) {
  return (
    <TableScroller label="Sources" csv="sources">
      <table>
        <thead>
          <tr>
            <th scope="col">Asset</th>
            <th scope="col" class="number">Materialization</th>
            <th scope="col">Run</th>
            <th scope="col">Made</th>
            <th scope="col">Version of its content</th>
          </tr>
        </thead>
        <tbody>
          {[...sources.values()].map(({ id, key, runId, committedAt, dataVersion }) => (
            <tr>
              <th scope="row">
                <a href={`/assets/${key}`}>{key}</a>
              </th>
              <td class="number">
                <a href={`/v1/assets/${key}/materializations?before=${id + 1}&limit=1`}>{id}</a>
              </td>
              <td>
                <a href={`/runs/${runId}`}>Run {runId}</a>
              </td>
              <td>
                <PlainMoment at={committedAt} />
              </td>
              <td>
                <code>{dataVersion.slice(0, 12)}</code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableScroller>
  );
}
