import { createHash } from "node:crypto";
import type { ImportedRows } from "./imported_rows.ts";

/** Hash of the rows of an import. */
export function versionOfRows({ bars, ...others }: ImportedRows): string {
  const hash = createHash("sha256").update(JSON.stringify(others));
  for (const column of Object.values(bars)) {
    hash.update(
      column instanceof Float64Array
        ? new Uint8Array(column.buffer, column.byteOffset, column.byteLength)
        : column.join("\n"),
    );
  }
  return hash.digest("hex").slice(0, 32);
}
