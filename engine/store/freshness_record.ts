import { z } from "zod";
import type { Sql } from "../../resources/database/database.ts";
import { type FreshnessStateName, freshnessStateNames, type FreshnessVerdict } from "../declare/freshness_policy.ts";
import type { AssetGraph } from "../declare/graph.ts";
import { instant, named } from "../record_schema.ts";
import { dateOf } from "./driver_values.ts";

/** Freshness of an asset by its policy, as last evaluated. */
export const FreshnessState = named(
  "Freshness",
  z.strictObject({
    /** Requirement of the policy. */
    policy: z.string(),
    state: z.enum(freshnessStateNames),
    /** Start of this state: for a late asset, the missed deadline. `null` before the first evaluation. */
    since: instant.nullable(),
    /** The next deadline; for a late asset, that of the first missing content. */
    deadline: instant.nullable(),
    /** A sentence for users. */
    message: z.string(),
  }),
);
export type FreshnessState = z.infer<typeof FreshnessState>;

interface FreshnessPeriod {
  key: string;
  state: FreshnessStateName;
  since: string;
  deadline: string | null;
  message: string;
}

/** The freshness of those of `keys` that have a policy, in their order; of all assets by default. */
export async function freshnessStates(
  sql: Sql,
  graph: AssetGraph,
  keys: readonly string[] = graph.keys,
): Promise<Map<string, FreshnessState>> {
  const judged = keys.map((key) => graph.asset(key))
    .flatMap(({ key, freshness }) => freshness ? [{ key, freshness }] : []);
  if (judged.length === 0) return new Map();
  const current = await currentPeriods(sql, judged.map(({ key }) => key));
  return new Map(judged.map(({ key, freshness }) => {
    const { state, since, deadline, message } = current.get(key) ??
      { state: "unknown" as const, since: null, deadline: null, message: `${key} has not been evaluated yet.` };
    return [key, { policy: freshness.description, state, since, deadline, message }];
  }));
}

/** The current period of each asset; assets that were never evaluated are omitted. */
export async function currentPeriods(sql: Sql, keys: readonly string[]): Promise<Map<string, FreshnessPeriod>> {
  const rows = await sql<FreshnessPeriod[]>`
    SELECT asset_key AS key, state, since, deadline, message FROM engine.freshness
    WHERE until IS NULL AND asset_key = ANY(${keys as string[]})`;
  return new Map(rows.map((row) => [row.key, row]));
}

/**
 * Records the verdict of a policy: a new period if the state has changed, otherwise changes within the current one.
 *
 * @param before The current period of the asset.
 * @returns Whether a new period began.
 */
export async function recordVerdict(
  tx: Sql,
  { key, verdict, before, now }: {
    key: string;
    verdict: FreshnessVerdict;
    before: FreshnessPeriod | undefined;
    now: Temporal.Instant;
  },
): Promise<boolean> {
  const { state, message } = verdict;
  const deadline = verdict.deadline && dateOf(verdict.deadline);
  if (before?.state === state) {
    const same = before.message === message && deadline?.getTime() === (before.deadline && Date.parse(before.deadline));
    if (!same) {
      await tx`
        UPDATE engine.freshness SET deadline = ${deadline}, message = ${message} WHERE asset_key = ${key} AND until IS NULL`;
    }
    return false;
  }
  // Late from the deadline on, even if no process was running then; but no period begins before the previous one.
  const seen = state === "late" && deadline ? deadline.getTime() : now.epochMilliseconds;
  const since = new Date(Math.max(seen, before ? Date.parse(before.since) : -Infinity));
  await tx`UPDATE engine.freshness SET until = ${since} WHERE asset_key = ${key} AND until IS NULL`;
  await tx`
    INSERT INTO engine.freshness (asset_key, state, since, deadline, message)
    VALUES (${key}, ${state}, ${since}, ${deadline}, ${message})`;
  return true;
}
