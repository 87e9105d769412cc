import { type Engine, isFinished } from "../engine/mod.ts";

/** Open runs, and the assets whose turn in them is to come. */
export interface OpenRuns {
  /** Their ids, newest first. */
  ids: readonly number[];
  /** The run in which an asset waits for its turn, by key of the asset whose function makes it. */
  waiting: ReadonlyMap<string, number>;
}

/** Number of newest runs that are searched for open ones. */
const looked = 20;

/** Reads the open runs. */
export async function readOpenRuns(engine: Pick<Engine, "run" | "runs">): Promise<OpenRuns> {
  const runs = (await engine.runs({ limit: looked })).filter(({ status }) => !isFinished(status));
  const waiting = new Map<string, number>();
  for (const { steps, id } of await Promise.all(runs.map(({ id }) => engine.run(id)))) {
    for (const { key, status } of steps) {
      if (status === "pending" || status === "interrupted") waiting.set(key, id);
    }
  }
  return { ids: runs.map(({ id }) => id), waiting };
}
