import { hashOf } from "../declare/row_schema.ts";
import type { Producer } from "../declare/graph.ts";
import type { Reading } from "../store/records.ts";
import type { Versions } from "../store/reasons.ts";
import type { Present } from "./staleness.ts";

/** The inputs of an attempt of a producer with `present`. */
export function readingOf(producer: Producer, present: Present, latest: ReadonlyMap<string, Versions>): Reading {
  return {
    ...present,
    materialization: latest.get(producer.key)?.materialization ?? null,
    upstream: Object.fromEntries(producer.upstream.flatMap((key) => {
      const version = latest.get(key);
      return version ? [[key, version.dataVersion]] : [];
    })),
  };
}

/** Whether code, settings and source are the same. */
export function runsTheSame(a: Present, b: Present): boolean {
  return a.codeVersion === b.codeVersion && a.configHash === b.configHash && a.sourceVersion === b.sourceVersion &&
    a.sourceError === b.sourceError;
}

/** Whether two attempts of a producer have the same inputs. */
export function isSameReading(a: Reading, b: Reading): boolean {
  return runsTheSame(a, b) && hashOf(a.upstream) === hashOf(b.upstream);
}
