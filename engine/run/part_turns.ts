import { isDatabaseTrouble } from "../store/database_trouble.ts";
import type { PartWork, StepHelpers } from "../store/context.ts";
import { type BlockPart, type PartitionPart, StepParts } from "../store/step_parts.ts";
import { pause } from "../declare/retry.ts";
import type { PartitionSet } from "../partitions/mod.ts";
import type { LatestVersions } from "../judge/snapshot.ts";
import { unpackPart } from "./part_bytes.ts";
import type { MadePart, StepExecution } from "./step_execution.ts";

/** Maximum number of processes asked for help with a step. */
const mostHelpers = 16;
/** Polling interval of the process that holds a step for parts made by others, if it has nothing else to do. */
const askEveryMs = 100;

/** The next part. */
interface Turn {
  /** Place of the part. */
  at: number;
  /** The result of another process; without it, this process makes the part. */
  data?: Uint8Array;
}

/** The next part to publish. */
export interface PartTurn {
  /** Place of the part. */
  at: number;
  /** The result of another process; without it, this process makes the part. */
  made?: MadePart;
}

/**
 * The parts of a step in the order in which they are to be made and published: one after the other, or as they arrive if other
 * processes help. A part that failed elsewhere comes without a result: this process makes it, and the error occurs here.
 *
 * @param options.fresh Fresh partitions, whose rows the function may continue from.
 * @param options.latest Versions that the step reads.
 */
export async function* turnsOf(
  step: StepExecution,
  parts: readonly PartitionSet[],
  { fresh, latest }: { fresh: PartitionSet; latest: LatestVersions },
): AsyncGenerator<PartTurn> {
  const { helpers, graph } = step.around;
  if (!helpers || parts.length < 2) {
    for (const at of parts.keys()) yield { at };
    return;
  }
  const reads = step.producer.upstream.map((key) => [key, latest.get(key)?.materialization ?? 0] as const);
  const offered = parts.map((part) => ({
    partitions: part.rectangles(),
    settled: fresh.difference(part).rectangles(),
  }));
  for await (const { at, data } of sharedTurns(step, helpers, { parts: offered, reads })) {
    yield data ? { at, made: unpackPart(graph, data) } : { at };
  }
}

/** What {@link sharedTurns} offers to other processes. */
interface Offer extends Pick<PartWork, "reads"> {
  parts: readonly (PartitionPart | BlockPart)[];
  /** What all blocks need. */
  input?: { computation: number; data: Uint8Array };
}

/**
 * Parts that other processes help with, as they arrive or are left to this process. A part that failed elsewhere comes without a
 * result.
 */
export async function* sharedTurns(
  step: StepExecution,
  helpers: StepHelpers,
  { parts, input, reads }: Offer,
): AsyncGenerator<Turn> {
  const { task, claim, claimedAttempt: attempt, signal } = step;
  const shared = { runId: task.runId, key: task.key, attempt };
  const work: PartWork = { task, claim, attempt, reads };
  const count = Math.min(parts.length - 1, mostHelpers);
  const store = new StepParts(step.around.database);
  await store.remove(shared);
  if (input) await store.storeInput(shared, input.computation, input.data);
  await store.offer(shared, parts);
  try {
    await helpers.ask(work, count);
    const left = new Set(parts.keys());
    while (left.size > 0) {
      const handedIn = await store.collect(shared);
      if (handedIn) {
        left.delete(handedIn.part);
        yield { at: handedIn.part, data: handedIn.data };
        continue;
      }
      const taken = await store.take(shared, { by: claim.processId, holds: true });
      // A crash of the database empties the table of parts.
      const known = taken ? undefined : new Set(await store.freeOfEnded(shared));
      const next = taken?.part ?? [...left].find((part) => !known!.has(part));
      if (next === undefined) {
        await pause(askEveryMs, signal);
        continue;
      }
      left.delete(next);
      yield { at: next };
    }
  } finally {
    await Promise.all([helpers.dismiss(work, count), store.remove(shared)]).catch((error) => {
      if (!isDatabaseTrouble(error)) throw error;
    });
  }
}
