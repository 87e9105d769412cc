import type { Materialization } from "../engine/mod.ts";

/** One number for each materialization, oldest first. */
export interface MetadataSeries {
  name: string;
  unit: string | null;
  /** One for each materialization; `null` if it has none. */
  values: readonly (number | null)[];
}

/**
 * Numbers of materializations to plot: rows, added and removed rows, duration, and numbers in their metadata.
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
