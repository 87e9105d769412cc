import { z } from "zod";
import { type AnyAsset, type AssetSpec, assetsWith, type Engine, type Run } from "../../engine/mod.ts";
import { pause } from "../../engine/declare/retry.ts";
import { databases } from "./database.ts";
import { gate, type Tiny, type TinyOptions, type TinyWorld, withTinyEngine } from "./tiny_engine.ts";

const { asset } = assetsWith<TinyWorld>();
const PartitionRow = z.object({ id: z.int(), runs: z.int() });

type PartitionOptions = Partial<
  Pick<
    // deno-lint-ignore ban-types -- what a declaration without upstream assets and further outputs has
    AssetSpec<typeof PartitionRow, z.ZodType, {}, {}, TinyWorld>,
    "after" | "pool" | "timeoutMs" | "retry" | "source" | "config"
  >
>;

/** An asset of one row, another one each time it is made: `world.before` holds or fails it, `world.started` tells of it. */
export function partition(key: string, more: PartitionOptions = {}): AnyAsset {
  let runs = 0;
  return asset({
    key,
    group: "partitions",
    layer: "raw",
    description: key,
    row: PartitionRow,
    primaryKey: ["id"],
    async materialize({ resources, signal }) {
      resources.started.push(key);
      await resources.before(key, signal);
      return { rows: [{ id: 1, runs: ++runs }] };
    },
    ...more,
  });
}

/** Holds functions in their middle until a test lets go of them; a cancelled one goes by itself. */
export function holding(world: TinyWorld): {
  /** Resolves when the function of the asset has begun. */
  begun(key: string): Promise<void>;
  /** Lets go of the function, now and from now on. */
  release(key: string): void;
  /** Functions that are held now, and how many were at most. */
  readonly now: ReadonlySet<string>;
  readonly most: number;
} {
  const gates = new Map<string, { begun: ReturnType<typeof gate>; free: ReturnType<typeof gate> }>();
  const gatesOf = (key: string) => {
    if (!gates.has(key)) gates.set(key, { begun: gate(), free: gate() });
    return gates.get(key)!;
  };
  const now = new Set<string>();
  let most = 0;
  world.before = async (key, signal) => {
    const { begun, free } = gatesOf(key);
    now.add(key);
    most = Math.max(most, now.size);
    begun.open();
    const cancelled = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    await Promise.race([free.opened, cancelled]);
    now.delete(key);
  };
  return {
    begun: (key) => gatesOf(key).begun.opened,
    release: (key) => gatesOf(key).free.open(),
    now,
    get most() {
      return most;
    },
  };
}

/** Queues a forced run of a selection. */
export async function force(engine: Engine, selection: string, priority = 0): Promise<Run> {
  return await engine.submit({ selection, force: true, priority, trigger: "test" });
}

/** Each step of a run with how it ended. */
export function outcomes(run: Run): Record<string, string> {
  return Object.fromEntries(run.steps.map((step) => [step.key, step.status]));
}

/** Asks until the answer is as wanted, and gives it. For what another process or a poll brings about in its own time. */
export async function until<T>(ask: () => Promise<T>, wanted: (answer: T) => boolean, timeoutMs = 20_000): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (wanted(answer)) return answer;
    if (performance.now() > deadline) throw new Error(`Waited in vain; the last answer was ${JSON.stringify(answer)}.`);
    await pause(20);
  }
}

/** Registers a test of an engine over `assets` on each database. */
export function onEachDatabase(subject: string) {
  return (title: string, options: TinyOptions, body: (tiny: Tiny) => Promise<void>) => {
    for (const { name, ignore, open } of databases) {
      Deno.test({
        name: `${subject} on ${name}: ${title}`,
        ignore,
        async fn() {
          const database = await open();
          try {
            await withTinyEngine(body, { ...options, database });
          } finally {
            await database.close();
          }
        },
      });
    }
  };
}
