import type { TinyWorld } from "../../support/tiny_engine.ts";

/** Enough rows to be written beside their table. */
export const manyNumbers: TinyWorld["numbers"] = Array.from(
  { length: 12_000 },
  (_, i) => ({ name: `n${String(i).padStart(5, "0")}`, value: i }),
);
