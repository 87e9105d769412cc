import assert from "node:assert/strict";
import { z } from "zod";
import { assetsWith, DefinitionError } from "../../../engine/mod.ts";

const { asset } = assetsWith<undefined>();

const labelOf = (spec: { runsOn?: string; source?: () => Promise<string> }) =>
  asset({
    key: "labelled",
    group: "labels",
    layer: "raw",
    description: "Nothing.",
    row: z.object({ name: z.string() }),
    primaryKey: ["name"],
    materialize: () => ({ rows: [] }),
    ...spec,
  }).recipe!.runsOn;

Deno.test("what reads from outside has the label source unless it says otherwise, and others have none", () => {
  const source = () => Promise.resolve("1");
  assert.deepEqual([labelOf({}), labelOf({ source }), labelOf({ source, runsOn: "gpu" })], [
    undefined,
    "source",
    "gpu",
  ]);
});

Deno.test("a label that STEP_LABELS cannot hold is refused", () => {
  for (const runsOn of ["", "GPU", "a,b", "2d", "x".repeat(41)]) {
    assert.throws(
      () => labelOf({ runsOn }),
      (error) => error instanceof DefinitionError && error.message.includes(`"${runsOn}"`),
    );
  }
});
