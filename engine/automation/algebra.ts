import { DefinitionError } from "../errors.ts";
import { PartitionSet } from "../partitions/mod.ts";
import type { Condition, Facts, Moment, Verdict } from "../declare/automation_condition.ts";
import { latestPartitions } from "./conditions.ts";

/** Partitions for which every condition holds. */
export function and(...operands: readonly [Condition, ...Condition[]]): Condition {
  return {
    ...composed("and", operands, "meet all of these"),
    hasInstant: false,
    decide: ({ universe }, found): Verdict => ({
      partitions: found.reduce((all, { partitions }) => all.intersection(partitions), universe),
    }),
  };
}

/** Partitions for which any condition holds. Reports instants if every operand does. */
export function or(...operands: readonly [Condition, ...Condition[]]): Condition {
  return {
    ...composed("or", operands, "meet any of these"),
    hasInstant: operands.every((operand) => operand.hasInstant),
    decide: ({ universe }, found): Verdict => ({
      partitions: found.reduce((all, { partitions }) => all.union(partitions), PartitionSet.none(universe.space)),
      moments: found.flatMap(({ moments }) => moments ?? []),
    }),
  };
}

/** Partitions for which the condition does not hold. */
export function not(operand: Condition): Condition {
  return {
    ...composed("not", [operand], "do not meet this"),
    hasInstant: false,
    decide: ({ universe }, [found]): Verdict => ({ partitions: universe.difference(found!.partitions) }),
  };
}

/**
 * Partitions for which `trigger` occurred, without `reset` at the same instant or later. Derived from recorded state at each
 * evaluation, so it survives restarts.
 *
 * @throws {DefinitionError} If either condition reports no instants.
 */
export function since(trigger: Condition, reset: Condition): Condition {
  for (const operand of [trigger, reset]) {
    if (operand.hasInstant) continue;
    throw new DefinitionError(
      `since() compares instants, and ${operand.text} has none. Use a condition that is an event, such as anyUpstreamUpdated(), failed(), cronTicked(…), attempted() or materialized().`,
    );
  }
  return {
    ...composed("since", [trigger, reset], "met the first, and have not met the second since"),
    hasInstant: true,
    decide(facts, [triggered, resets]): Verdict {
      const moments = triggered!.moments!.map(({ partitions, atMs }): Moment => ({
        partitions: resets!.moments!
          .filter((moment) => moment.atMs >= atMs)
          .reduce((left, moment) => left.difference(moment.partitions), partitions.intersection(triggered!.partitions)),
        atMs,
      }));
      const none = PartitionSet.none(facts.universe.space);
      return { partitions: moments.reduce((all, { partitions }) => all.union(partitions), none), moments };
    },
  };
}

/** Partitions of the newest wanted date for which the condition holds; of an asset without dates all of them. */
export function latest(operand: Condition): Condition {
  return scope(`latest(${operand.text})`, "meet this, on the newest date", operand, (facts) => latestPartitions(facts));
}

/** Partitions with dates from `from` to `to`, both included, for which the condition holds. */
export function inRange({ from, to }: { from?: string; to?: string }, operand: Condition): Condition {
  const bounds = [...(from ? [`from: "${from}"`] : []), ...(to ? [`to: "${to}"`] : [])].join(", ");
  const words = [...(from ? [`from ${from}`] : []), ...(to ? [`until ${to}`] : [])].join(" ");
  return scope(`inRange({ ${bounds} }, ${operand.text})`, `meet this, ${words}`, operand, ({ universe }) => {
    const { space } = universe;
    if (!space.hasDates) return universe;
    const start = from === undefined ? 0 : space.firstFrom(from);
    const end = to === undefined ? space.dates.length : space.lastUntil(to) + 1;
    return universe.during(start < end ? [start, end] : []);
  });
}

/** All partitions for which the condition holds: states explicitly that the scope is unrestricted. */
export function all(operand: Condition): Condition {
  return scope(`all(${operand.text})`, "meet this, on any date", operand, ({ universe }) => universe);
}

function scope(
  text: string,
  meaning: string,
  operand: Condition,
  within: (facts: Facts) => PartitionSet,
): Condition {
  return {
    ...composed("", [operand], meaning),
    text,
    hasInstant: operand.hasInstant,
    decide(facts, [found]): Verdict {
      const partitions = within(facts);
      return {
        partitions: found!.partitions.intersection(partitions),
        moments: found!.moments?.map((moment) => ({
          ...moment,
          partitions: moment.partitions.intersection(partitions),
        })),
      };
    },
  };
}

function composed(name: string, operands: readonly Condition[], meaning: string) {
  const histories = operands.flatMap(({ historySinceMs }) => historySinceMs ?? []);
  return {
    text: `${name}(${operands.map(({ text }) => text).join(", ")})`,
    meaning,
    operands,
    dependsOnFailures: operands.some((operand) => operand.dependsOnFailures),
    ...(histories.length > 0 && {
      historySinceMs: (nowMs: number) => Math.min(...histories.map((since) => since(nowMs))),
    }),
  };
}
