import type { Receipt } from "../../engine/mod.ts";
import { shownValue } from "../cell_value.ts";
import { Moment } from "../components/moment.tsx";
import { Panel } from "../components/panel.tsx";
import { counted } from "../figures.ts";
import { DataTable } from "../components/data_table.tsx";
import { Layout } from "../layout.tsx";
import { PageHead } from "../components/page_head.tsx";

export interface ReceiptPageProps {
  assetKey: string;
  receipts: readonly Receipt[];
  /** Why there is no receipt. */
  problem: string | null;
  /** Body of the replay request. */
  replay: { where: Readonly<Record<string, string>>; asOf?: string | number };
  /** Milliseconds since 1970. */
  now: number;
}

/** Provenance of rows of an asset, with a replay that compares them. */
export function ReceiptPage({ assetKey, receipts, problem, replay, now }: ReceiptPageProps) {
  const named = Object.entries(replay.where);
  return (
    <Layout
      title={`Receipt · ${assetKey} · Tandem`}
      path={`/assets/${assetKey}`}
      script="receipt.js"
      headline={
        <PageHead title="Receipt">
          Provenance of {named.length === 0 ? "the rows" : named.map(([name, value]) => `${name} ${value}`).join(", ")}
          {" "}
          of <a href={`/assets/${assetKey}#rows`}>{assetKey}</a>
        </PageHead>
      }
    >
      {problem !== null && <p class="notice bad" role="alert">{problem}</p>}
      {receipts.length > 0 && (
        <Panel id="replay" title="Replay">
          <p class="about">
            Makes all rows of the materialization again from the versions below, and compares them with the stored rows.
          </p>
          <button
            type="button"
            class="primary"
            id="begin-replay"
            data-replay={assetKey}
            data-request={JSON.stringify(replay)}
          >
            Replay
          </button>
          <p id="replayed" role="status"></p>
        </Panel>
      )}
      {receipts.map((receipt) => <ReceiptPanel receipt={receipt} now={now} key={receipt.materialization} />)}
    </Layout>
  );
}

function ReceiptPanel({ receipt, now }: { receipt: Receipt; now: number }) {
  const { asset, materialization, producer, runId, committedAt, codeVersion, sourceVersion, upstream, rows } = receipt;
  const id = `materialization-${materialization}`;
  return (
    <Panel id={id} title={`Materialization ${materialization}: ${counted(rows.length, "row")}`}>
      <p class="about">
        {runId === null ? "Reported from outside" : (
          <>
            Made by <a href={`/assets/${producer}`}>{producer}</a> in <a href={`/runs/${runId}`}>run {runId}</a>
          </>
        )}, <Moment at={committedAt} now={now} />.
      </p>
      <DataTable
        label={`Versions of ${id}`}
        columns={[
          { title: "Made from", cell: ({ from }) => from },
          { title: "Version", cell: ({ version }) => <code>{version}</code> },
        ]}
        rows={[
          ...upstream.map(({ asset: from, materialization: at, dataVersion: version }) => ({
            from: <a href={`/assets/${from}?as_of=${at}#rows`}>{from}, materialization {at}</a>,
            version,
          })),
          ...sourceVersion === null ? [] : [{ from: "the source outside", version: sourceVersion }],
          { from: `the code of ${producer}`, version: codeVersion },
          { from: `${asset} in its previous state`, version: receipt.dataVersion },
        ]}
      />
      <h3>Settings</h3>
      <pre>{JSON.stringify(receipt.config, null, 2)}</pre>
      {rows.length === 1 && (
        <>
          <h3>The row</h3>
          <table>
            <tbody>
              {Object.entries(rows[0]!).map(([name, value]) => (
                <tr key={name}>
                  <th scope="row">{name}</th>
                  <td>{shownValue(value)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
    </Panel>
  );
}
