import { DefinitionError } from "../errors.ts";
import { CellSet } from "../partitions/mod.ts";
import type { Condition, Facts, Moment, Verdict } from "../declare/automation_condition.ts";
import { latestCells } from "./conditions.ts";

/** Cells for which every condition holds. */
export function and(...operands: readonly [Condition, ...Condition[]]): Condition {
  return {
    ...composed("and", operands, "are all of this"),
    hasInstant: false,
    decide: ({ universe }, found): Verdict => ({
      cells: found.reduce((all, { cells }) => all.intersection(cells), universe),
    }),
  };
}

/** Cells for which any condition holds. Happens at an instant if every one does. */
export function or(...operands: readonly [Condition, ...Condition[]]): Condition {
  return {
    ...composed("or", operands, "are any of this"),
    hasInstant: operands.every((operand) => operand.hasInstant),
    decide: ({ universe }, found): Verdict => ({
      cells: found.reduce((all, { cells }) => all.union(cells), CellSet.none(universe.space)),
      moments: found.flatMap(({ moments }) => moments ?? []),
    }),
  };
}

/** Cells for which the condition does not hold. */
export function not(operand: Condition): Condition {
  return {
    ...composed("not", [operand], "are not this"),
    hasInstant: false,
    decide: ({ universe }, [found]): Verdict => ({ cells: universe.difference(found!.cells) }),
  };
}

/**
 * Cells to which `trigger` happened and `reset` did not happen at that instant or later. Read off the state each time, so that
 * nothing is lost with a process.
 *
 * @throws {DefinitionError} If one of the two is a condition that does not happen at an instant.
 */
export function since(trigger: Condition, reset: Condition): Condition {
  for (const operand of [trigger, reset]) {
    if (operand.hasInstant) continue;
    throw new DefinitionError(
      `since() compares instants, and ${operand.text} has none. Use a condition that happens, such as anyUpstreamUpdated(), failed(), cronTicked(…), attempted() or materialized().`,
    );
  }
  return {
    ...composed("since", [trigger, reset], "are the first, and were not the second since"),
    hasInstant: true,
    decide(facts, [triggered, resets]): Verdict {
      const moments = triggered!.moments!.map(({ cells, atMs }): Moment => ({
        cells: resets!.moments!
          .filter((moment) => moment.atMs >= atMs)
          .reduce((left, moment) => left.difference(moment.cells), cells.intersection(triggered!.cells)),
        atMs,
      }));
      const none = CellSet.none(facts.universe.space);
      return { cells: moments.reduce((all, { cells }) => all.union(cells), none), moments };
    },
  };
}

/** Cells of the newest wanted date for which the condition holds; of an asset without dates all of them. */
export function latest(operand: Condition): Condition {
  return scope(`latest(${operand.text})`, "are this, on the newest date", operand, (facts) => latestCells(facts));
}

/** Cells with dates from `from` to `to`, both included, for which the condition holds. */
export function inRange({ from, to }: { from?: string; to?: string }, operand: Condition): Condition {
  const bounds = [...(from ? [`from: "${from}"`] : []), ...(to ? [`to: "${to}"`] : [])].join(", ");
  const words = [...(from ? [`from ${from}`] : []), ...(to ? [`until ${to}`] : [])].join(" ");
  return scope(`inRange({ ${bounds} }, ${operand.text})`, `are this, ${words}`, operand, ({ universe }) => {
    const { space } = universe;
    if (!space.hasDates) return universe;
    const start = from === undefined ? 0 : space.firstFrom(from);
    const end = to === undefined ? space.dates.length : space.lastUntil(to) + 1;
    return universe.during(start < end ? [start, end] : []);
  });
}

/** All cells for which the condition holds: says in so many words that it is not restricted. */
export function all(operand: Condition): Condition {
  return scope(`all(${operand.text})`, "are this, on any date", operand, ({ universe }) => universe);
}

function scope(
  text: string,
  meaning: string,
  operand: Condition,
  within: (facts: Facts) => CellSet,
): Condition {
  return {
    ...composed("", [operand], meaning),
    text,
    hasInstant: operand.hasInstant,
    decide(facts, [found]): Verdict {
      const cells = within(facts);
      return {
        cells: found!.cells.intersection(cells),
        moments: found!.moments?.map((moment) => ({ ...moment, cells: moment.cells.intersection(cells) })),
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
    mindsFailures: operands.some((operand) => operand.mindsFailures),
    ...(histories.length > 0 && {
      historySinceMs: (nowMs: number) => Math.min(...histories.map((since) => since(nowMs))),
    }),
  };
}
