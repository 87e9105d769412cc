import type { Materialization } from "../../engine/mod.ts";
import { namesInWords } from "../partition_strips.ts";
import { count, figure } from "../figures.ts";
import { shownValue } from "../cell_value.ts";
import { differing } from "../compared_values.ts";
import { Moment } from "./moment.tsx";
import { TableScroller } from "./table_scroller.tsx";

export interface MaterializationsProps {
  /** Newest first. */
  of: readonly Materialization[];
  assetKey: string;
  /** Whether there are rows to compare. */
  hasRows: boolean;
  /** Milliseconds since 1970. */
  now: number;
}

/** Versions of an asset: rows, partitions and settings that each changed. */
export function Materializations({ of, assetKey, hasRows, now }: MaterializationsProps) {
  if (of.length === 0) return <p class="empty">It has never been materialized.</p>;
  return (
    <TableScroller label="Materializations" csv="materializations">
      <table>
        <thead>
          <tr>
            <th scope="col">Number</th>
            <th scope="col">Run</th>
            <th scope="col">Made</th>
            <th scope="col" class="number">Rows</th>
            <th scope="col" class="number">Rows added</th>
            <th scope="col" class="number">Rows removed</th>
            <th scope="col">Changed partitions</th>
            <th scope="col">Settings changed</th>
            <th scope="col">Metadata</th>
            <th scope="col">Before it</th>
          </tr>
        </thead>
        <tbody>
          {of.map((made, i) => (
            <tr>
              <th scope="row">{made.id}</th>
              <td>{made.runId === null ? made.origin : <a href={`/runs/${made.runId}`}>Run {made.runId}</a>}</td>
              <td>
                <Moment at={made.committedAt} now={now} />
              </td>
              <td class="number">{count(made.rowCount)}</td>
              <td class="number">{count(made.rowsAdded)}</td>
              <td class="number">{count(made.rowsRemoved)}</td>
              <td>{changedInWords(made)}</td>
              <td>{settingsInWords(made, of[i + 1])}</td>
              <td>{metadataInWords(made)}</td>
              <td>
                {hasRows && of[i + 1] && (
                  <a href={`/assets/${assetKey}/difference?from=${of[i + 1]!.id}&to=${made.id}`}>
                    Compare
                  </a>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableScroller>
  );
}

function changedInWords({ changed, rowsAdded, rowsRemoved }: Materialization): string {
  if (changed === null) return rowsAdded + rowsRemoved === 0 ? "none" : "";
  if (changed.length === 0) return "none";
  const told = changed.slice(0, 2).map(({ names, dates }) => {
    const [first, last] = [dates?.[0]?.[0], dates?.at(-1)?.[1]];
    const when = first === undefined ? "" : first === last ? first : `${first} to ${last}`;
    return [names === null ? (when === "" ? "all" : "") : namesInWords(names), when].filter(Boolean).join(", ");
  });
  return told.join("; ") + (changed.length > 2 ? `; ${changed.length - 2} more` : "");
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
