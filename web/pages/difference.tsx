import { useContext } from "hono/jsx";
import type { Materialization, VersionDifference } from "../../engine/mod.ts";
import { shownValue } from "../cell_value.ts";
import { Figure, FigureList } from "../components/figure_list.tsx";
import { Panel } from "../components/panel.tsx";
import { type Column, DataTable } from "../components/data_table.tsx";
import { count, moment } from "../figures.ts";
import { Layout } from "../layout.tsx";
import { PreferencesContext } from "../preferences.ts";
import { inWords } from "../words.ts";
import { type ComparedValue, differing } from "../compared_values.ts";
import { PageHead } from "../components/page_head.tsx";

export interface DifferencePageProps {
  assetKey: string;
  primaryKey: readonly string[];
  /** Versions to choose from, newest first. */
  versions: readonly Materialization[];
  /** The two versions compared; absent if there are none of these numbers. */
  earlier?: Materialization;
  later?: Materialization;
  difference: VersionDifference | null;
  /** Why there is no difference to show. */
  problem: string | null;
}

/** Two versions of an asset side by side: added, removed and changed rows, settings and metadata. */
export function DifferencePage(props: DifferencePageProps) {
  const { assetKey, primaryKey, versions, earlier, later, difference, problem } = props;
  return (
    <Layout
      title={`Versions · ${assetKey} · Tandem`}
      path={`/assets/${assetKey}`}
      headline={
        <PageHead title="Compare versions">
          of <a href={`/assets/${assetKey}#materializations`}>{assetKey}</a>
        </PageHead>
      }
    >
      <form class="filters" method="get" action={`/assets/${assetKey}/difference`} aria-label="Versions">
        <Version name="from" title="From" of={versions} chosen={earlier} />
        <Version name="to" title="To" of={versions} chosen={later} />
        <button type="submit">Compare</button>
      </form>
      {problem !== null && <p class="notice bad" role="alert">{problem}</p>}
      {difference && (
        <Panel id="rows" title="Rows">
          <FigureList>
            <Figure title="Added" text={count(difference.rowsAdded)} />
            <Figure title="Removed" text={count(difference.rowsRemoved)} />
            <Figure title="Changed" text={count(difference.rowsChanged)} />
          </FigureList>
          {difference.sample.length === 0
            ? <p class="empty">Both versions have the same rows.</p>
            : <Sample of={difference.sample} primaryKey={primaryKey} />}
        </Panel>
      )}
      {earlier && later && (
        <>
          <Compared id="settings" title="Settings" values={differing(earlier.config, later.config)} />
          <Compared
            id="metadata"
            title="Metadata"
            named={inWords}
            values={differing(metadataOf(earlier), metadataOf(later), { all: true })}
          />
        </>
      )}
    </Layout>
  );
}

/** Scalar metadata: tables are left out. */
function metadataOf({ metadata, rowCount, codeVersion }: Materialization): Record<string, unknown> {
  const values = Object.entries(metadata).flatMap(([name, entry]) =>
    entry.type === "number" || entry.type === "text" ? [[name, entry.value] as const] : []
  );
  return { rows: rowCount, code_version: codeVersion, ...Object.fromEntries(values) };
}

function Version(
  { name, title, of, chosen }: {
    name: string;
    title: string;
    of: readonly Materialization[];
    chosen?: Materialization;
  },
) {
  const { timeZone } = useContext(PreferencesContext);
  return (
    <label>
      {title}
      <select name={name}>
        {chosen && !of.some(({ id }) => id === chosen.id) && <option value={chosen.id} selected>{chosen.id}</option>}
        {of.map(({ id, committedAt }) => (
          <option value={id} selected={id === chosen?.id} key={id}>{id}, {moment(committedAt, timeZone)}</option>
        ))}
      </select>
    </label>
  );
}

function Sample({ of, primaryKey }: { of: VersionDifference["sample"]; primaryKey: readonly string[] }) {
  return (
    <>
      <p class="about">First rows of each kind of change, in key order.</p>
      <DataTable
        label="Rows that differ"
        csv="difference"
        columns={[
          { title: "Change", cell: ({ change }) => change },
          ...primaryKey.map((name): Column<VersionDifference["sample"][number]> => ({
            title: inWords(name),
            hint: name,
            cell: ({ before, after }) => shownValue((after ?? before)![name]),
          })),
          {
            title: "Values",
            cell: ({ change, before, after }) =>
              differing(before ?? {}, after ?? {}).filter(({ name }) => !primaryKey.includes(name)).map((value) => (
                <span class="entry" key={value.name}>
                  <span class="faint" title={value.name}>{inWords(value.name)}</span>{" "}
                  {change !== "added" && shownValue(value.before)}
                  {change === "changed" && " → "}
                  {change !== "removed" && shownValue(value.after)}
                  {"  "}
                </span>
              )),
          },
        ]}
        rows={of}
      />
    </>
  );
}

const comparedColumns = (named: (name: string) => string): Column<ComparedValue>[] => [
  { title: "Name", header: true, cell: ({ name }) => <span title={name}>{named(name)}</span> },
  { title: "Earlier", number: true, cell: ({ before }) => shownValue(before) },
  { title: "Later", number: true, cell: ({ after }) => shownValue(after) },
];

function Compared({ id, title, values, named = (name) => name }: {
  id: string;
  title: string;
  values: readonly ComparedValue[];
  /** A name in words; settings keep theirs. */
  named?(name: string): string;
}) {
  return (
    <Panel id={id} title={title}>
      {values.length === 0
        ? <p class="empty">The same in both.</p>
        : <DataTable label={title} csv={id} columns={comparedColumns(named)} rows={values} />}
    </Panel>
  );
}
