import type { Sql } from "../../resources/database/database.ts";
import type { RunStatus } from "./records.ts";

/** Filter of runs; all given conditions must hold. */
export interface RunFilter {
  status?: RunStatus;
  /** The whole trigger, `schedule:nightly`, or its part before the colon. */
  trigger?: string;
  /** Key of an asset with a step in the run. */
  asset?: string;
  /** Queued at this moment or later. */
  from?: Temporal.Instant;
  /** Queued before this moment. */
  to?: Temporal.Instant;
}

/** The condition on `engine.run AS r`. */
export function runCondition(sql: Sql, { status, trigger, asset, from, to }: RunFilter) {
  const always = sql`true`;
  return sql`
    ${status === undefined ? always : sql`r.status = ${status}`}
    AND ${trigger === undefined ? always : sql`${trigger} IN (r.trigger, split_part(r.trigger, ':', 1))`}
    AND ${
    asset === undefined ? always : sql`EXISTS (SELECT FROM engine.step s WHERE s.run_id = r.id AND s.key = ${asset})`
  }
    AND ${from === undefined ? always : sql`r.created_at >= ${new Date(from.epochMilliseconds)}`}
    AND ${to === undefined ? always : sql`r.created_at < ${new Date(to.epochMilliseconds)}`}`;
}
