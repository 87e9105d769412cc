import assert from "node:assert/strict";
import { z } from "zod";
import { assetsWith, type BlockComputation, DefinitionError } from "../../../engine/mod.ts";
import { openTinyEngine } from "../../support/tiny_engine.ts";

const { asset } = assetsWith<undefined>();

const squares: BlockComputation<number[], number[]> = {
  name: "squares",
  compute: (numbers, { from, to }) => numbers.slice(from, to).map((number) => number ** 2),
};

const squaresOf = (blocks: BlockComputation<number[], number[]>[]) =>
  asset({
    key: "squared",
    group: "blocks",
    layer: "raw",
    description: "Squares of numbers.",
    row: z.object({ value: z.number() }),
    primaryKey: ["value"],
    blocks,
    async materialize({ inBlocks }) {
      const results = await inBlocks(squares, { common: [1, 2, 3, 4, 5], items: 5, blockSize: 2 });
      return { rows: results.flat().map((value) => ({ value })) };
    },
  });

async function run(blocks: BlockComputation<number[], number[]>[]) {
  await using tiny = await openTinyEngine({ assets: [squaresOf(blocks)] });
  const { id } = await tiny.engine.submit({ selection: "squared", trigger: "manual" });
  const { steps: [step] } = await tiny.engine.finished(id);
  const { rows } = await tiny.engine.rows("squared", { limit: 10 });
  return { status: step!.status, error: step!.error?.message, rows: rows.map(({ value }) => value) };
}

Deno.test("a computation in blocks has all items where no other process helps", async () => {
  assert.deepEqual(await run([squares]), { status: "succeeded", error: undefined, rows: [1, 4, 9, 16, 25] });
});

Deno.test("a computation that the asset does not declare fails, with and without other processes", async () => {
  const { status, error } = await run([]);
  assert.equal(status, "failed");
  assert.equal(error, 'The function of "squared" computes "squares", which its blocks do not list.');
});

Deno.test("two computations of an asset have two names", () => {
  assert.throws(() => squaresOf([squares, { ...squares }]), DefinitionError);
});
