import type { Clock } from "../../resources/clock.ts";
import type { Database, Sql } from "../../resources/database/database.ts";
import { Alarm } from "./alarm.ts";
import {
  type AlertChanges,
  alertChanges,
  type Condition,
  type ConditionOptions,
  type OpenAlert,
  situation,
} from "./alert_conditions.ts";
import {
  type AlertMessage,
  deliveryDelayMs,
  enqueueAlert,
  handBack,
  type LeasedMessage,
  leaseMessage,
  markDelivered,
  markFailed,
  maxTries,
  nextTryMs,
} from "../store/alert_outbox.ts";
import type { Engine } from "../engine.ts";
import { messageOf } from "../errors.ts";
import type { Logger } from "../../resources/logger.ts";
import { postWebhook, type Webhook, WebhookError } from "./webhook.ts";

/** The longest sleep: changes by other processes are seen after this time at the latest. */
const longestSleepMs = 30_000;
/** Advisory lock of the process that polls for alerts. */
const lockClass = 7270;

/** Dependencies of alerts. */
export interface AlertOptions {
  engine: Engine;
  database: Database;
  clock: Clock;
  logger: Logger;
  webhook: Webhook;
  /** URL of this service, for the links in messages. */
  serviceUrl: string;
  /** Recurring conditions are reported again after this time. */
  repeatMs: number;
  /** Whether warnings are reported too. Default `error`: they are not. */
  checkSeverity?: "error" | "warn";
  /** Maximum time for a receiver to answer. Default 10 s. */
  timeoutMs?: number;
}

/**
 * Sends failed runs, failed checks and late data to a webhook, each once until it recovers, and then the recovery.
 *
 * Messages are derived from the engine's records, and written to an outbox in the transaction that records them as sent: a process
 * killed at any moment loses none. Messages are delivered at least once, independently of other work: no run waits for a receiver,
 * and no transaction is open during delivery. Any number of processes may do this on one database.
 */
export class Alerts {
  readonly #stopping = new AbortController();
  readonly #look = new Alarm();
  readonly #post = new Alarm();
  #loops: Promise<unknown> = Promise.resolve();
  #unsubscribe: () => void = () => {};

  constructor(private readonly options: AlertOptions) {}

  /** Polls and delivers until {@link stop}. */
  start(): void {
    this.#unsubscribe = this.options.engine.onRunEnd(() => this.wake());
    this.#loops = Promise.all([this.#lookOn(), this.#deliverOn()]);
  }

  /** Polls now, after a change. */
  wake(): void {
    this.#look.ring();
  }

  /** Aborts deliveries in progress; the next start resumes them. */
  async stop(): Promise<void> {
    this.#unsubscribe();
    this.#stopping.abort();
    await this.#loops;
  }

  /** Compares the current faults with the open alerts, and writes new messages to the outbox. Returns their number. */
  async look(): Promise<number> {
    const { engine, database, clock, repeatMs } = this.options;
    const checkSeverity = this.options.checkSeverity ?? "error";
    const suspects = await situation(database.sql, engine.graph, {
      checkSeverity,
      fresh: new Set(),
      failedChecks: null,
    });
    const current = await this.#current(suspects.holding);
    const sent = await database.sql.begin(async (tx) => {
      await tx`SELECT pg_advisory_xact_lock(${lockClass}, 1)`;
      const now = clock.now();
      const found = await situation(tx, engine.graph, { checkSeverity, ...current });
      const changes = alertChanges(await openAlerts(tx), found, { now, repeatMs });
      return await this.#record(tx, changes, now);
    });
    // After the commit: before it the message would not be visible.
    if (sent > 0) this.#post.ring();
    return sent;
  }

  /** Delivers due messages one after the other. Returns the number of delivered ones. */
  async deliver(): Promise<number> {
    const { database, clock } = this.options;
    let delivered = 0;
    while (!this.#stopping.signal.aborted) {
      const message = await leaseMessage(database.sql, clock.now());
      if (!message) break;
      if (await this.#deliverOne(message)) delivered++;
    }
    return delivered;
  }

  /**
   * Those of the assets that are fresh again, e.g. because an unreadable source is back with the same version, and the failed checks
   * of all of them.
   */
  async #current(conditions: readonly Condition[]): Promise<Pick<ConditionOptions, "fresh" | "failedChecks">> {
    const keys = new Set(conditions.filter(({ kind }) => kind !== "freshness_late").map(({ key }) => key));
    const states = keys.size === 0 ? [] : await this.options.engine.states([...keys]);
    return {
      fresh: new Set(states.filter(({ state }) => state === "fresh").map(({ key }) => key)),
      failedChecks: new Map(states.map(({ key, failedChecks }) => [key, failedChecks])),
    };
  }

  async #record(tx: Sql, { opened, continued, recovered }: AlertChanges, now: Temporal.Instant): Promise<number> {
    const at = new Date(now.epochMilliseconds);
    let sent = 0;
    const tell = async (alertId: number, payload: AlertMessage) => {
      await enqueueAlert(tx, { alertId, payload, now });
      sent++;
    };
    for (const condition of opened) {
      const { kind, key, subject, runId, message, firstAt, lastAt, count } = condition;
      const [alert] = await tx<{ id: number }[]>`
        INSERT INTO engine.alert
          (kind, asset_key, subject, run_id, message, first_at, last_at, occurrences, told_count, told_at)
        VALUES (${kind}, ${key}, ${subject}, ${runId}, ${message}, ${firstAt}, ${lastAt}, ${count}, ${count}, ${at})
        RETURNING id`;
      await tell(alert!.id, this.#messageOf(condition));
    }
    for (const { alert, condition, isSentAgain } of continued) {
      const { runId, message, lastAt, count } = condition;
      if (!isSentAgain && count === alert.count && message === alert.message) continue;
      await tx`
        UPDATE engine.alert SET run_id = ${runId}, message = ${message}, last_at = ${lastAt}, occurrences = ${count},
          told_count = ${isSentAgain ? count : alert.toldCount}, told_at = ${isSentAgain ? at : alert.toldAt}
        WHERE id = ${alert.id}`;
      if (isSentAgain) await tell(alert.id, this.#messageOf({ ...condition, firstAt: alert.firstAt }));
    }
    for (const alert of recovered) {
      await tx`UPDATE engine.alert SET recovered_at = ${at} WHERE id = ${alert.id}`;
      await tell(alert.id, this.#messageOf(alert, now));
    }
    return sent;
  }

  #messageOf(condition: Condition, recoveredAt?: Temporal.Instant): AlertMessage {
    const { key, subject, runId, firstAt, count } = condition;
    const [topic, what] = condition.kind.split("_") as ["run" | "check" | "freshness", "failed" | "late"];
    const message = recoveredAt
      ? {
        run: `${key} has recovered after ${times(count)} since ${firstAt}.`,
        check: `Check ${subject} of ${key} has recovered after ${times(count)} since ${firstAt}.`,
        freshness: `${key} is in time again; it was late since ${firstAt}.`,
      }[topic]
      : condition.message;
    const path = {
      run: `/v1/runs/${runId}`,
      check: `/v1/assets/${key}/checks`,
      freshness: "/v1/freshness",
    }[topic];
    const url = new URL(path, this.options.serviceUrl).href;
    const again = !recoveredAt && count > 1 ? ` (${times(count)} since ${firstAt})` : "";
    return {
      kind: `${topic}_${recoveredAt ? "recovered" : what}` as AlertMessage["kind"],
      asset: key,
      check: subject === "" ? null : subject,
      run: runId,
      message,
      at: recoveredAt?.toString() ?? condition.lastAt,
      firstAt,
      count,
      url,
      text: escaped(`Tandem: ${shortened(message)}${again} ${url}`),
    };
  }

  async #deliverOne(message: LeasedMessage): Promise<boolean> {
    const { webhook, database: { sql }, clock, logger, timeoutMs = 10_000 } = this.options;
    const { signal } = this.#stopping;
    const { kind, asset } = message.payload;
    try {
      const body = JSON.stringify(message.payload);
      await postWebhook(webhook, { body, delivery: `${message.id}`, at: clock.now(), timeoutMs, signal });
      await markDelivered(sql, message, clock.now());
      return true;
    } catch (error) {
      if (signal.aborted) {
        await handBack(sql, message, clock.now());
        return false;
      }
      if (!(error instanceof WebhookError)) throw error;
      const delayMs = Math.max(deliveryDelayMs(message.tries), Math.min(error.retryAfterMs ?? 0, 3_600_000));
      const givenUp = await markFailed(sql, message, { now: clock.now(), error: error.message, delayMs });
      const fields = { alert: kind, asset, try: message.tries };
      if (givenUp) {
        logger.error(
          `The webhook did not accept an alert in ${maxTries} tries; it is given up. ${error.message}`,
          fields,
        );
      } else {
        logger.warn(
          `The webhook did not accept an alert; the next try is in ${Math.round(delayMs / 1000)} s. ${error.message}`,
          fields,
        );
      }
      return false;
    }
  }

  async #lookOn(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      await this.look().catch((error) =>
        this.options.logger.warn(`The alert conditions could not be read: ${messageOf(error)}`)
      );
      await this.#look.sleep(longestSleepMs, this.#stopping.signal);
    }
  }

  async #deliverOn(): Promise<void> {
    const { database, clock, logger } = this.options;
    while (!this.#stopping.signal.aborted) {
      let next = Infinity;
      try {
        await this.deliver();
        next = await nextTryMs(database.sql);
      } catch (error) {
        logger.warn(`Alerts could not be delivered: ${messageOf(error)}`);
      }
      const untilNextMs = next - clock.now().epochMilliseconds + 5;
      await this.#post.sleep(Math.max(50, Math.min(longestSleepMs, untilNextMs)), this.#stopping.signal);
    }
  }
}

async function openAlerts(tx: Sql): Promise<OpenAlert[]> {
  return await tx<OpenAlert[]>`
    SELECT id, kind, asset_key AS key, subject, run_id AS "runId", message, first_at AS "firstAt", last_at AS "lastAt",
           occurrences AS count, told_count AS "toldCount", told_at AS "toldAt"
    FROM engine.alert WHERE recovered_at IS NULL ORDER BY id`;
}

function times(count: number): string {
  return count === 1 ? "one failure" : `${count} failures`;
}

/** Chat services limit the length. */
function shortened(message: string): string {
  return message.length > 2_000 ? `${message.slice(0, 2_000)}…` : message;
}

/** Slack and similar services read these characters as markup, and text within them as links and mentions of a whole channel. */
function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
