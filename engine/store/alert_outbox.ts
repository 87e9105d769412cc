import type { Sql } from "../../resources/database/database.ts";

/** What is sent: documented for receivers in docs/alerts.md, and readable by Slack and its like for its `text`. */
export interface AlertMessage {
  kind: `${"run" | "check"}_${"failed" | "recovered"}` | `freshness_${"late" | "recovered"}`;
  /** Key of the asset. */
  asset: string;
  /** Name of the check, where it is about one. */
  check: string | null;
  /** Id of the run in which it happened, where there is one. */
  run: number | null;
  message: string;
  /** When it happened: the last time, or the recovery. */
  at: string;
  firstAt: string;
  /** How often it has happened since `firstAt`. */
  count: number;
  /** Where there is more to read. */
  url: string;
  text: string;
}

/** A message that this process has to deliver until its lease ends. */
export interface LeasedMessage {
  id: number;
  payload: AlertMessage;
  /** This one included. */
  tries: number;
}

/** Tries that a message gets before it is given up. */
export const maxTries = 24;
/** How long a taken message is left to its process: longer than any try. */
const leaseMs = 60_000;
const initialDelayMs = 10_000;
const longestDelayMs = 3_600_000;

/**
 * Pause after try number `tries`, from 1: ten seconds, then twice as long each time, up to an hour. All tries together take
 * about sixteen hours.
 */
export function deliveryDelayMs(tries: number): number {
  return Math.min(longestDelayMs, initialDelayMs * 2 ** (tries - 1));
}

/** Puts a message in, as part of the transaction that changes the alert which it is about. */
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
 * Takes the oldest message that is due, unless others have taken all. A message waits for those before it about the same alert,
 * so that a recovery never comes before what it recovers from.
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
 * Plans the next try, or gives the message up after the last one. One whose lease ended and that another process has taken since
 * is left alone.
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

/** Gives a message back whose try was broken off here: it does not count. */
export async function handBack(sql: Sql, { id, tries }: LeasedMessage, now: Temporal.Instant): Promise<void> {
  await sql`
    UPDATE engine.alert_outbox SET tries = tries - 1, next_try_at = ${dateOf(now)}
    WHERE id = ${id} AND tries = ${tries} AND delivered_at IS NULL`;
}

/** When the next message is due, in milliseconds since 1970; infinite where none is open. */
export async function nextTryMs(sql: Sql): Promise<number> {
  const [row] = await sql<{ at: string | null }[]>`
    SELECT min(o.next_try_at) AS at FROM engine.alert_outbox o WHERE ${isNext(sql)}`;
  return row!.at === null ? Infinity : Date.parse(row!.at);
}

/** Whether message `o` is the first about its alert that is still to be delivered. */
function isNext(sql: Sql) {
  return sql`
    o.delivered_at IS NULL AND o.given_up_at IS NULL AND NOT EXISTS (
      SELECT FROM engine.alert_outbox e
      WHERE e.alert_id = o.alert_id AND e.id < o.id AND e.delivered_at IS NULL AND e.given_up_at IS NULL)`;
}

function dateOf(instant: Temporal.Instant): Date {
  return new Date(instant.epochMilliseconds);
}
