import type { AuditEvent } from "../../access/mod.ts";
import { Address, number, type SearchOf, text } from "../address.ts";
import { Moment } from "../components/moment.tsx";
import { Layout } from "../layout.tsx";
import { type Column, DataTable } from "../components/data_table.tsx";
import { type Problems, SearchProblems } from "../components/search_problems.tsx";
import { PageHead } from "../components/page_head.tsx";
import { Field } from "../components/field.tsx";
import { PageTabs } from "../components/page_tabs.tsx";

/** The address of the audit log. */
export const auditAddress = new Address("/settings/audit-events", {
  actor: text({ longest: 300 }),
  action: text({ longest: 300 }),
  /** Id of the event before which the page starts. */
  before: number("Before", { least: 1, whole: true }),
});
export type AuditSearch = SearchOf<typeof auditAddress>;

export interface AuditEventsProps {
  search: AuditSearch;
  problems: Problems;
  events: readonly AuditEvent[];
  /** Whether there are older events. */
  more: boolean;
  now: number;
}

/** The audit log. */
export function AuditEventsPage({ search, problems, events, more, now }: AuditEventsProps) {
  const columns: Column<AuditEvent>[] = [
    { title: "Time", cell: ({ at }) => <Moment at={at} now={now} /> },
    {
      title: "Actor",
      header: true,
      cell: ({ actor, actorKind }) => (
        <>
          <a href={auditAddress.write(search, { actor, before: undefined })}>{actor}</a>{" "}
          {actorKind !== actor && <span class="faint">{actorKind}</span>}
        </>
      ),
    },
    {
      title: "Action",
      cell: ({ action }) => (
        <a href={auditAddress.write(search, { action, before: undefined })}>
          <code>{action}</code>
        </a>
      ),
    },
    { title: "Target", cell: ({ target }) => target ?? "–" },
    {
      title: "Outcome",
      cell: ({ outcome }) => outcome ?? <abbr title="In progress, or interrupted by the end of the process">open</abbr>,
    },
    { title: "Address", cell: ({ address }) => address ?? "–" },
  ];
  return (
    <Layout
      title="Audit log · Tandem"
      path="/settings/audit-events"
      styles={["settings.css"]}
      headline={<PageHead title="Audit log">Every change and every refused attempt, newest first.</PageHead>}
    >
      <section class="panel" aria-label="Audit log">
        <PageTabs of="Settings" path="/settings/audit-events" />
        <form class="filters" action="/settings/audit-events" method="get" role="search" aria-label="Audit log">
          <Field label="Actor" type="search" name="actor" value={search.actor ?? ""} placeholder="any" />
          <Field label="Action" type="search" name="action" value={search.action ?? ""} placeholder="any" />
          <button type="submit" class="primary">Filter</button>
          {(search.actor !== undefined || search.action !== undefined) && <a href="/settings/audit-events">Show all</a>}
          <SearchProblems problems={problems} />
        </form>
        {events.length === 0 ? <p class="empty">No matching events.</p> : (
          <>
            <p class="about">
              <a href={auditAddress.write(search, { before: undefined }, { path: "/settings/audit-events.csv" })}>
                These as CSV
              </a>
            </p>
            <DataTable label="Audit log" columns={columns} rows={events} />
            {(more || search.before !== undefined) && (
              <nav class="pager" aria-label="Pages of the table">
                {search.before !== undefined
                  ? <a href={auditAddress.write(search, { before: undefined })}>← To the newest</a>
                  : <span></span>}
                {more
                  ? <a href={auditAddress.write(search, { before: events.at(-1)!.id })} rel="next">Older →</a>
                  : <span></span>}
              </nav>
            )}
          </>
        )}
      </section>
    </Layout>
  );
}
