import { deserialize, serialize } from "node:v8";
import type { AssetGraph } from "../declare/graph.ts";
import type { Metadata } from "../declare/metadata.ts";
import type { PreparedRows } from "../declare/row_schema.ts";
import type { NewCheckResult } from "../store/check_ledger.ts";
import type { MadePart } from "./step_execution.ts";

interface PackedPart {
  outputs: { key: string; rows: PreparedRows; metadata: Metadata }[];
  checks: NewCheckResult[];
}

/** Serializes the result of a part for the process that publishes it. */
export function packPart({ outputs, checks }: MadePart): Uint8Array {
  const packed: PackedPart = {
    outputs: outputs.map(({ asset: { key }, rows, metadata }) => ({ key, rows, metadata })),
    checks,
  };
  return serialize(packed);
}

export function unpackPart(graph: AssetGraph, data: Uint8Array): MadePart {
  const { outputs, checks } = deserialize(data) as PackedPart;
  return { outputs: outputs.map(({ key, ...output }) => ({ asset: graph.asset(key), ...output })), checks };
}
