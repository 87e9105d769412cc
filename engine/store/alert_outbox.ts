import type { Sql } from "../../resources/database/database.ts";
import { dateOf } from "./driver_values.ts";

/** Payload of an alert: documented for receivers in docs/alerts.md; Slack and similar services read `text`. */
export interface AlertMessage {
  kind: `${"run" | "check"}_${"failed" | "recovered"}` | `freshness_${"late" | "recovered"}`;
  /** Key of the asset. */
  asset: string;
  /** Name of the check, if the alert concerns one. */
  check: string | null;
  /** Id of the run, if there is one. */
  run: number | null;
  message: string;
  /** Time of the last occurrence, or of the recovery. */
  at: string;
  firstAt: string;
  /** Number of occurrences since `firstAt`. */
  count: number;
  /** Link to the details. */
  url: string;
  text: string;
}

/** A message for this process to deliver until its lease ends. */
export interface LeasedMessage {
  id: number;
  payload: AlertMessage;
  /** Including this one. */
  tries: number;
}

/** Attempts before a message is given up. */
export const maxTries = 24;
/** Lease of a message: longer than any attempt. */
const leaseMs = 60_000;
const initialDelayMs = 10_000;
const longestDelayMs = 3_600_000;

/**
 * Pause after attempt `tries`, from 1: ten seconds, then doubled each time, up to an hour. All attempts together take about sixteen
 * hours.
 */
export function deliveryDelayMs(tries: number): number {
  return Math.min(longestDelayMs, initialDelayMs * 2 ** (tries - 1));
}

/** Adds a message, in the transaction that changes its alert. */
export async function enqueueAlert(
  tx: Sql,
  { alertId, payload, now }: { alertId: number; payload: AlertMessage; now: Temporal.Instant },
): Promise<void> {
  const at = dateOf(now);
  await tx`
    INSERT INTO engine.alert_outbox (alert_id, payload, created_at, next_try_at)
    VALUES (${alertId}, ${tx.json({ ...payload })}, ${at}, ${at})`;
}

/**
 * Leases the oldest due message, unless others have leased all. A message waits for earlier ones about the same alert, so that a
 * recovery is never delivered before its alert.
 */
export async function leaseMessage(sql: Sql, now: Temporal.Instant): Promise<LeasedMessage | undefined> {
  const [message] = await sql<LeasedMessage[]>`
    UPDATE engine.alert_outbox SET tries = tries + 1, next_try_at = ${dateOf(now.add({ milliseconds: leaseMs }))}
    WHERE id = (
      SELECT o.id FROM engine.alert_outbox o WHERE ${isNext(sql)} AND o.next_try_at <= ${dateOf(now)}
      ORDER BY o.id LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    RETURNING id, payload, tries`;
  return message;
}

export async function markDelivered(sql: Sql, { id }: LeasedMessage, now: Temporal.Instant): Promise<void> {
  await sql`
    UPDATE engine.alert_outbox SET delivered_at = ${dateOf(now)}, last_error = NULL
    WHERE id = ${id} AND delivered_at IS NULL`;
}

/**
 * Schedules the next attempt, or gives the message up after the last one. A message that another process has leased since is left
 * alone.
 *
 * @returns Whether it was given up.
 */
export async function markFailed(
  sql: Sql,
  { id, tries }: LeasedMessage,
  { now, error, delayMs }: { now: Temporal.Instant; error: string; delayMs: number },
): Promise<boolean> {
  const givenUp = tries >= maxTries;
  await sql`
    UPDATE engine.alert_outbox
    SET last_error = ${error}, next_try_at = ${dateOf(now.add({ milliseconds: delayMs }))},
        given_up_at = ${givenUp ? dateOf(now) : null}
    WHERE id = ${id} AND tries = ${tries} AND delivered_at IS NULL`;
  return givenUp;
}

/** Releases a message whose attempt was interrupted here, without counting the attempt. */
export async function handBack(sql: Sql, { id, tries }: LeasedMessage, now: Temporal.Instant): Promise<void> {
  await sql`
    UPDATE engine.alert_outbox SET tries = tries - 1, next_try_at = ${dateOf(now)}
    WHERE id = ${id} AND tries = ${tries} AND delivered_at IS NULL`;
}

/** Due time of the next message, in milliseconds since 1970; infinite if none is open. */
export async function nextTryMs(sql: Sql): Promise<number> {
  const [row] = await sql<{ at: string | null }[]>`
    SELECT min(o.next_try_at) AS at FROM engine.alert_outbox o WHERE ${isNext(sql)}`;
  return row!.at === null ? Infinity : Date.parse(row!.at);
}

/** Whether message `o` is the first undelivered one about its alert. */
function isNext(sql: Sql) {
  return sql`
    o.delivered_at IS NULL AND o.given_up_at IS NULL AND NOT EXISTS (
      SELECT FROM engine.alert_outbox e
      WHERE e.alert_id = o.alert_id AND e.id < o.id AND e.delivered_at IS NULL AND e.given_up_at IS NULL)`;
}
