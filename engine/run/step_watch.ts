import type postgres from "postgres";
import type { StepError, StepStatus, StepTask } from "../store/records.ts";
import type { Database } from "../../resources/database/database.ts";
import type { Logger } from "../../resources/logger.ts";
import { messageOf } from "../errors.ts";

/** Polling interval of the steps. */
const askEveryMs = 100;
/** The same while the database does not answer. */
const askAgainMs = 1_000;

/** A step as seen by other processes. */
export interface SeenStep {
  status: StepStatus;
  error: StepError | null;
  attempt: number;
  /** The process that has claimed it. */
  heldBy: number | null;
  /** The process that drives its run. */
  drivenBy: number | null;
  cancelRequested: boolean;
}

type Seen = (step: SeenStep) => void;

/** Follows steps by their records: one statement reads all of them. */
export class StepWatch {
  readonly #followed = new Map<string, Set<Seen>>();
  readonly #sql: postgres.Sql;
  #reading = false;

  constructor(database: Database, private readonly logger: Logger) {
    this.#sql = database.sql;
  }

  /** Calls `seen` with the step at each poll until it is disposed of. */
  follow({ runId, key }: Pick<StepTask, "runId" | "key">, seen: Seen): Disposable {
    const id = idOf(runId, key);
    const others = this.#followed.get(id) ?? new Set();
    this.#followed.set(id, others.add(seen));
    if (!this.#reading) void this.#read();
    return {
      [Symbol.dispose]: () => {
        others.delete(seen);
        if (others.size === 0 && this.#followed.get(id) === others) this.#followed.delete(id);
      },
    };
  }

  async #read(): Promise<void> {
    this.#reading = true;
    let away = false;
    while (this.#followed.size > 0) {
      try {
        // Who follows a step from now on must not see it as it was before, such as running in its attempt before.
        const asking = new Map([...this.#followed].map(([id, followers]) => [id, [...followers]]));
        const ids = [...asking.keys()].map((id) => id.split(" ") as [string, string]);
        const steps = await this.#sql<(SeenStep & { runId: number; key: string })[]>`
          SELECT s.run_id AS "runId", s.key, s.status, s.error, s.attempt, s.process_id AS "heldBy",
                 r.process_id AS "drivenBy", r.cancel_requested_at IS NOT NULL AS "cancelRequested"
          FROM unnest(${ids.map(([run]) => Number(run))}::bigint[], ${
          ids.map(([, key]) => key)
        }::text[]) AS f(run_id, key)
          JOIN engine.step s USING (run_id, key) JOIN engine.run r ON r.id = s.run_id`;
        away = false;
        for (const { runId, key, ...step } of steps) {
          const id = idOf(runId, key);
          for (const seen of asking.get(id) ?? []) if (this.#followed.get(id)?.has(seen)) seen(step);
        }
      } catch (error) {
        if (!away) this.logger.warn(`The steps of workers could not be read: ${messageOf(error)}`);
        away = true;
      }
      await new Promise((resolve) => setTimeout(resolve, away ? askAgainMs : askEveryMs));
    }
    this.#reading = false;
  }
}

/** Keys contain no spaces. */
function idOf(runId: number, key: string): string {
  return `${runId} ${key}`;
}
