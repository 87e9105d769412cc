import type { AssetRecord } from "../asset_record.ts";
import { AssetChecks } from "../components/asset_checks.tsx";
import { Materializations } from "../components/asset_materializations.tsx";
import { AssetLineage } from "../components/asset_lineage.tsx";
import { AssetRows } from "../components/asset_rows.tsx";
import { AssetSchema } from "../components/asset_schema.tsx";
import { AssetSteps } from "../components/asset_steps.tsx";
import { AssetWhy } from "../components/asset_why.tsx";
import { AttentionList, hasFault } from "../components/attention_list.tsx";
import { BackfillOffer } from "../components/backfill_offer.tsx";
import { AutomationTree } from "../components/automation_tree.tsx";
import { PartitionQuestion } from "../components/partition_question.tsx";
import { PartitionStrips } from "../components/partition_strips.tsx";
import { FailedChecks } from "../components/check_badge.tsx";
import { LivePanel } from "../components/live_panel.tsx";
import { MaterializeForm } from "../components/materialize_form.tsx";
import { MetadataPlots } from "../components/metadata_plots.tsx";
import { Panel } from "../components/panel.tsx";
import { ReportForm } from "../components/report_form.tsx";
import { RunProgress } from "../components/run_progress.tsx";
import { StateBadge } from "../components/state_badge.tsx";
import { type TabPanel, TabPanels } from "../components/tab_panels.tsx";
import { Layout } from "../layout.tsx";
import { PageHead } from "../components/page_head.tsx";

/** Number of materializations in the table; more are plotted. */
const listedMaterializations = 10;

/** One asset in tabs: state, partitions, rows, runs, checks, automation and lineage. */
export function AssetPage({ record }: { record: AssetRecord }) {
  const { asset, producer, shown, state, partition, report, materializations, rows, request, automation, now } = record;
  const { key } = asset;
  const { external } = asset;
  const panels: (TabPanel | null)[] = [
    {
      id: "overview",
      title: "Overview",
      children: (
        <>
          <div id="attention-place" class="place" data-live>
            {hasFault(state) && (
              <Panel id="attention" title="Needs attention">
                <AttentionList assets={[state]} now={now} />
              </Panel>
            )}
          </div>
          <LivePanel
            id="why"
            title={partition && record.partitionProblem === null
              ? "Why this partition is in this state"
              : `Why it is ${state.state}`}
          >
            <AssetWhy record={record} />
          </LivePanel>
          <Panel id="materialize" title={external ? "Materialize downstream assets" : "Materialize"}>
            {producer.key !== key && (
              <p class="about">
                The function of <a href={`/assets/${producer.key}`}>{producer.key}</a>{" "}
                makes it, with the settings of that asset.
              </p>
            )}
            <MaterializeForm
              request={request}
              external={external}
              producer={producer.key}
              automated={producer.recipe?.automation !== undefined && automation.pausedAt === null}
            />
            <div id="run-place" class="place" data-live>
              {request.run && <RunProgress run={request.run} now={now} />}
            </div>
          </Panel>
          {external && (
            <Panel id="report-panel" title="Report a version">
              <ReportForm assetKey={key} last={state.lastMaterialization?.dataVersion ?? null} />
            </Panel>
          )}
        </>
      ),
    },
    report && {
      id: "partitions",
      title: "Partitions",
      children: (
        <Panel id="partition-strips" title="Partitions over time">
          <div id="partitions-body" data-live>
            <BackfillOffer report={report} />
            <PartitionStrips report={report} assetKey={key} />
          </div>
          <PartitionQuestion assetKey={key} report={report} partition={partition} />
        </Panel>
      ),
    },
    rows && {
      id: "data",
      title: "Data",
      children: (
        <>
          <Panel id="rows" title="Rows">
            <AssetRows asset={asset} rows={rows} materializations={materializations.slice(0, 20)} />
          </Panel>
          <Panel id="schema" title="Schema">
            <AssetSchema asset={asset} />
          </Panel>
        </>
      ),
    },
    {
      id: "history",
      title: "Runs",
      children: (
        <>
          <LivePanel id="materializations" title="Recent materializations">
            <Materializations
              of={materializations.slice(0, listedMaterializations)}
              assetKey={key}
              hasRows={!external}
              now={now}
            />
          </LivePanel>
          <LivePanel id="metadata" title="Over time">
            <MetadataPlots of={materializations} assetKey={key} />
          </LivePanel>
          <LivePanel id="runs" title="Runs">
            <AssetSteps steps={record.steps} assetKey={key} now={now} />
          </LivePanel>
        </>
      ),
    },
    {
      id: "check-results",
      title: "Checks",
      children: (
        <LivePanel id="checks" title="Checks">
          <AssetChecks
            asset={asset}
            results={record.checks}
            failedChecks={state.failedChecks}
            rowCount={record.request.hasPartitions ? state.lastMaterialization?.rowCount ?? null : null}
          />
        </LivePanel>
      ),
    },
    {
      id: "automation-state",
      title: "Automation",
      children: (
        <LivePanel id="automation" title="Automation">
          <AutomationTree automation={automation} condition={producer.recipe?.automation} now={now} />
        </LivePanel>
      ),
    },
    {
      id: "lineage",
      title: "Lineage",
      children: (
        <LivePanel id="neighbours" title="Upstream and downstream">
          <AssetLineage record={record} />
        </LivePanel>
      ),
    },
  ];
  return (
    <Layout
      title={`${key} · Tandem`}
      path={`/assets/${key}`}
      script="asset.js"
      styles={["graph.css"]}
      headline={
        <PageHead title={key} live>
          {asset.description} <StateBadge state={shown.state} /> <FailedChecks asset={state} />
          {shown.state === "running" && <span data-part={producer.key}></span>}
        </PageHead>
      }
    >
      <TabPanels label="Views of the asset" panels={panels.filter((panel) => panel !== null)} />
    </Layout>
  );
}

/** Page for an unknown asset. */
export function AssetAbsentPage({ name }: { name: string }) {
  return (
    <Layout title="No such asset · Tandem" path="/assets/" headline={<h1>No asset {name}</h1>}>
      <section class="panel" aria-label="Where to go">
        <p class="empty">
          The project has no asset with this name. <a href="/assets">All assets</a>
        </p>
      </section>
    </Layout>
  );
}
