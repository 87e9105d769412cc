import { messageOf } from "../errors.ts";
import type { AssetGraph, Producer } from "../declare/graph.ts";
import { hashOf } from "../declare/row_schema.ts";
import type { Present } from "./staleness.ts";
import type { EngineContext } from "../store/context.ts";

/** The recorded code version: the declared one, and the shape of the rows. */
export function codeVersionOf(producer: Producer, graph: AssetGraph): string {
  return `${producer.recipe.codeVersion}+${
    producer.produces.map((key) => graph.asset(key).schema.fingerprint).join(".")
  }`;
}

/** The settings of a producer. @throws {z.ZodError} If they are invalid. */
export function configOf(
  producer: Producer,
  standing: Readonly<Record<string, unknown>>,
  ofRun: Readonly<Record<string, unknown>>,
): unknown {
  return producer.recipe.config.parse(ofRun[producer.key] ?? standing[producer.key] ?? {});
}

/** Current code version, settings and source version of a producer. */
export async function presentOf(
  producer: Producer,
  config: unknown,
  around: Pick<EngineContext, "graph" | "resources" | "clock">,
): Promise<Present> {
  const present: Present = {
    codeVersion: codeVersionOf(producer, around.graph),
    configHash: hashOf(config),
    sourceVersion: null,
  };
  try {
    return { ...present, ...await sourceVersion(producer, config, around) };
  } catch (error) {
    return { ...present, sourceError: messageOf(error) };
  }
}

/** The version reported by the source. @throws Whatever the source throws. */
export async function sourceVersion(
  producer: Producer,
  config: unknown,
  { resources, clock }: Pick<EngineContext, "resources" | "clock">,
): Promise<{ sourceVersion: string | null; sourceError: undefined }> {
  const version = await producer.recipe.source?.({ config, resources, clock }) ?? null;
  return { sourceVersion: version, sourceError: undefined };
}
