import assert from "node:assert/strict";
import {
  all,
  anyUpstreamInProgress,
  anyUpstreamMissing,
  anyUpstreamUpdated,
  attempted,
  checksPassed,
  codeChanged,
  type Condition,
  configChanged,
  cronTicked,
  DefinitionError,
  eager,
  expected,
  type Facts,
  failed,
  failedOnSameInputs,
  failedSince,
  inLatestWindow,
  inProgress,
  inRange,
  latest,
  materialized,
  missing,
  not,
  onMissing,
  or,
  PartitionSet,
  PartitionSpace,
  since,
  sourceChanged,
  stale,
} from "../../../engine/mod.ts";
import { judge, treeOf } from "../../../engine/declare/automation_condition.ts";
import { factsOf, named, partitions, smallSpace } from "../../support/automation.ts";

const holds = (condition: Condition, facts: Facts) => named(judge(condition, facts).partitions);
const every = "A2 A3 A4 A5 B2 B3 B4 B5";
const at = (time: string) => Date.parse(`2024-02-01T${time}:00Z`);

Deno.test("conditions that are read off the state hold for exactly its partitions", () => {
  assert.equal(holds(missing(), factsOf({ missing: partitions("A2 B5") })), "A2 B5");
  assert.equal(holds(expected(), factsOf({ missing: partitions("A2 B5"), expected: partitions("B5") })), "B5");
  const changed = factsOf({
    stale: { code: partitions("A2"), config: partitions("A3"), source: partitions("A4"), other: partitions("B2") },
  });
  assert.equal(holds(stale(), changed), "A2 A3 A4 B2");
  assert.equal(holds(codeChanged(), changed), "A2");
  assert.equal(holds(configChanged(), changed), "A3");
  assert.equal(holds(sourceChanged(), changed), "A4");
  assert.equal(holds(anyUpstreamMissing(), factsOf({ upstreamMissing: partitions("B3") })), "B3");
  assert.equal(holds(anyUpstreamInProgress(), factsOf({ upstreamInProgress: partitions("B4") })), "B4");
  assert.equal(holds(inProgress(), factsOf({ inProgress: partitions("A5") })), "A5");
  assert.equal(holds(failedOnSameInputs(), factsOf({ failedOnSameInputs: partitions("A5") })), "A5");
  assert.equal(
    holds(anyUpstreamUpdated(), factsOf({ upstreamUpdates: [{ partitions: partitions("B4"), atMs: 1 }] })),
    "B4",
  );
  assert.equal(holds(attempted(), factsOf({ attempts: [{ partitions: partitions("B4"), atMs: 1 }] })), "B4");
  assert.equal(holds(materialized(), factsOf({ makings: [{ partitions: partitions("B4"), atMs: 1 }] })), "B4");
});

Deno.test("no condition holds for a partition outside the asset", () => {
  const universe = partitions("A2 A3");
  assert.equal(holds(missing(), factsOf({ universe, missing: partitions("A2 B5") })), "A2");
  assert.equal(holds(not(missing()), factsOf({ universe, missing: partitions("A2 B5") })), "A3");
});

Deno.test("checksPassed() holds for all partitions or for none", () => {
  assert.equal(holds(checksPassed(), factsOf()), every);
  assert.equal(holds(checksPassed(), factsOf({ upstreamChecksPassed: false })), "");
});

Deno.test("failed() and failedSince() tell when", () => {
  const facts = factsOf({
    failures: [{ partitions: partitions("A2"), atMs: at("09:00") }, {
      partitions: partitions("B2"),
      atMs: at("11:30"),
    }],
  });
  assert.equal(holds(failed(), facts), "A2 B2");
  assert.equal(holds(failedSince({ hours: 1 }), facts), "B2");
  assert.equal(holds(failedSince({ hours: 3 }), facts), "B2", "a failure three hours old is not within three hours");
  assert.equal(holds(failedSince({ hours: 3, minutes: 1 }), facts), "A2 B2");
  assert.throws(() => failedSince({ hours: 0 }), RangeError);
});

Deno.test("inLatestWindow() counts dates that are wanted", () => {
  const facts = factsOf({ wanted: partitions("A2 A3 A5 B2 B3") });
  assert.equal(holds(inLatestWindow({ dates: 1 }), facts), "A5");
  assert.equal(holds(inLatestWindow({ dates: 2 }), facts), "A3 A5 B3");
  assert.equal(holds(inLatestWindow({ dates: 9 }), facts), "A2 A3 A5 B2 B3");
});

Deno.test("scopes restrict conditions: latest(), inRange(), all()", () => {
  const facts = factsOf({ missing: partitions("A2 A3 B4 B5") });
  assert.equal(holds(latest(missing()), facts), "B5");
  assert.equal(holds(all(missing()), facts), "A2 A3 B4 B5");
  assert.equal(holds(inRange({ from: "2024-01-03", to: "2024-01-04" }, missing()), facts), "A3 B4");
  assert.equal(holds(inRange({ to: "2024-01-02" }, missing()), facts), "A2");
  assert.equal(holds(inRange({ from: "2024-01-06" }, missing()), facts), "");
  assert.equal(holds(not(latest(missing())), facts), "A2 A3 A4 A5 B2 B3 B4");
});

Deno.test("scopes leave an asset without dates alone", () => {
  const space = new PartitionSpace(["A", "B"], [""]);
  const facts = factsOf({
    universe: PartitionSet.all(space),
    wanted: PartitionSet.all(space),
    missing: PartitionSet.all(space),
  });
  for (const scope of [latest(missing()), inRange({ from: "2030-01-01" }, missing()), inLatestWindow({ dates: 1 })]) {
    assert.equal(judge(scope, facts).partitions.count, 2, scope.text);
  }
});

Deno.test("since() holds where the trigger happened after the reset, partition by partition", () => {
  const facts = factsOf({
    failures: [{ partitions: partitions("A2 A3 A4 A5"), atMs: at("10:00") }],
    makings: [
      { partitions: partitions("A2"), atMs: at("09:00") },
      { partitions: partitions("A3"), atMs: at("10:00") },
      { partitions: partitions("A4"), atMs: at("11:00") },
    ],
  });
  assert.equal(holds(since(failed(), materialized()), facts), "A2 A5");
  assert.equal(holds(since(materialized(), failed()), facts), "A4");
  assert.equal(holds(since(latest(failed()), materialized()), facts), "A5");
});

Deno.test("since() lets a later trigger hold again", () => {
  const facts = factsOf({
    upstreamUpdates: [{ partitions: partitions("A2"), atMs: at("09:00") }, {
      partitions: partitions("A2"),
      atMs: at("11:00"),
    }],
    attempts: [{ partitions: partitions("A2"), atMs: at("10:00") }],
  });
  assert.equal(holds(since(anyUpstreamUpdated(), attempted()), facts), "A2");
});

Deno.test("since() refuses conditions that do not happen at an instant", () => {
  for (const make of [() => since(missing(), attempted()), () => since(attempted(), not(failed()))]) {
    assert.throws(make, DefinitionError);
  }
  assert.doesNotThrow(() => since(or(failed(), cronTicked("0 9 * * *", "UTC")), latest(attempted())));
});

Deno.test("eager() requests stale and expected partitions, also of coming upstream changes, unless blocked", () => {
  const facts = (more: Parameters<typeof factsOf>[0] = {}) =>
    factsOf({
      missing: partitions("A2 B5"),
      expected: partitions("B5"),
      stale: { code: partitions("A4") },
      upstreamUpdates: [{ partitions: partitions("B4"), atMs: 1 }],
      ...more,
    });
  assert.equal(holds(eager(), facts()), "A4 B4 B5");
  assert.equal(holds(eager(), facts({ upstreamMissing: partitions("B5") })), "A4 B4");
  assert.equal(holds(eager(), facts({ upstreamInProgress: partitions("A4") })), "B4 B5");
  assert.equal(holds(eager(), facts({ inProgress: partitions("B4") })), "A4 B5");
  assert.equal(holds(eager(), facts({ failedOnSameInputs: partitions("A4 B5") })), "B4");
});

Deno.test("onMissing() requests missing partitions of any date, and no stale ones", () => {
  const facts = factsOf({
    missing: partitions("A2 B5"),
    expected: partitions("B5"),
    stale: { code: partitions("A4") },
  });
  assert.equal(holds(onMissing(), facts), "A2 B5");
});

Deno.test("treeOf() reports for each operand how many partitions it holds for, and which", () => {
  const facts = factsOf({ missing: partitions("A2 B2") });
  const tree = treeOf(judge(latest(missing()), facts), facts.universe);
  assert.deepEqual(tree, {
    condition: "latest(missing())",
    meaning: "meet this, on the newest date",
    holds: false,
    count: 0,
    of: 8,
    partitions: [],
    operands: [{
      condition: "missing()",
      meaning: "were never made",
      holds: true,
      count: 2,
      of: 8,
      partitions: [{ names: null, dates: [["2024-01-02", "2024-01-02"]] }],
      operands: [],
    }],
  });
});

Deno.test("treeOf() does not list partitions that are scattered over more than a hundred places", () => {
  const space = new PartitionSpace(["A"], Array.from({ length: 300 }, (_, i) => `d${String(i).padStart(3, "0")}`));
  const scattered = PartitionSet.at(
    space,
    space.dates.filter((_, i) => i % 2 === 0).map((date) => ["A", date] as const),
  );
  const facts = factsOf({ universe: PartitionSet.all(space), wanted: PartitionSet.all(space), missing: scattered });
  const { partitions: listed, count } = treeOf(judge(missing(), facts), facts.universe);
  assert.deepEqual([listed, count], [null, 150]);
  assert.equal(smallSpace.dates.length, 4);
});
