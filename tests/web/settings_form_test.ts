import assert from "node:assert/strict";
import { z } from "zod";
import { SettingsForm } from "../../web/settings_form.ts";

const schema = z.strictObject({
  maxPairs: z.int().min(1).max(50).default(10).describe("How many pairs at most"),
  maxHurst: z.number().gt(0).lt(1).default(0.5),
  rule: z.enum(["tradable", "research"]).default("tradable"),
  strict: z.boolean().default(false),
  formationSessions: z.int().min(30).nullable().default(504),
  strategies: z.array(z.enum(["a", "b"])).min(1).default(["a", "b"]),
  cost: z.strictObject({ feesBps: z.number().min(0).default(1), slippageBps: z.number().default(2) }).prefault({}),
  parameters: z.record(z.string(), z.number()).default({}),
});
const form = (standing: object = {}) => new SettingsForm(schema, schema.parse(standing));
const read = (given: Record<string, string>, standing: object = {}) =>
  form(standing).read(new URLSearchParams(Object.entries(given).map(([name, text]) => [`set.${name}`, text])));

Deno.test("SettingsForm has a field for each setting, nested ones under their path, with bounds, choices and texts", () => {
  const fields = form({ maxPairs: 20, formationSessions: null }).fields;
  assert.deepEqual(fields.map(({ name, kind, standing, byDefault }) => [name, kind, standing, byDefault]), [
    ["maxPairs", "integer", "20", "10"],
    ["maxHurst", "number", "0.5", "0.5"],
    ["rule", "choice", "tradable", "tradable"],
    ["strict", "boolean", "false", "false"],
    ["formationSessions", "integer", "", "504"],
    ["strategies", "list", "a, b", "a, b"],
    ["cost.feesBps", "number", "1", "1"],
    ["cost.slippageBps", "number", "2", "2"],
    ["parameters", "json", "{}", "{}"],
  ]);
  assert.equal(fields[0]!.description, "How many pairs at most");
  assert.equal(fields[0]!.bounds, "whole, at least 1, at most 50");
  assert.equal(fields[1]!.bounds, "above 0, below 1");
  assert.deepEqual(fields[5]!.choices, ["a", "b"]);
  assert.equal(fields[4]!.nullable, true);
});

Deno.test("SettingsForm.read() sends nothing if nothing is changed, filled in or not", () => {
  const standing = { maxPairs: 20, cost: { feesBps: 3 } };
  assert.equal(read({}, standing).settings, null);
  const filled = Object.fromEntries(form(standing).fields.map(({ name, standing }) => [name, standing]));
  const { settings, problems } = read(filled, standing);
  assert.deepEqual([settings, problems.size], [null, 0]);
});

Deno.test("SettingsForm.read() sends changed settings, and configured ones that differ from the default", () => {
  assert.deepEqual(read({ maxHurst: "0.4" }).settings, { maxHurst: 0.4 });
  assert.deepEqual(read({ maxHurst: "0.4" }, { maxPairs: 20, cost: { feesBps: 3 } }).settings, {
    maxPairs: 20,
    maxHurst: 0.4,
    cost: { feesBps: 3 },
  });
  assert.deepEqual(read({ maxPairs: "10" }, { maxPairs: 20 }).settings, {}, "back to the default");
  assert.deepEqual(
    read({ strict: "true", strategies: "b", formationSessions: "", parameters: '{"lookback": 5}' }).settings,
    { strict: true, strategies: ["b"], formationSessions: null, parameters: { lookback: 5 } },
  );
});

Deno.test("SettingsForm.read() names the problem of each field, and keeps the input", () => {
  const { settings, problems, texts } = read({
    maxPairs: "99",
    maxHurst: "much",
    strategies: "a, c",
    "cost.feesBps": "-1",
    parameters: "{",
  });
  assert.equal(settings, null);
  assert.deepEqual([...problems.keys()], ["parameters"], "what cannot be read comes first");
  assert.match(problems.get("parameters")!, /^This is not JSON: /);
  assert.equal(texts.get("maxHurst"), "much");
  const judged = read({ maxPairs: "99", maxHurst: "much", strategies: "a, c", "cost.feesBps": "-1" });
  assert.deepEqual([...judged.problems.keys()].sort(), ["cost.feesBps", "maxHurst", "maxPairs", "strategies"]);
  assert.match(judged.problems.get("maxPairs")!, /50/);
  for (const [text, said] of [["0", "It must be at least 1."], ["many", "It must be a number."]] as const) {
    assert.equal(read({ maxPairs: text }).problems.get("maxPairs"), said);
  }
});

Deno.test("SettingsForm.read() refuses a setting that does not exist, and knows assets without any", () => {
  assert.match(read({ maxPear: "1" }).problems.get("")!, /There is no setting “maxPear”\./);
  const none = new SettingsForm(z.strictObject({}), {});
  assert.deepEqual([none.fields, none.read(new URLSearchParams()).settings], [[], null]);
});
