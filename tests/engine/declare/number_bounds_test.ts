import assert from "node:assert/strict";
import { z } from "zod";
import { isWithin } from "../../../engine/declare/number_bounds.ts";
import { rowSchema } from "../../../engine/declare/row_schema.ts";

const values = [
  ...[0, -0, 1, -1, 0.5, 2, 3, 4, 99, 100, 101, 1e-300, -1e-300],
  ...[2 ** 53 - 1, 2 ** 53, -(2 ** 53), 1e300, Infinity, -Infinity],
];

Deno.test("A number is within its bounds where its schema accepts it", () => {
  const row = z.object({
    id: z.string(),
    any: z.number(),
    positive: z.number().positive(),
    share: z.number().min(0).max(1).nullable(),
    between: z.number().gt(-1).lt(100).describe("open").nullable(),
    twice: z.number().min(0).min(2).gt(1),
    whole: z.int(),
    side: z.int().min(-1).max(1).describe("−1, 0 or 1"),
    count: z.int().min(1).nullable(),
  });
  for (const { name, bounds, schema } of rowSchema("bars", row, ["id"]).columns.slice(1)) {
    assert.ok(bounds, name);
    for (const value of values) {
      assert.equal(isWithin(value, bounds), schema.safeParse(value).success, `${name} ${value}`);
    }
  }
});

Deno.test("Bounds do not stand for a schema that asks for more", () => {
  const row = z.object({
    id: z.string(),
    even: z.number().multipleOf(2),
    refined: z.number().min(0).refine((value) => value !== 3),
    refined_or_null: z.number().refine((value) => value !== 3).nullable(),
    one: z.literal(1),
  });
  for (const { name, bounds } of rowSchema("bars", row, ["id"]).columns) assert.equal(bounds, null, name);
});
