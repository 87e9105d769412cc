import assert from "node:assert/strict";
import { z } from "zod";
import {
  assetsWith,
  type Check,
  check,
  CheckFailedError,
  DefinitionError,
  InvalidRowsError,
  type StepRetryPolicy,
} from "../../engine/mod.ts";
import { defaultRetry, isTriedAgain, retryPolicyOf } from "../../engine/declare/retry.ts";
import { force, onEachDatabase, outcomes, partition } from "../support/partitions.ts";
import { partitionAssets, type PartitionWorld, withPartitionEngine } from "../support/partition_engine.ts";
import { withEmbedded } from "../support/database.ts";
import type { TinyWorld } from "../support/tiny_engine.ts";

const says = (more: object) => Object.assign(new Error("no luck"), more);
const soon = { maxAttempts: 3, initialDelayMs: 0 };

Deno.test("isTriedAgain() asks the error first, and the policy where the error says nothing", () => {
  const any = { errors: "any" } as const;
  const retryable = { errors: "retryable" } as const;
  const cases: [unknown, boolean, boolean][] = [
    [new Error("plain"), true, false],
    [new RangeError("out of range"), true, false],
    ["thrown text", true, false],
    [says({ retryable: true }), true, true],
    [says({ retryable: false }), false, false],
    [says({ fatal: true }), false, false],
    [says({ fatal: true, retryable: true }), true, true],
    [new Error("outer", { cause: says({ retryable: false }) }), false, false],
    [new Error("outer", { cause: says({ fatal: true }) }), false, false],
    [new Error("outer", { cause: says({ retryable: true }) }), true, true],
    [new InvalidRowsError("bad row"), false, false],
    [new CheckFailedError("a", []), false, false],
  ];
  for (const [error, withAny, withRetryable] of cases) {
    assert.deepEqual(
      [isTriedAgain(error, any), isTriedAgain(error, retryable)],
      [withAny, withRetryable],
      Deno.inspect(error).split("\n")[0],
    );
  }
});

Deno.test("retryPolicyOf() covers any error if a retry is declared, and fills in defaults", () => {
  assert.deepEqual(retryPolicyOf("a", undefined), defaultRetry);
  assert.deepEqual(retryPolicyOf("a", { maxAttempts: 5 }), { ...defaultRetry, maxAttempts: 5, errors: "any" });
  assert.equal(retryPolicyOf("a", { errors: "retryable" }).errors, "retryable");
});

Deno.test("retryPolicyOf() refuses a policy that allows no try, and a negative delay", () => {
  for (
    const [policy, said] of [
      [{ maxAttempts: 0 }, /"flaky" allows 0 tries/],
      [{ maxAttempts: 1.5 }, /"flaky" allows 1.5 tries/],
      [{ initialDelayMs: -1 }, /"flaky" has initialDelayMs -1/],
      [{ maxDelayMs: NaN }, /"flaky" has maxDelayMs NaN/],
    ] as const
  ) {
    assert.throws(
      () => partition("flaky", { retry: policy }),
      (e) => e instanceof DefinitionError && said.test(e.message),
    );
  }
});

const test = onEachDatabase("A retry policy");
const declared = (retry?: Partial<StepRetryPolicy>) => ({ assets: [partition("flaky", { retry })] });

async function tries(world: TinyWorld, errors: readonly unknown[], run: () => Promise<string>) {
  world.started.length = 0;
  const left = [...errors];
  world.before = () => {
    if (left.length > 0) throw left.shift();
  };
  return [await run(), world.started.length];
}

test("that is declared holds for any error", declared(soon), async ({ engine, world }) => {
  const run = async () => outcomes(await engine.finished((await force(engine, "flaky")).id)).flaky!;
  assert.deepEqual(await tries(world, [new Error("a"), new RangeError("b")], run), ["succeeded", 3]);
  assert.deepEqual(await tries(world, [new Error("a"), new Error("b"), new Error("c")], run), ["failed", 3]);
  assert.deepEqual(await tries(world, [says({ retryable: false })], run), ["failed", 1]);
  assert.deepEqual(await tries(world, [new Error("a"), says({ fatal: true })], run), ["failed", 2]);
});

test(
  "may be limited to errors that declare themselves retryable",
  declared({ ...soon, errors: "retryable" }),
  async ({ engine, world }) => {
    const run = async () => outcomes(await engine.finished((await force(engine, "flaky")).id)).flaky!;
    assert.deepEqual(await tries(world, [new Error("a")], run), ["failed", 1]);
    assert.deepEqual(await tries(world, [says({ retryable: true })], run), ["succeeded", 2]);
  },
);

test("that is not declared is for errors that say so alone", declared(), async ({ engine, world }) => {
  const run = async () => outcomes(await engine.finished((await force(engine, "flaky")).id)).flaky!;
  assert.deepEqual(await tries(world, [new Error("a")], run), ["failed", 1]);
});

const calls = { made: 0, rows: [{ id: 1 }] };
const rowsOf = (key: string, checks: Check<{ id: number }>[]) =>
  assetsWith<TinyWorld>().asset({
    key,
    group: "t",
    layer: "raw",
    description: key,
    row: z.object({ id: z.int().max(1) }),
    primaryKey: ["id"],
    retry: soon,
    checks,
    materialize: () => ({ rows: (calls.made++, calls.rows) }),
  });

test("makes neither rows again that do not fit nor rows that a check rejects", {
  assets: [
    rowsOf("unfit", []),
    rowsOf("rejected", [check("never", "Fails.", () => ({ passed: false, message: "never" }))]),
  ],
}, async ({ engine }) => {
  calls.rows = [{ id: 2 }];
  calls.made = 0;
  assert.equal(outcomes(await engine.finished((await force(engine, "unfit")).id)).unfit, "failed");
  assert.equal(calls.made, 1);
  calls.rows = [{ id: 1 }];
  calls.made = 0;
  assert.equal(outcomes(await engine.finished((await force(engine, "rejected")).id)).rejected, "failed");
  assert.equal(calls.made, 1);
});

Deno.test("A retry policy holds for each part of an asset that is made by partitions", () =>
  withEmbedded((database) =>
    withPartitionEngine(database, async ({ materialize, world, rows }) => {
      let failures = 0;
      world.before = (key, partitions) => {
        if (key === "patient" && partitions.includes("A 2024-01-03") && ++failures < 3) throw new Error("not yet");
      };
      assert.equal((await materialize()).status, "succeeded");
      assert.equal(failures, 3);
      assert.equal((await rows("patient")).length, 8);
    }, { assets: [...partitionAssets, patient] })
  ));

const patient = assetsWith<PartitionWorld>().asset({
  key: "patient",
  group: "t",
  layer: "raw",
  description: "One row a partition.",
  row: z.object({ name: z.string(), date: z.iso.date() }),
  primaryKey: ["name", "date"],
  partitionedBy: { name: "name", date: "date" },
  retry: soon,
  partitionsDef: { wanted: ({ resources }) => ({ names: resources.names, dates: resources.dates }) },
  async materialize({ partitions, resources }) {
    const made = Array.from(partitions.partitions(), ([name, date]) => ({ name, date }));
    await resources.before("patient", made.map(({ name, date }) => `${name} ${date}`));
    return { rows: made };
  },
});
