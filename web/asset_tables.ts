import { type AnyAsset, type Engine, stepHistory } from "../engine/mod.ts";
import { metadataSeries } from "./metadata_series.ts";

/** Columns and rows of a table for download. */
export interface FileTable {
  columns: readonly string[];
  lines: readonly Readonly<Record<string, string | number | boolean | null>>[];
}

type TableEngine = Pick<Engine, "graph" | "materializations" | "ledger">;

/** Maximum number of rows in a file of events. */
const mostLines = 1_000;

/** Tables on the page of an asset that can be downloaded, by name. */
export const assetTables: Readonly<Record<string, (engine: TableEngine, asset: AnyAsset) => Promise<FileTable>>> = {
  schema: (_engine, { schema }) =>
    Promise.resolve({
      columns: ["column", "type", "nullable", "key", "description"],
      lines: schema.columns.map(({ name, type, nullable, description }) => ({
        column: name,
        type,
        nullable,
        key: schema.primaryKey.includes(name),
        description,
      })),
    }),
  async history(engine, { key }) {
    const made = await engine.materializations(key, { limit: mostLines });
    const series = metadataSeries(made);
    const lines = made.map(({ id, runId, origin, committedAt, dataVersion }, i) => ({
      materialization: id,
      run: runId,
      origin,
      made_at: committedAt,
      data_version: dataVersion,
      ...Object.fromEntries(series.map(({ name, values }) => [name, values[made.length - 1 - i] ?? null])),
    }));
    const own = ["materialization", "run", "origin", "made_at", "data_version"];
    return { columns: [...own, ...series.map(({ name }) => name)], lines };
  },
  async runs(engine, { key }) {
    const producer = engine.graph.producerOf(key).key;
    const steps = await stepHistory(engine.ledger.database.sql, producer, { limit: mostLines });
    return {
      columns: [
        "run",
        "step",
        "trigger",
        "asked_at",
        "started_at",
        "finished_at",
        "partitions",
        "tries",
        "why",
        "error",
      ],
      lines: steps.map((step) => ({
        run: step.runId,
        step: step.status,
        trigger: step.trigger,
        asked_at: step.createdAt,
        started_at: step.startedAt,
        finished_at: step.finishedAt,
        partitions: step.partitions?.count ?? null,
        tries: step.attempt,
        why: step.reasons.map(({ message }) => message).join("; "),
        error: step.error?.message ?? null,
      })),
    };
  },
};
