import type { Materialization } from "../engine/mod.ts";

/** A number of each materialization, oldest first. */
export interface MetadataSeries {
  name: string;
  unit: string | null;
  /** One for each materialization; `null` where it has none. */
  values: readonly (number | null)[];
}

/**
 * Everything of materializations that can be plotted: rows, what came and went, how long it took, and the numbers of their metadata.
 *
 * @param materializations Newest first.
 */
export function metadataSeries(materializations: readonly Materialization[]): MetadataSeries[] {
  const inOrder = materializations.toReversed();
  const of = (name: string, unit: string | null, value: (made: Materialization) => number | null): MetadataSeries => ({
    name,
    unit,
    values: inOrder.map(value),
  });
  const made = inOrder.some(({ origin }) => origin === "run");
  const own = made
    ? [
      of("rows", null, ({ rowCount }) => rowCount),
      of("rows added", null, ({ rowsAdded }) => rowsAdded),
      of("rows removed", null, ({ rowsRemoved }) => rowsRemoved),
      of("duration", "s", ({ origin, startedAt, committedAt }) =>
        origin === "run" ? (Date.parse(committedAt) - Date.parse(startedAt)) / 1000 : null),
    ]
    : [];
  const names = new Set(
    inOrder.flatMap(({ metadata }) => Object.keys(metadata).filter((name) => metadata[name]!.type === "number")),
  );
  return [
    ...own,
    ...[...names].map((name) =>
      of(name, null, ({ metadata }) => {
        const entry = metadata[name];
        return entry?.type === "number" ? entry.value : null;
      })
    ),
  ];
}
