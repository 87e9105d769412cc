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

/** An asset with one row, which differs each time it is made: `world.before` can hold or fail it, `world.started` records it. */
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

/** Holds functions until a test releases them; a cancelled one continues by itself. */
export function holding(world: TinyWorld): {
  /** Resolves when the asset's function has started. */
  begun(key: string): Promise<void>;
  /** Releases the function, now and in the future. */
  release(key: string): void;
  /** Functions currently held, and their maximum number at a time. */
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

/** The outcome of each step of a run. */
export function outcomes(run: Run): Record<string, string> {
  return Object.fromEntries(run.steps.map((step) => [step.key, step.status]));
}

/** Polls until the result is as wanted, and returns it. For effects of another process or of polling. */
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
