import { useContext } from "hono/jsx";
import type { Backfill, BackfillAction, BackfillAssetState, BackfillRun } from "../../engine/mod.ts";
import { BackfillPlanTable } from "../components/backfill_plan.tsx";
import { BackfillStrip, hasPartitions, partitionCounts, StripLegend } from "../components/backfill_strip.tsx";
import { Moment } from "../components/moment.tsx";
import { StateBadge } from "../components/state_badge.tsx";
import { count, counted, duration, moment } from "../figures.ts";
import { Layout } from "../layout.tsx";
import { PreferencesContext } from "../preferences.ts";
import { rangeInWords } from "./backfills.tsx";
import { PageHead } from "../components/page_head.tsx";

/** Actions on a backfill in each status. */
const actions: Readonly<Record<Backfill["status"], readonly [BackfillAction, string][]>> = {
  running: [["pause", "Pause"], ["cancel", "Cancel"]],
  paused: [["resume", "Resume"], ["retry", "Retry failed partitions"], ["cancel", "Cancel"]],
  succeeded: [["retry", "Re-run missing partitions"]],
  failed: [["retry", "Retry failed partitions"]],
  cancelled: [["retry", "Re-run missing partitions"]],
};

/** One backfill: its progress, and each asset's partitions over time. */
export function BackfillPage({ backfill, now }: { backfill: Backfill; now: number }) {
  const { id, selection, range, force, assets, runs, runCount, plan } = backfill;
  return (
    <Layout
      title={`Backfill ${id} · Tandem`}
      path="/backfills/"
      script="backfills.js"
      styles={["backfills.css"]}
      headline={<Headline backfill={backfill} />}
    >
      <div id="progress" data-live>
        <Progress backfill={backfill} now={now} />
      </div>
      <section class="panel" aria-labelledby="assets-title">
        <h2 id="assets-title">Assets</h2>
        <p class="about">
          <code>{selection}</code>
          {rangeInWords(range)}
          {force ? ", forced" : ""}. Time runs from left to right; the height of a colour is the share of partitions in
          its state.
        </p>
        <StripLegend />
        <div id="assets" data-live>
          <ol class="backfilled">{assets.map((asset) => <AssetLine key={asset.key} asset={asset} />)}</ol>
        </div>
      </section>
      <div class="columns">
        <section class="panel" aria-labelledby="plan-title">
          <h2 id="plan-title">Plan</h2>
          <BackfillPlanTable plan={plan} />
        </section>
        <section class="panel" aria-labelledby="runs-title">
          <h2 id="runs-title">Runs</h2>
          <div id="runs" data-live>
            {runs.length === 0 ? <p class="empty">Nothing has run yet.</p> : (
              <>
                {runCount > runs.length && <p class="about">The last {runs.length} of {count(runCount)}.</p>}
                <ol class="entries">{runs.map((run) => <RunLine key={run.id} run={run} />)}</ol>
              </>
            )}
          </div>
        </section>
      </div>
    </Layout>
  );
}

/** Actions on a backfill; nothing is left to run again in a complete one. */
function actionsOn({ status, progress: { partitions, done } }: Backfill): readonly [BackfillAction, string][] {
  return actions[status].filter(([action]) => action !== "retry" || status === "paused" || done < partitions);
}

function Headline({ backfill }: { backfill: Backfill }) {
  const { id, status } = backfill;
  return (
    <PageHead
      title={`Backfill ${id}`}
      live
      beside={
        <div class="line">
          {actionsOn(backfill).map(([action, title]) => (
            <button type="button" id={`do-${action}`} data-act={action} data-backfill={id}>{title}</button>
          ))}
        </div>
      }
    >
      <StateBadge state={status} />
    </PageHead>
  );
}

function Progress({ backfill, now }: { backfill: Backfill; now: number }) {
  const { status, progress, reason, remainingSeconds, expectedAt, createdAt, finishedAt, assets } = backfill;
  const { partitions, done, failed, skipped } = progress;
  const { timeZone } = useContext(PreferencesContext);
  const unknown = assets.filter((asset) => asset.remainingSeconds === null).length;
  const left = remainingSeconds !== null && remainingSeconds >= 1
    ? `${unknown > 0 ? "at least" : "about"} ${duration(remainingSeconds * 1000)} left`
    : null;
  return (
    <section class="panel" aria-label="Progress">
      <progress
        max={Math.max(1, partitions)}
        value={partitions === 0 && status === "succeeded" ? 1 : done + failed + skipped}
        aria-label="Ended partitions"
      >
      </progress>
      <p>
        {[
          `${count(done)} of ${counted(partitions, "partition")} done`,
          ...(failed > 0 ? [`${count(failed)} failed`] : []),
          ...(skipped > 0 ? [`${count(skipped)} skipped`] : []),
        ].join(", ")}
        {left && <span title={expectedAt === null ? undefined : `done ${moment(expectedAt, timeZone)}`}>, {left}</span>}
      </p>
      <p class="faint">
        Requested <Moment at={createdAt} now={now} />
        {finishedAt && (
          <>
            , ended <Moment at={finishedAt} now={now} />
          </>
        )}
      </p>
      {reason !== null && <p class="notice bad" role="status">{reason}</p>}
    </section>
  );
}

function AssetLine({ asset: { key, state, partitions, message, remainingSeconds } }: { asset: BackfillAssetState }) {
  return (
    <li data-asset={key} data-state={state}>
      <div class="line">
        <h4>{key}</h4>
        <StateBadge state={state} />
        <span class="faint">
          {partitions ? partitionCounts(partitions) : "not partitioned"}
          {remainingSeconds !== null && remainingSeconds >= 1 ? `, ${duration(remainingSeconds * 1000)} left` : ""}
        </span>
      </div>
      {partitions && hasPartitions(partitions) && <BackfillStrip asset={key} partitions={partitions} />}
      {message !== null && <p class="why error">{message}</p>}
    </li>
  );
}

function RunLine({ run: { id, status, selection, partitions, done, failed, error, startedAt, finishedAt } }: {
  run: BackfillRun;
}) {
  return (
    <li>
      <div class="line">
        <a href={`/runs/${id}`}>Run {id}</a>
        <StateBadge state={status} />
        <span class="faint">
          {startedAt && finishedAt ? duration(Date.parse(finishedAt) - Date.parse(startedAt)) : ""}
        </span>
      </div>
      <p>
        <code>{selection}</code>
        {partitions === null ? "" : `: ${count(done ?? 0)} of ${counted(partitions, "partition")}`}
        {failed ? `, ${count(failed)} failed` : ""}
      </p>
      {error && <p class="error">{error}</p>}
    </li>
  );
}
