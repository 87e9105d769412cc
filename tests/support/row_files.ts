import { z } from "zod";
import { type AnyAsset, assetsWith, Engine, identity, keepVersions, reads, silentLogger } from "../../engine/mod.ts";
import { fixedClock } from "../../resources/clock.ts";
import type { Database } from "../../resources/database/database.ts";
import { type FileStore, folderStore } from "../../resources/row_files/mod.ts";

/** A store in a folder of its own, which can be made to fail. */
export interface TestStore extends FileStore, AsyncDisposable {
  readonly folder: string;
  /** Called before each write and read; throw to fail it, wait to hold it. */
  before(what: "write" | "read" | "remove", path: string): Promise<void> | void;
  /** Paths of all files. */
  paths(): Promise<string[]>;
}

/** Creates a folder for rows in files; it is deleted with the store. */
export async function testStore(): Promise<TestStore> {
  const folder = await Deno.makeTempDir({ prefix: "tandem-row-files-" });
  const store = folderStore(folder);
  const own: TestStore = {
    ...store,
    folder,
    before() {},
    async write(path, ...rest) {
      await own.before("write", path);
      await store.write(path, ...rest);
    },
    async localPath(file, ...rest) {
      await own.before("read", file.path);
      return await store.localPath(file, ...rest);
    },
    async remove(paths, ...rest) {
      for (const path of paths) await own.before("remove", path);
      await store.remove(paths, ...rest);
    },
    paths: async () => (await store.list()).map(({ path }) => path).sort(),
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
  return own;
}

/** Outside data of the assets. */
export interface RowWorld {
  rows: EveryType[];
  before(key: string): Promise<void> | void;
}

const { asset } = assetsWith<RowWorld>();
/** A row with a column of every type. */
export const EveryType = z.object({
  ticker: z.string(),
  session: z.iso.date(),
  close: z.number().nullable(),
  volume: z.int().nullable(),
  active: z.boolean().nullable(),
  seen_at: z.iso.datetime().nullable(),
  notes: z.array(z.json()).nullable(),
  name: z.string().nullable(),
});
export type EveryType = z.infer<typeof EveryType>;

/** The same assets, with rows in files or in tables: made as a whole, by partitions, and without a date. */
export function assetsIn(storage: "parquet" | undefined): AnyAsset[] {
  const whole = asset({
    key: "whole",
    group: "test",
    layer: "raw",
    description: "All rows.",
    row: EveryType,
    primaryKey: ["ticker", "session"],
    partitionedBy: { name: "ticker", date: "session" },
    storage,
    source: ({ resources }) => Promise.resolve(JSON.stringify(resources.rows)),
    async materialize({ resources }) {
      await resources.before("whole");
      return { rows: resources.rows };
    },
  });
  const parts = asset({
    key: "parts",
    group: "test",
    layer: "silver",
    description: "The same rows, by ticker and session.",
    deps: { whole: reads(whole, identity) },
    row: EveryType,
    primaryKey: ["session", "ticker"],
    partitionedBy: { name: "ticker", date: "session" },
    partitionsDef: {
      wanted: ({ upstream: { whole } }) => ({ names: whole.space.names, dates: whole.space.dates }),
    },
    storage,
    async materialize({ inputs, partitions }) {
      const rows = await inputs.whole.rows();
      return { rows: rows.filter(({ ticker, session }) => partitions.has(ticker, session)) };
    },
  });
  const dateless = asset({
    key: "dateless",
    group: "test",
    layer: "gold",
    description: "The number of sessions of each ticker.",
    deps: { parts },
    row: z.object({ ticker: z.string(), sessions: z.int() }),
    primaryKey: ["ticker"],
    retention: keepVersions(1),
    storage,
    async materialize({ inputs }) {
      const { ticker } = await inputs.parts.columns("ticker");
      const count = Map.groupBy(ticker as string[], (one) => one);
      return { rows: [...count].map(([ticker, { length }]) => ({ ticker, sessions: length })) };
    },
  });
  return [whole, parts, dateless];
}

/** Keys of the assets. */
export const keys = ["whole", "parts", "dateless"];

/** Opens an engine over the assets, with rows in files if there is a store, unless told otherwise. */
export async function openEngine(
  database: Database,
  world: RowWorld,
  store?: FileStore,
  { inFiles = store !== undefined } = {},
): Promise<Engine> {
  return await Engine.open({
    assets: assetsIn(inFiles ? "parquet" : undefined),
    database,
    resources: world,
    clock: fixedClock("2026-11-23T12:00:00Z"),
    logger: silentLogger,
    ...store && { rowFiles: { store } },
  });
}

/** Materializes all stale assets. */
export async function make(engine: Engine, options: { force?: boolean } = {}) {
  return await engine.finished((await engine.submit({ selection: "*", trigger: "test", ...options })).id);
}

/** A random row. */
export function rowOf(ticker: string, session: string, random: () => number): EveryType {
  const maybe = <T>(value: T) => random() < 0.2 ? null : value;
  return {
    ticker,
    session,
    close: maybe(Math.round(random() * 1e6) / 1e3 - 100),
    volume: maybe(Math.floor(random() * Number.MAX_SAFE_INTEGER)),
    active: maybe(random() < 0.5),
    seen_at: maybe(`2026-0${1 + Math.floor(random() * 9)}-01T00:00:0${Math.floor(random() * 10)}.00000${1}Z`),
    notes: maybe([Math.floor(random() * 3), "é", { b: null, a: [] }]),
    name: maybe(["", "Ärger", "😀", "￿", "a,b"][Math.floor(random() * 5)]!),
  };
}

export const tickers = ["A", "B.C", "ÜX", "😀"];
export const sessions = ["2025-12-30", "2025-12-31", "2026-01-02", "2026-01-30", "2026-02-02", "2026-03-31"];
