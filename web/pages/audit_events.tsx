import type { AuditEvent } from "../../access/mod.ts";
import { Moment } from "../components/moment.tsx";
import { SettingsTabs } from "../components/settings_tabs.tsx";
import { Layout } from "../layout.tsx";
import { TableScroller } from "../components/table_scroller.tsx";

export interface AuditSearch {
  actor?: string;
  action?: string;
  before?: number;
}

export interface AuditEventsProps {
  search: AuditSearch;
  events: readonly AuditEvent[];
  /** There are older ones. */
  more: boolean;
  now: number;
}

/** Who changed what. */
export function AuditEventsPage({ search, events, more, now }: AuditEventsProps) {
  const path = (changes: Partial<AuditSearch>, file = "") => {
    const entries = Object.entries({ ...search, ...changes }).filter(([, value]) => value !== undefined);
    const parameters = new URLSearchParams(entries.map(([name, value]) => [name, String(value)]));
    return `/settings/audit-events${file}${parameters.size > 0 ? `?${parameters}` : ""}`;
  };
  return (
    <Layout
      title="Audit log · Tandem"
      path="/settings/audit-events"
      styles={["settings.css"]}
      headline={
        <div class="headline">
          <div>
            <h1>Audit log</h1>
            <p>Every change and every refused attempt, newest first.</p>
          </div>
        </div>
      }
    >
      <section class="panel" aria-label="Audit log">
        <SettingsTabs path="/settings/audit-events" />
        <form class="filters" action="/settings/audit-events" method="get" role="search" aria-label="Audit log">
          <label>
            Actor
            <input type="search" name="actor" value={search.actor ?? ""} placeholder="any" autocomplete="off" />
          </label>
          <label>
            Action
            <input type="search" name="action" value={search.action ?? ""} placeholder="any" autocomplete="off" />
          </label>
          <button type="submit" class="primary">Filter</button>
          {(search.actor !== undefined || search.action !== undefined) && <a href="/settings/audit-events">Show all</a>}
        </form>
        {events.length === 0 ? <p class="empty">No matching events.</p> : (
          <>
            <p class="about">
              <a href={path({}, ".csv")}>These as CSV</a>
            </p>
            <TableScroller label="Audit log">
              <table>
                <thead>
                  <tr>
                    <th scope="col">Time</th>
                    <th scope="col">Actor</th>
                    <th scope="col">Action</th>
                    <th scope="col">Target</th>
                    <th scope="col">Outcome</th>
                    <th scope="col">Address</th>
                  </tr>
                </thead>
                <tbody>
                  {events.map(({ id, at, actor, actorKind, action, target, outcome, address }) => (
                    <tr key={id}>
                      <td>
                        <Moment at={at} now={now} />
                      </td>
                      <th scope="row">
                        <a href={path({ actor, before: undefined })}>{actor}</a> <span class="faint">{actorKind}</span>
                      </th>
                      <td>
                        <a href={path({ action, before: undefined })}>
                          <code>{action}</code>
                        </a>
                      </td>
                      <td>{target ?? "–"}</td>
                      <td>
                        {outcome ?? <abbr title="In progress, or interrupted by the end of the process">open</abbr>}
                      </td>
                      <td>{address ?? "–"}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </TableScroller>
            {(more || search.before !== undefined) && (
              <nav class="pager" aria-label="Pages of the table">
                {search.before !== undefined
                  ? <a href={path({ before: undefined })}>← To the newest</a>
                  : <span></span>}
                {more ? <a href={path({ before: events.at(-1)!.id })} rel="next">Older →</a> : <span></span>}
              </nav>
            )}
          </>
        )}
      </section>
    </Layout>
  );
}
