import { type PartitionReport, type PartitionStateName, partitionStateNames } from "../engine/mod.ts";

/** Consecutive dates with one state. */
export interface Span {
  state: PartitionStateName;
  /** Index of the first date, and of the date after the last. */
  start: number;
  end: number;
}

/** Names with equal states on every date. */
export interface Strip {
  /** Empty for an asset whose partitions have no names. */
  names: string[];
  spans: Span[];
}

/**
 * A strip for each group of names whose partitions are in the same states, largest group first. Cost: grows with names and
 * ranges, not with partitions.
 */
export function partitionStrips({ axes, states }: PartitionReport): Strip[] {
  if (axes.dates === null) return [];
  const placeOf = new Map(axes.dates.values.map((date, at) => [date, at]));
  const byName = new Map<string, Span[]>();
  const signatures = new Map<Span[], string>();
  for (const state of partitionStateNames) {
    for (const { names, dates: ranges } of states[state].partitions) {
      const spans = (ranges ?? []).map(([first, last]): Span => ({
        state,
        start: placeOf.get(first)!,
        end: placeOf.get(last)! + 1,
      }));
      signatures.set(spans, spans.map(({ start, end }) => `${state} ${start} ${end}`).join());
      for (const name of names ?? [""]) {
        const known = byName.get(name);
        // All names of a rectangle share one array, so that its signature is computed once.
        if (!known) byName.set(name, spans);
        else {
          const joined = [...known, ...spans];
          signatures.set(joined, `${signatures.get(known)} ${signatures.get(spans)}`);
          byName.set(name, joined);
        }
      }
    }
  }
  const strips = new Map<string, Strip>();
  for (const [name, spans] of byName) {
    const signature = signatures.get(spans)!;
    const strip = strips.get(signature);
    if (strip) strip.names.push(name);
    else strips.set(signature, { names: [name], spans: spans.toSorted((a, b) => a.start - b.start) });
  }
  return [...strips.values()].sort((a, b) => b.names.length - a.names.length)
    .map(({ names, spans }) => ({ names: names.filter((name) => name !== ""), spans }));
}

/** The names of a strip in words: `A, B, C and 12 others`. */
export function namesInWords(names: readonly string[]): string {
  return names.length <= 4 ? names.join(", ") : `${names.slice(0, 3).join(", ")} and ${names.length - 3} others`;
}
