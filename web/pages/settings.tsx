import { may, type Principal, scopeWords, type Session, type Token } from "../../access/mod.ts";
import { Moment } from "../components/moment.tsx";
import { Panel } from "../components/panel.tsx";
import { Layout } from "../layout.tsx";
import { type Column, DataTable } from "../components/data_table.tsx";
import { PageHead } from "../components/page_head.tsx";
import { Field, Select } from "../components/field.tsx";
import { PageTabs } from "../components/page_tabs.tsx";

export interface SettingsProps {
  principal: Principal;
  /** Whether requests need credentials. */
  required: boolean;
  /** `null` without the right to see them. */
  tokens: readonly Token[] | null;
  sessions: readonly Session[];
  /** A new token, whose secret is shown only once. */
  created?: { token: Token; secret: string };
  problem?: string;
  now: number;
}

/** Tokens, sessions, and the current principal. */
export function SettingsPage({ principal, required, tokens, sessions, created, problem, now }: SettingsProps) {
  const all = may(principal, "admin");
  return (
    <Layout
      title="Settings · Tandem"
      path="/settings"
      styles={["settings.css"]}
      script="settings.js"
      headline={
        <PageHead title="Settings">
          {required
            ? `You are ${principal.name}, and may ${scopeWords[principal.scope]}.`
            : "Authentication is off: all programs on this machine have full access. AUTHENTICATION=required changes that."}
        </PageHead>
      }
    >
      {all && <PageTabs of="Settings" path="/settings" />}
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

function Created({ created: { token, secret } }: { created: { token: Token; secret: string } }) {
  return (
    <section class="panel created" aria-labelledby="created-title">
      <h2 id="created-title">The token “{token.name}”</h2>
      <p>Store it now: it is not shown again.</p>
      <p class="secret">
        <code id="created-secret">{secret}</code>
        <button type="button" data-copy="created-secret">Copy</button>
      </p>
      <p class="faint">
        Programs send it as <code>Authorization: Bearer {token.hint}…</code>
      </p>
    </section>
  );
}

function TokenForm() {
  return (
    <form class="filters" method="post" action="/settings/tokens" aria-label="A new token">
      <input type="hidden" name="formKey" value={crypto.randomUUID()} />
      <Field label="Name" type="text" name="name" required maxlength={100} placeholder="purpose" />
      <Select label="Scope" name="scope" options={["read", "operate", "admin"]} chosen={null} />
      <Field
        label="Days until it expires"
        type="number"
        name="expiresInDays"
        min="1"
        max="3650"
        step="1"
        placeholder="never"
      />
      <button type="submit" class="primary">Create</button>
    </form>
  );
}

function TokenTable({ tokens, now }: { tokens: readonly Token[]; now: number }) {
  if (tokens.length === 0) {
    return <p class="empty">No tokens. A program needs one to call the API with authentication.</p>;
  }
  const columns: Column<Token>[] = [
    { title: "Name", header: true, cell: ({ name }) => name },
    { title: "Begins with", cell: ({ hint }) => <code>{hint}…</code> },
    { title: "Scope", cell: ({ scope }) => scope },
    {
      title: "Created",
      cell: ({ createdAt, createdBy }) => (
        <>
          <Moment at={createdAt} now={now} /> by {createdBy}
        </>
      ),
    },
    {
      title: "Last used",
      cell: ({ lastUsedAt }) => lastUsedAt === null ? "never" : <Moment at={lastUsedAt} now={now} />,
    },
    {
      title: "Holds",
      cell: ({ revokedAt, revokedBy, expiresAt }) =>
        revokedAt !== null
          ? `revoked by ${revokedBy}`
          : expiresAt === null
          ? "never expires"
          : `${Date.parse(expiresAt) <= now ? "expired" : "until"} ${expiresAt.slice(0, 10)}`,
    },
    {
      title: <span class="read">Actions</span>,
      cell: ({ id, name, revokedAt }) =>
        revokedAt === null && (
          <form method="post" action={`/settings/tokens/${id}/revoke`}>
            <button type="submit" class="quiet" aria-label={`Revoke the token ${name}`}>Revoke</button>
          </form>
        ),
    },
  ];
  return <DataTable label="Access tokens" csv="tokens" columns={columns} rows={tokens} />;
}

function SessionTable(
  { sessions, principal, now }: { sessions: readonly Session[]; principal: Principal; now: number },
) {
  if (sessions.length === 0) return <p class="empty">No open sessions. Each sign-in on a browser opens one.</p>;
  const columns: Column<Session>[] = [
    { title: "Who", header: true, cell: ({ name }) => name },
    {
      title: "By",
      cell: ({ by, origin }) => `${by === "person" ? "sign-in" : "token"}${origin === null ? "" : ` for ${origin}`}`,
    },
    { title: "Browser", class: "reason", cell: ({ userAgent }) => userAgent ?? "–" },
    { title: "Began", cell: ({ createdAt }) => <Moment at={createdAt} now={now} /> },
    {
      title: "Last used",
      cell: ({ id, lastUsedAt }) =>
        principal.kind === "session" && principal.id === id ? "this one" : <Moment at={lastUsedAt} now={now} />,
    },
    { title: "Ends", cell: ({ expiresAt }) => expiresAt.slice(0, 10) },
    {
      title: <span class="read">Actions</span>,
      cell: ({ id, name }) => (
        <form method="post" action={`/settings/sessions/${id}/end`}>
          <button type="submit" class="quiet" aria-label={`End session ${id} of ${name}`}>End</button>
        </form>
      ),
    },
  ];
  return <DataTable label="Sessions" csv="sessions" columns={columns} rows={sessions} />;
}
