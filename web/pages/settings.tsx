import { may, type Principal, type Session, type Token } from "../../access/mod.ts";
import { Moment } from "../components/moment.tsx";
import { Panel } from "../components/panel.tsx";
import { SettingsTabs } from "../components/settings_tabs.tsx";
import { Layout } from "../layout.tsx";
import { TableScroller } from "../components/table_scroller.tsx";

export interface SettingsProps {
  principal: Principal;
  /** Whether requests need credentials. */
  required: boolean;
  /** `null` for who may not see them. */
  tokens: readonly Token[] | null;
  sessions: readonly Session[];
  /** Just made: shown this once. */
  created?: { token: Token; secret: string };
  problem?: string;
  now: number;
}

/** Who has access: tokens, sessions, and oneself. */
export function SettingsPage({ principal, required, tokens, sessions, created, problem, now }: SettingsProps) {
  const all = may(principal, "admin");
  return (
    <Layout
      title="Settings · Tandem"
      path="/settings"
      styles={["settings.css"]}
      script="settings.js"
      headline={
        <div class="headline">
          <div>
            <h1>Settings</h1>
            <p>
              {required
                ? `You are ${principal.name}, and may ${does[principal.scope]}.`
                : "Everybody on this machine may do everything: no credentials are asked for. AUTHENTICATION=required changes that."}
            </p>
          </div>
        </div>
      }
    >
      {all && <SettingsTabs path="/settings" />}
      {problem && <p class="notice bad" role="alert">{problem}</p>}
      {created && <Created created={created} />}
      {tokens !== null && (
        <Panel id="tokens" title="Access tokens">
          <TokenForm />
          <TokenTable tokens={tokens} now={now} />
        </Panel>
      )}
      <Panel id="sessions" title={all ? "Sessions" : "Your sessions"}>
        <SessionTable sessions={sessions} principal={principal} now={now} />
      </Panel>
    </Layout>
  );
}

const does: Readonly<Record<Principal["scope"], string>> = {
  read: "read",
  operate: "read and operate",
  admin: "read, operate, and give and take access",
};

function Created({ created: { token, secret } }: { created: { token: Token; secret: string } }) {
  return (
    <section class="panel created" aria-labelledby="created-title">
      <h2 id="created-title">The token “{token.name}”</h2>
      <p>Keep it now: it is not shown again.</p>
      <p class="secret">
        <code id="created-secret">{secret}</code>
        <button type="button" data-copy="created-secret">Copy</button>
      </p>
      <p class="faint">
        Programs show it as <code>Authorization: Bearer {token.hint}…</code>
      </p>
    </section>
  );
}

function TokenForm() {
  return (
    <form class="filters" method="post" action="/settings/tokens" aria-label="A new token">
      <label>
        Name
        <input type="text" name="name" required maxlength={100} autocomplete="off" placeholder="what it is for" />
      </label>
      <label>
        Scope
        <select name="scope">
          <option value="read">read</option>
          <option value="operate">operate</option>
          <option value="admin">admin</option>
        </select>
      </label>
      <label>
        Days until it expires
        <input type="number" name="expiresInDays" min="1" max="3650" step="1" placeholder="never" />
      </label>
      <button type="submit" class="primary">Create</button>
    </form>
  );
}

function TokenTable({ tokens, now }: { tokens: readonly Token[]; now: number }) {
  if (tokens.length === 0) return <p class="empty">There are no tokens.</p>;
  return (
    <TableScroller label="Access tokens" csv="tokens">
      <table>
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Begins with</th>
            <th scope="col">Scope</th>
            <th scope="col">Created</th>
            <th scope="col">Last used</th>
            <th scope="col">Holds</th>
            <th scope="col">
              <span class="read">What can be done</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {tokens.map((
            { id, name, hint, scope, createdAt, createdBy, lastUsedAt, expiresAt, revokedAt, revokedBy },
          ) => (
            <tr key={id}>
              <th scope="row">{name}</th>
              <td>
                <code>{hint}…</code>
              </td>
              <td>{scope}</td>
              <td>
                <Moment at={createdAt} now={now} /> by {createdBy}
              </td>
              <td>{lastUsedAt === null ? "never" : <Moment at={lastUsedAt} now={now} />}</td>
              <td>
                {revokedAt !== null
                  ? `revoked by ${revokedBy}`
                  : expiresAt === null
                  ? "without an end"
                  : `${Date.parse(expiresAt) <= now ? "expired" : "until"} ${expiresAt.slice(0, 10)}`}
              </td>
              <td>
                {revokedAt === null && (
                  <form method="post" action={`/settings/tokens/${id}/revoke`}>
                    <button type="submit" class="quiet" aria-label={`Revoke the token ${name}`}>Revoke</button>
                  </form>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableScroller>
  );
}

function SessionTable(
  { sessions, principal, now }: { sessions: readonly Session[]; principal: Principal; now: number },
) {
  if (sessions.length === 0) return <p class="empty">No open sessions.</p>;
  return (
    <TableScroller label="Sessions" csv="sessions">
      <table>
        <thead>
          <tr>
            <th scope="col">Who</th>
            <th scope="col">By</th>
            <th scope="col">Browser</th>
            <th scope="col">Began</th>
            <th scope="col">Last used</th>
            <th scope="col">Ends</th>
            <th scope="col">
              <span class="read">What can be done</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {sessions.map(({ id, name, by, origin, userAgent, createdAt, lastUsedAt, expiresAt }) => (
            <tr key={id}>
              <th scope="row">{name}</th>
              <td>{`${by === "person" ? "sign-in" : "token"}${origin === null ? "" : ` for ${origin}`}`}</td>
              <td class="reason">{userAgent ?? "–"}</td>
              <td>
                <Moment at={createdAt} now={now} />
              </td>
              <td>
                {principal.kind === "session" && principal.id === id
                  ? "this one"
                  : <Moment at={lastUsedAt} now={now} />}
              </td>
              <td>{expiresAt.slice(0, 10)}</td>
              <td>
                <form method="post" action={`/settings/sessions/${id}/end`}>
                  <button type="submit" class="quiet" aria-label={`End session ${id} of ${name}`}>End</button>
                </form>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableScroller>
  );
}
