import { type Engine, isFinished } from "../engine/mod.ts";

/** Runs that go on, and what waits for its turn in them. */
export interface OpenRuns {
  /** Their ids, newest first. */
  ids: readonly number[];
  /** The run in which an asset waits for its turn, by key of the asset whose function makes it. */
  waiting: ReadonlyMap<string, number>;
}

/** How many of the newest runs are looked at. */
const looked = 20;

/** Reads the runs that go on. */
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
