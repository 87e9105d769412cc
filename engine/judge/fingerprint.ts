import { hashOf } from "../declare/row_schema.ts";
import type { EngineContext } from "../store/context.ts";
import { rowFileSetting } from "../store/row_files.ts";
import { codeVersionOf } from "./present.ts";

/** Equal for two threads or processes with the same assets and settings, according to their declarations. */
export function fingerprintOf(
  { graph, standingConfig, database }: Pick<EngineContext, "graph" | "standingConfig" | "database">,
): string {
  const files = rowFileSetting(database);
  const producers = graph.producers.map((producer) => [
    producer.key,
    codeVersionOf(producer, graph),
    producer.upstream,
    producer.produces.map((key) => graph.asset(key)).map(({ layer, partitionedBy }) => [layer, partitionedBy]),
  ]);
  return hashOf({
    producers,
    standingConfig,
    files: files?.keys.size ? [files.store.location, [...files.keys].sort()] : undefined,
  });
}
