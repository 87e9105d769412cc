import type { Database } from "../../resources/database/database.ts";
import type { Producer } from "../declare/graph.ts";
import type { StepClaim } from "../store/ledger.ts";
import { hashOf } from "../declare/row_schema.ts";
import type { Snapshot } from "../judge/snapshot.ts";

/** What a producer would be made of: two equal ones give the same result, be it a failure. */
export interface Reading {
  /** Of code, settings and source. */
  own: string;
  /** Data version of each upstream asset that there is, by key. */
  upstream: Readonly<Record<string, string>>;
}

/** What a producer would be made of now. */
export function readingOf(producer: Producer, { present, latest }: Pick<Snapshot, "present" | "latest">): Reading {
  const { codeVersion, configHash, sourceVersion, sourceError } = present.get(producer.key)!;
  return {
    own: hashOf([codeVersion, configHash, sourceVersion, sourceError ?? null]),
    upstream: Object.fromEntries(producer.upstream.flatMap((key) => {
      const version = latest.get(key);
      return version ? [[key, version.dataVersion]] : [];
    })),
  };
}

export function isSameReading(a: Reading, b: Reading): boolean {
  return a.own === b.own && hashOf(a.upstream) === hashOf(b.upstream);
}

/** Remembers what a step had read that is about to be recorded as failed or cancelled. */
export async function recordReading(
  { sql }: Database,
  { runId, key, processId }: StepClaim,
  reading: Reading,
): Promise<void> {
  await sql`
    UPDATE engine.step SET reading = ${sql.json({ ...reading })}
    WHERE run_id = ${runId} AND key = ${key} AND status = 'running' AND process_id = ${processId}`;
}
