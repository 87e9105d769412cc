import type { Materialization } from "../../engine/mod.ts";
import type { AssetRecord } from "../asset_record.ts";
import { namesInWords } from "../cell_strips.ts";
import { CellStrips } from "../components/cell_strips.tsx";
import { ExplanationTree } from "../components/explanation_tree.tsx";
import { FailingRows } from "../components/failing_rows.tsx";
import { Moment } from "../components/moment.tsx";
import { Panel } from "../components/panel.tsx";
import { StateBadge } from "../components/state_badge.tsx";
import { count, figure } from "../figures.ts";
import { Layout } from "../layout.tsx";

/** One asset: why it is as it is, its cells over time, how it was made, and what it is joined to. */
export function AssetPage({ record }: { record: AssetRecord }) {
  const { asset, state, explanation, report, materializations, checks, now } = record;
  const { key } = asset;
  const sections = [
    { id: "why", title: "Why" },
    ...(report ? [{ id: "cells", title: "Cells" }] : []),
    { id: "materializations", title: "Materializations" },
    { id: "checks", title: "Checks" },
  ];
  return (
    <Layout
      title={`${key} · Tandem`}
      path={`/assets/${key}`}
      sections={sections}
      headline={
        <div class="headline">
          <div>
            <h1>{key}</h1>
            <p>
              {asset.description} <StateBadge state={state.state} />
            </p>
          </div>
        </div>
      }
    >
      <Panel id="why" title={`Why it is ${state.state}`}>
        <ExplanationTree explanation={explanation} />
        {state.freshness && (
          <p class="entry">
            <span class="faint">{state.freshness.policy}</span> {state.freshness.message}
          </p>
        )}
        {state.automation && (
          <p class="entry">
            <span class="faint">Made by itself when</span> <code>{state.automation}</code>
          </p>
        )}
        <Neighbours title="Made from" keys={state.upstream} />
        <Neighbours title="Read by" keys={state.downstream} />
      </Panel>
      {report && (
        <Panel id="cells" title="Cells over time">
          <CellStrips report={report} />
        </Panel>
      )}
      <Panel id="materializations" title="Recent materializations">
        <Materializations of={materializations} now={now} />
      </Panel>
      <Panel id="checks" title="Checks">
        {asset.checks.length === 0 && <p class="empty">Nothing is checked of it.</p>}
        <ul class="entries">
          {asset.checks.map(({ name, description, severity }) => {
            const last = checks.find((result) => result.name === name);
            return (
              <li>
                <p class="line">
                  <code>{name}</code> <span class="faint">{severity}</span>
                  <span>{last ? (last.passed ? "● passed" : "✕ failed") : "○ not run yet"}</span>
                </p>
                <p>{last?.message ?? description}</p>
                {last && !last.passed && <FailingRows rows={last.failingRows ?? []} />}
              </li>
            );
          })}
        </ul>
      </Panel>
    </Layout>
  );
}

/** What stands where an asset would that there is not. */
export function AssetAbsentPage({ name }: { name: string }) {
  return (
    <Layout title="No such asset · Tandem" path="/assets/" headline={<h1>There is no asset {name}</h1>}>
      <section class="panel" aria-label="Where to go">
        <p class="empty">
          <a href="/#assets">To the assets</a>
        </p>
      </section>
    </Layout>
  );
}

function Neighbours({ title, keys }: { title: string; keys: readonly string[] }) {
  if (keys.length === 0) return null;
  return (
    <p class="neighbours">
      <span class="faint">{title}</span> {keys.map((key) => (
        <>
          <a href={`/assets/${key}`}>
            <code>{key}</code>
          </a>
          {" "}
        </>
      ))}
    </p>
  );
}

function Materializations({ of, now }: { of: readonly Materialization[]; now: number }) {
  if (of.length === 0) return <p class="empty">It has never been materialized.</p>;
  return (
    <div class="scroller" tabindex={0} role="region" aria-label="Materializations, may scroll sideways">
      <table>
        <thead>
          <tr>
            <th scope="col">Number</th>
            <th scope="col">Run</th>
            <th scope="col">Made</th>
            <th scope="col" class="number">Rows</th>
            <th scope="col" class="number">Came</th>
            <th scope="col" class="number">Went</th>
            <th scope="col">Changed cells</th>
            <th scope="col">Metadata</th>
          </tr>
        </thead>
        <tbody>
          {of.map((made) => (
            <tr>
              <th scope="row">{made.id}</th>
              <td>
                <a href={`/v1/runs/${made.runId}`}>Run {made.runId}</a>
              </td>
              <td>
                <Moment at={made.committedAt} now={now} />
              </td>
              <td class="number">{count(made.rowCount)}</td>
              <td class="number">{count(made.rowsAdded)}</td>
              <td class="number">{count(made.rowsRemoved)}</td>
              <td>{changedInWords(made)}</td>
              <td>{metadataInWords(made)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
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

function metadataInWords({ metadata }: Materialization): string {
  return Object.entries(metadata).slice(0, 4).flatMap(([name, entry]) =>
    entry.type === "number"
      ? [`${name} ${figure(entry.value)}`]
      : entry.type === "text"
      ? [`${name} ${entry.value.slice(0, 60)}`]
      : []
  ).join(", ");
}
