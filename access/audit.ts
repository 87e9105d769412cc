import { z } from "zod";
import type { Database, Sql } from "../resources/database/mod.ts";
import type { Principal } from "./principal.ts";

/** The actor and the origin of a change. */
export interface Actor extends Pick<Principal, "kind" | "id" | "name"> {
  /** Address of the client; `null` if there is none. */
  address?: string | null;
  requestId?: string | null;
}

/** A change about to be made. */
export interface AuditedAction {
  /** For example `token.create` or `POST /v1/runs/:id/cancel`. */
  action: string;
  /** The target, such as `run 12`. */
  target?: string | null;
  /** Further details. Never a secret. */
  detail?: Readonly<Record<string, string | number | boolean | null>>;
}

/** A change that was made or attempted. */
export const AuditEvent = z.strictObject({
  id: z.int(),
  at: z.iso.datetime(),
  actorKind: z.string(),
  actorId: z.int().nullable(),
  actor: z.string(),
  action: z.string(),
  target: z.string().nullable(),
  address: z.string().nullable(),
  requestId: z.string().nullable(),
  outcome: z.string().nullable().describe("null while it is in progress, or if the process ended in the middle"),
  detail: z.record(z.string(), z.unknown()),
});
export type AuditEvent = z.infer<typeof AuditEvent>;

export interface AuditQuery {
  limit: number;
  /** Only events before this id. */
  before?: number;
  actor?: string;
  action?: string;
}

/** The command line, whose user may open the database. */
export const commandLine: Actor = { kind: "owner", id: null, name: "command line" };

/** Records an action in the transaction of the change: both are committed, or neither. */
export async function recordAction(
  tx: Sql,
  actor: Actor,
  { action, target = null, detail = {} }: AuditedAction,
  outcome: string | null,
): Promise<number> {
  const [row] = await tx<{ id: number }[]>`
    INSERT INTO access.audit_event (actor_kind, actor_id, actor, action, target, address, request_id, outcome, detail)
    VALUES (${actor.kind}, ${actor.id}, ${storable(actor.name)}, ${storable(action)},
      ${target === null ? null : storable(target)}, ${actor.address ?? null},
      ${actor.requestId ?? null}, ${outcome}, ${tx.json(detail)})
    RETURNING id`;
  return row!.id;
}

/** The audit log of changes. Events are never deleted, and never changed once they have an outcome. */
export class AuditLog {
  readonly #sql: Sql;

  constructor({ sql }: Pick<Database, "sql">) {
    this.#sql = sql;
  }

  /** Records a change before it is made, so that no change goes unrecorded. Resolves to the event's id, for {@link end}. */
  async begin(actor: Actor, action: AuditedAction): Promise<number> {
    return await recordAction(this.#sql, actor, action, null);
  }

  /** Records the outcome of a change. */
  async end(id: number, outcome: string): Promise<void> {
    await this.#sql`UPDATE access.audit_event SET outcome = ${outcome} WHERE id = ${id} AND outcome IS NULL`;
  }

  /** Records a completed event, such as a rejected request. */
  async record(actor: Actor, action: AuditedAction, outcome: string): Promise<void> {
    await recordAction(this.#sql, actor, action, outcome);
  }

  /** Newest first. */
  async list({ limit, before, actor: named, action: wanted }: AuditQuery): Promise<AuditEvent[]> {
    const sql = this.#sql;
    // In their stored form; text that cannot be stored matches no event.
    const [actor, action] = [named, wanted].map((text) => text === undefined ? undefined : storable(text));
    const rows = await sql<(Omit<AuditEvent, "at"> & { at: Date | string })[]>`
      SELECT id, at, actor_kind AS "actorKind", actor_id AS "actorId", actor, action, target, address,
        request_id AS "requestId", outcome, detail
      FROM access.audit_event
      WHERE (${before ?? null}::bigint IS NULL OR id < ${before ?? null})
        AND (${actor ?? null}::text IS NULL OR actor = ${actor ?? null})
        AND (${action ?? null}::text IS NULL OR action = ${action ?? null})
      ORDER BY id DESC LIMIT ${limit}`;
    return rows.map((row) => ({ ...row, at: new Date(row.at).toISOString() }));
  }
}

/**
 * Text that the database can store and the audit log may show: a path may contain NUL, unpaired surrogates, or a token pasted by
 * mistake.
 */
function storable(text: string): string {
  return text.replaceAll("\0", "\ufffd").toWellFormed().replace(/tandem_(?:page_)?[0-9A-Za-z]{8,}/g, "tandem_…").slice(
    0,
    2_000,
  );
}
