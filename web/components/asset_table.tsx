import type { ShownAsset } from "../graph_record.ts";
import { type AssetKind, kindWords } from "../graph_search.ts";
import type { AssetStorage } from "../../engine/mod.ts";
import { count, megabytes } from "../figures.ts";
import { FailedChecks } from "./check_badge.tsx";
import { Moment } from "./moment.tsx";
import { StateBadge } from "./state_badge.tsx";
import { type Column, DataTable } from "./data_table.tsx";
import { inWords } from "../words.ts";

/** Assets in a table, with the content of the graph. */
export function AssetTable(
  { assets, kinds, storage, now }: {
    assets: readonly ShownAsset[];
    kinds: ReadonlyMap<string, AssetKind>;
    storage: ReadonlyMap<string, AssetStorage>;
    now: number;
  },
) {
  const columns: Column<ShownAsset>[] = [
    {
      title: "Asset",
      header: true,
      cell: ({ asset: { key } }) => (
        <a href={`/assets/${key}`}>
          <code>{key}</code>
        </a>
      ),
    },
    {
      title: "State",
      cell: ({ asset, state }) => (
        <>
          <StateBadge state={state} /> <FailedChecks asset={asset} brief />
          {state === "running" && (
            <progress data-progress={asset.madeBy ?? asset.key} aria-label={`${asset.key} progress`}></progress>
          )}
        </>
      ),
    },
    {
      title: "Why",
      cellClass: () => "cut",
      cellTitle: ({ reason }) => reason || undefined,
      cell: ({ asset, state, reason }) => (
        <>
          {reason}
          {state === "running" && <span data-part={asset.madeBy ?? asset.key}></span>}
        </>
      ),
    },
    { title: "Group", cell: ({ asset }) => inWords(asset.group) },
    { title: "Kind", cell: ({ asset }) => kindWords[kinds.get(asset.key)!] },
    {
      title: "Rows",
      number: true,
      cell: ({ asset: { lastMaterialization: last, external } }) => last && !external ? count(last.rowCount) : "–",
    },
    // Read for the table alone.
    ...(storage.size === 0 ? [] : sizeColumns(storage)),
    {
      title: "Made",
      cell: ({ asset: { lastMaterialization: last } }) => last ? <Moment at={last.committedAt} now={now} /> : "never",
    },
    {
      title: <span class="read">Action</span>,
      cell: ({ asset, state }) => !asset.external && <MaterializeButton asset={asset} state={state} />,
    },
  ];
  return (
    <DataTable
      label="Assets"
      class="asset-table"
      columns={columns}
      rows={assets}
      row={({ asset: { key }, state }) => ({ "data-asset": key, "data-state": state, id: `asset-${key}` })}
    />
  );
}

function sizeColumns(storage: ReadonlyMap<string, AssetStorage>): Column<ShownAsset>[] {
  return [
    {
      title: "Size",
      hint: "Table with indexes, all kept versions",
      number: true,
      cell: ({ asset: { key } }) => storage.has(key) ? megabytes(storage.get(key)!.bytes) : "–",
    },
    { title: "Keeps", class: "members", cell: ({ asset: { key } }) => storage.get(key)?.keeps ?? "–" },
  ];
}

/** Materializes an asset and its stale upstream assets. */
function MaterializeButton({ asset: { key }, state }: { asset: ShownAsset["asset"]; state: ShownAsset["state"] }) {
  return (
    <button
      type="button"
      id={`materialize-${key}`}
      class="quiet"
      data-begin-run={JSON.stringify({ selection: `+${key}` })}
      aria-label={`Materialize ${key} and everything upstream`}
      aria-disabled={state === "running" || state === "waiting" ? "true" : undefined}
    >
      Materialize
    </button>
  );
}
