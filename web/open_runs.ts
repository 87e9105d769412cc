import { type Engine, isFinished, type RunSummary } from "../engine/mod.ts";

/** Open runs, and the assets whose turn in them is to come. */
export interface OpenRuns {
  /** Their ids, newest first. */
  ids: readonly number[];
  /** The run in which an asset waits for its turn, by key of the asset whose function makes it. */
  waiting: ReadonlyMap<string, number>;
}

/** Number of newest runs that are searched for open ones. */
const looked = 20;

/** Ids of the open runs, newest first. */
export async function readOpenIds(engine: Pick<Engine, "runs">): Promise<number[]> {
  return openAmong(await engine.runs({ limit: looked }));
}

/** Ids of those runs that are open. */
export function openAmong(runs: readonly Pick<RunSummary, "id" | "status">[]): number[] {
  return runs.filter(({ status }) => !isFinished(status)).map(({ id }) => id);
}

/** Reads the open runs. */
export async function readOpenRuns(engine: Pick<Engine, "run" | "runs">): Promise<OpenRuns> {
  const ids = await readOpenIds(engine);
  const waiting = new Map<string, number>();
  for (const { steps, id } of await Promise.all(ids.map((id) => engine.run(id)))) {
    for (const { key, status } of steps) {
      if (status === "pending" || status === "interrupted") waiting.set(key, id);
    }
  }
  return { ids, waiting };
}
