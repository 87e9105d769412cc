import assert from "node:assert/strict";
import fc from "fast-check";
import { all, and, type Condition, inRange, latest, not, or, PartitionSet } from "../../../engine/mod.ts";
import { judge } from "../../../engine/declare/automation_condition.ts";
import { atom } from "../../../engine/automation/conditions.ts";
import { factsOf, named, smallSpace } from "../../support/automation.ts";

/** Any partitions of the small space. */
const anyCells = fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }).map((chosen) => {
  const every = Array.from(PartitionSet.all(smallSpace).partitions());
  return PartitionSet.at(smallSpace, every.filter((_, i) => chosen[i]));
});

/** A condition that holds for any partitions. */
const anyCondition = anyCells.map((partitions) => atom("some", "are some", () => partitions));

/** A state with any universe. */
const anyFacts = anyCells.map((universe) => factsOf({ universe, wanted: universe }));

function equal(law: string, left: (...c: Condition[]) => Condition, right: (...c: Condition[]) => Condition): void {
  Deno.test(`the algebra of conditions: ${law}`, () => {
    fc.assert(fc.property(anyFacts, anyCondition, anyCondition, anyCondition, (facts, a, b, c) => {
      assert.equal(named(judge(left(a, b, c), facts).partitions), named(judge(right(a, b, c), facts).partitions));
    }));
  });
}

type C = Condition;
equal("and commutes", (a, b) => and(a!, b!), (a, b) => and(b!, a!));
equal("or commutes", (a, b) => or(a!, b!), (a, b) => or(b!, a!));
equal("and associates", (a, b, c) => and(a!, and(b!, c!)), (a, b, c) => and(a!, b!, c!));
equal("or associates", (a, b, c) => or(or(a!, b!), c!), (a, b, c) => or(a!, b!, c!));
equal("and distributes over or", (a, b, c) => and(a!, or(b!, c!)), (a, b, c) => or(and(a!, b!), and(a!, c!)));
equal("or distributes over and", (a, b, c) => or(a!, and(b!, c!)), (a, b, c) => and(or(a!, b!), or(a!, c!)));
equal("not is its own inverse", (a) => not(not(a!)), (a) => all(a!));
equal("De Morgan, and", (a, b) => not(and(a!, b!)), (a, b) => or(not(a!), not(b!)));
equal("De Morgan, or", (a, b) => not(or(a!, b!)), (a, b) => and(not(a!), not(b!)));
equal("absorption", (a, b) => or(a!, and(a!, b!)), (a) => a!);
equal("a scope twice is a scope once", (a) => latest(latest(a!)), (a) => latest(a!));
const early = (a: C) => inRange({ to: "2024-01-03" }, a);
equal("a scope distributes over and", (a, b) => early(and(a!, b!)), (a, b) => and(early(a!), early(b!)));
equal("a scope distributes over or", (a, b) => latest(or(a!, b!)), (a, b) => or(latest(a!), latest(b!)));

Deno.test("the algebra of conditions: a condition and its opposite share nothing and leave nothing out", () => {
  fc.assert(fc.property(anyFacts, anyCondition, (facts, a) => {
    assert.equal(judge(and(a, not(a)), facts).partitions.count, 0);
    assert.equal(named(judge(or(a, not(a)), facts).partitions), named(facts.universe));
  }));
});
