import type { ColumnData } from "../../resources/database/database.ts";

/**
 * The positions of rows in key order, texts by code units; `undefined` if the rows are in order and no two are equal.
 *
 * Cost: O(n) for rows in order, else a sort of n numbers: each key column is replaced by the ranks of its values, which repeat.
 *
 * @param keys The key columns, most significant first. Without nulls; each of texts, numbers or booleans.
 */
export function orderOf(keys: readonly ColumnData[]): Uint32Array | undefined {
  const count = keys[0]?.length ?? 0;
  const compare = (a: number, b: number): number => {
    for (const key of keys) {
      const x = key[a] as string | number;
      const y = key[b] as string | number;
      // Neighbours often have the same text, and are then the same object.
      if (x === y) continue;
      return x < y ? -1 : 1;
    }
    return 0;
  };
  let sorted = true;
  for (let i = 1; i < count && sorted; i++) sorted = compare(i - 1, i) < 0;
  if (sorted) return undefined;
  const ranked = placesOf(keys, count);
  if (!ranked) return Uint32Array.from({ length: count }, (_, i) => i).sort(compare);
  const { places, size } = ranked;
  if (size <= countedPlaces * count) return counted(places, size);
  for (let i = 0; i < count; i++) places[i] = places[i]! * count + i;
  places.sort();
  const order = new Uint32Array(count);
  for (let i = 0; i < count; i++) order[i] = places[i]! % count;
  return order;
}

/** Places for each row up to which counting the rows of each is faster than sorting. */
const countedPlaces = 4;

/** The rows by place, those of one in order. */
function counted(places: Float64Array, size: number): Uint32Array {
  const next = new Uint32Array(size + 1);
  for (let i = 0; i < places.length; i++) next[places[i]! + 1]!++;
  for (let place = 0; place < size; place++) next[place + 1]! += next[place]!;
  const order = new Uint32Array(places.length);
  for (let i = 0; i < places.length; i++) order[next[places[i]!]!++] = i;
  return order;
}

/** One number below `size` for each row that sorts by key; `null` if it would be no exact integer together with the position. */
function placesOf(keys: readonly ColumnData[], count: number): { places: Float64Array; size: number } | null {
  const places = new Float64Array(count);
  let size = 1;
  for (const key of keys) {
    const { ranks, distinct } = ranksOf(key);
    size *= distinct;
    if (size * count > Number.MAX_SAFE_INTEGER) return null;
    for (let i = 0; i < count; i++) places[i] = places[i]! * distinct + ranks[i]!;
  }
  return { places, size };
}

function ranksOf(key: ColumnData): { ranks: Uint32Array; distinct: number } {
  const numbers = new Map<unknown, number>();
  const ranks = new Uint32Array(key.length);
  let last: unknown;
  let number = -1;
  for (let i = 0; i < key.length; i++) {
    const value = key[i];
    // Neighbours are often equal.
    if (number < 0 || value !== last) {
      last = value;
      const known = numbers.get(value);
      if (known === undefined) numbers.set(value, number = numbers.size);
      else number = known;
    }
    ranks[i] = number;
  }
  const values = [...numbers.keys()] as (string | number)[];
  const rankOf = new Uint32Array(values.length);
  values.map((_, i) => i).sort((a, b) => values[a]! < values[b]! ? -1 : 1).forEach((at, rank) => rankOf[at] = rank);
  for (let i = 0; i < ranks.length; i++) ranks[i] = rankOf[ranks[i]!]!;
  return { ranks, distinct: values.length };
}
