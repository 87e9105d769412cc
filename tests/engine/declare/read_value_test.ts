import assert from "node:assert/strict";
import { z } from "zod";
import { readValue } from "../../../engine/declare/read_value.ts";

const schema = z.strictObject({
  selection: z.string().min(1).max(5),
  days: z.number().min(1).max(9).default(1),
  share: z.number().gt(0).lt(1).default(0.5),
  rows: z.int().default(1),
  force: z.boolean().default(false),
  names: z.array(z.string()).min(1).max(2).optional(),
  kind: z.enum(["json", "csv"]).default("json"),
  on: z.iso.date().optional(),
  limit: z.literal("all").or(z.string().regex(/^\d+$/, "A whole number is required.")).optional(),
  inner: z.strictObject({ step: z.number().multipleOf(0.5) }).optional(),
});

Deno.test("readValue() gives the value with its defaults", () => {
  const read = readValue(schema, { selection: "a" });
  assert.ok(read.ok);
  assert.deepEqual([read.value.selection, read.value.days], ["a", 1]);
});

Deno.test("readValue() words each fault with its path, and keeps the words of a schema", () => {
  const words = (value: unknown) => {
    const read = readValue(schema, value);
    return read.ok ? [] : read.faults.map(({ path, message }) => `${path}: ${message}`);
  };
  assert.deepEqual(words({}), ["selection: It is required."]);
  assert.deepEqual(words([]), [": It must be an object."]);
  for (
    const [fault, message] of [
      [{ selection: "" }, "selection: It must not be empty."],
      [{ selection: "abcdef" }, "selection: It must have at most 5 characters."],
      [{ selection: 3 }, "selection: It must be a text."],
      [{ days: 0 }, "days: It must be at least 1."],
      [{ days: 10 }, "days: It must be at most 9."],
      [{ days: "3" }, "days: It must be a number."],
      [{ share: 0 }, "share: It must be above 0."],
      [{ share: 1 }, "share: It must be below 1."],
      [{ rows: 1.5 }, "rows: It must be a whole number."],
      [{ force: "yes" }, "force: It must be true or false."],
      [{ names: [] }, "names: It must not be empty."],
      [{ names: ["a", "b", "c"] }, "names: It must have at most 2 entries."],
      [{ names: [1] }, "names.0: It must be a text."],
      [{ kind: "xml" }, "kind: It must be one of json, csv."],
      [{ on: "abc" }, "on: It must be a date as YYYY-MM-DD."],
      [{ limit: "few" }, "limit: A whole number is required."],
      [{ limit: 3 }, "limit: It must be all. Or: It must be a text."],
      [{ inner: { step: 0.3 } }, "inner.step: It must be a multiple of 0.5."],
      [{ inner: null }, "inner: It must be an object."],
      [{ fore: true }, "fore: Unknown name."],
    ] as const
  ) {
    assert.deepEqual(words({ selection: "a", ...fault }), [message]);
  }
});
