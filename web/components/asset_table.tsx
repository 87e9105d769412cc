import type { ShownAsset } from "../graph_record.ts";
import { type AssetKind, kindWords } from "../graph_search.ts";
import type { AssetStorage } from "../../engine/mod.ts";
import { count, megabytes } from "../figures.ts";
import { FailedChecks } from "./check_badge.tsx";
import { Moment } from "./moment.tsx";
import { StateBadge } from "./state_badge.tsx";
import { TableScroller } from "./table_scroller.tsx";
import { inWords } from "../words.ts";

/** Assets in a table: what the graph shows, for reading line by line. */
export function AssetTable(
  { assets, kinds, storage, now }: {
    assets: readonly ShownAsset[];
    kinds: ReadonlyMap<string, AssetKind>;
    storage: ReadonlyMap<string, AssetStorage>;
    now: number;
  },
) {
  return (
    <TableScroller label="Assets">
      <table class="asset-table">
        <thead>
          <tr>
            <th scope="col">Asset</th>
            <th scope="col">State</th>
            <th scope="col">Why</th>
            <th scope="col">Group</th>
            <th scope="col">Kind</th>
            <th scope="col" class="number">Rows</th>
            <th scope="col" class="number" title="Of the table with its indexes, all versions that are kept">Size</th>
            <th scope="col">Keeps</th>
            <th scope="col">Made</th>
            <th scope="col">
              <span class="read">Action</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {assets.map(({ asset, state, reason }) => {
            const { key, group, lastMaterialization: last } = asset;
            return (
              <tr data-asset={key} data-state={state} id={`asset-${key}`}>
                <th scope="row">
                  <a href={`/assets/${key}`}>
                    <code>{key}</code>
                  </a>
                </th>
                <td>
                  <StateBadge state={state} /> <FailedChecks asset={asset} />
                  {state === "running" && (
                    <progress data-progress={asset.madeBy ?? key} aria-label={`${key} progress`}></progress>
                  )}
                </td>
                <td class="cut" title={reason || undefined}>
                  {reason}
                  {state === "running" && <span data-part={asset.madeBy ?? key}></span>}
                </td>
                <td>{inWords(group)}</td>
                <td>{kindWords[kinds.get(key)!]}</td>
                <td class="number">{last && !asset.external ? count(last.rowCount) : "–"}</td>
                <td class="number">{storage.has(key) ? megabytes(storage.get(key)!.bytes) : "–"}</td>
                <td>{storage.get(key)?.keeps ?? "–"}</td>
                <td>{last ? <Moment at={last.committedAt} now={now} /> : "never"}</td>
                <td>{!asset.external && <MaterializeButton asset={asset} state={state} />}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </TableScroller>
  );
}

/** Makes an asset and what is stale upstream of it. */
function MaterializeButton({ asset: { key }, state }: { asset: ShownAsset["asset"]; state: ShownAsset["state"] }) {
  return (
    <button
      type="button"
      id={`materialize-${key}`}
      class="quiet"
      data-begin-run={JSON.stringify({ selection: `+${key}` })}
      aria-label={`Materialize ${key} and what is upstream of it`}
      aria-disabled={state === "running" || state === "waiting" ? "true" : undefined}
    >
      Materialize
    </button>
  );
}
