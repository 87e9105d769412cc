import { hashOf } from "../declare/row_schema.ts";
import type { EngineContext } from "../store/context.ts";
import { codeVersionOf } from "./present.ts";

/** Equal for two threads or processes with the same assets and settings, according to their declarations. */
export function fingerprintOf({ graph, standingConfig }: Pick<EngineContext, "graph" | "standingConfig">): string {
  const producers = graph.producers.map((producer) => [
    producer.key,
    codeVersionOf(producer, graph),
    producer.upstream,
    producer.produces.map((key) => graph.asset(key)).map(({ layer, partitionedBy }) => [layer, partitionedBy]),
  ]);
  return hashOf({ producers, standingConfig });
}
