import { useContext } from "hono/jsx";
import { ageText, type DataStatus, showsSimulated } from "../data_status.ts";
import { ShownDataContext } from "../data_status_context.ts";
import { count, counted } from "../figures.ts";

/** Header of every page: data source, age and problems. Without a sign-in it only shows whether the data are simulated. */
export function StatusBar() {
  const { source, status } = useContext(ShownDataContext);
  const read = status === "unreadable" ? null : status;
  const simulated = showsSimulated(source, read);
  if (status === null) {
    return simulated
      ? (
        <div class="status-bar">
          <Simulated />
        </div>
      )
      : null;
  }
  return (
    <div class="status-bar" id="status-bar" role="group" aria-label="Data" data-live>
      {simulated && <Simulated />}
      {source && <span class="source">{source.label}</span>}
      {read === null
        ? <span class="error">The state of the data cannot be read now.</span>
        : <Standing status={read} />}
    </div>
  );
}

function Simulated() {
  return <strong class="simulated">SIMULATED DATA</strong>;
}

function Standing({ status }: { status: DataStatus }) {
  const { overall, lastSession, ageDays, otherSources, openRuns, running, failed, late, failedChecks } = status;
  return (
    <>
      {otherSources.length > 0 && <span>still shows {otherSources.join(" and ")}</span>}
      {lastSession !== null && (
        <span>
          last session <time datetime={lastSession}>{lastSession}</time>, {ageText(ageDays!)}
        </span>
      )}
      <span class={`standing ${overall.tone}`}>{overall.title}</span>
      <Running of={running} open={openRuns} />
      <Faults of={failed} one="failed" many={(n) => `${n} assets failed`} section="why" />
      <Faults of={late} one="is late" many={(n) => `${n} assets are late`} section="" />
      <Faults
        of={failedChecks.map(({ key }) => key)}
        one="has a failed check"
        many={(n) => `${n} failed checks`}
        section="checks"
      />
    </>
  );
}

/** Link to the run in progress, or to the list of runs. Between two steps of a run no asset is in progress. */
function Running({ of, open }: { of: DataStatus["running"]; open: DataStatus["openRuns"] }) {
  const [first] = of;
  if (first === undefined) {
    if (open.length === 0) return null;
    if (open.length > 1) return <a class="busy" href="/runs">{counted(open.length, "open run")}</a>;
    return <a class="busy" href={`/runs/${open[0]}`}>run {open[0]}</a>;
  }
  const runs = new Set(of.map(({ runId }) => runId));
  const path = runs.size === 1 && first.runId !== null ? `/runs/${first.runId}` : "/runs";
  return <a class="busy" href={path}>{of.length === 1 ? first.key : counted(of.length, "asset")} running</a>;
}

/** Link to the only asset with a fault, or to the list of faults. */
function Faults({ of, one, many, section }: {
  of: readonly string[];
  one: string;
  many(count: string): string;
  section: string;
}) {
  const [only] = of;
  if (only === undefined) return null;
  if (of.length > 1) return <a class="fault" href="/#attention">{many(count(of.length))}</a>;
  return <a class="fault" href={`/assets/${only}${section && `#${section}`}`}>{only} {one}</a>;
}
