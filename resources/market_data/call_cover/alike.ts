import type { BipartiteGraph } from "./vertex_cover.ts";

/** Indices from `start` to `end`, excluding `end`. */
export type Range = readonly [start: number, end: number];

/** A graph of groups, with the group of each index. */
export interface GroupedGraph {
  readonly graph: BipartiteGraph;
  /** Right node of each index. */
  readonly groupOfOrdinal: Int32Array;
}

/**
 * The graph with a left node per set of indices, a right node per index, and an edge for each index in a set, with equal sets
 * merged into one node, and indices in the same sets into another. The cost of a merged node is the number of its members: the
 * cheapest cover has all or none of equal nodes, so it is also the cheapest of the whole graph.
 *
 * @param sets Indices from 0 to `count`, excluding `count`, as ranges that neither touch nor overlap, ascending.
 *
 * Cost: O(ranges · log ranges) for the text of equal sets, then O(pieces in distinct sets), a piece being the indices between two
 * range bounds: a whole history of any length is one piece, random gaps one each.
 */
export function groupAlike(sets: Iterable<readonly Range[]>, count: number): GroupedGraph {
  const { distinct, leftCosts } = distinctSets(sets);
  const pieces = cutAtEnds(distinct, count);
  const piecesOf = distinct.map((ranges) =>
    ranges.map(([start, end]): Range => [pieces.ofOrdinal[start]!, pieces.ofOrdinal[end - 1]! + 1])
  );
  const groups = groupPieces(piecesOf, pieces.lengths.length);

  const rightCosts = new Int32Array(groups.count);
  for (const [piece, length] of pieces.lengths.entries()) rightCosts[groups.ofPiece[piece]!]! += length;
  const groupOfOrdinal = pieces.ofOrdinal.map((piece) => groups.ofPiece[piece]!);
  return { graph: { leftCosts, rightCosts, ...edges(piecesOf, groups) }, groupOfOrdinal };
}

function distinctSets(sets: Iterable<readonly Range[]>): { distinct: (readonly Range[])[]; leftCosts: Int32Array } {
  const nodes = new Map<string, number>();
  const distinct: (readonly Range[])[] = [];
  const costs: number[] = [];
  for (const ranges of sets) {
    const text = ranges.join(" ");
    const node = nodes.get(text);
    if (node === undefined) {
      nodes.set(text, distinct.length);
      distinct.push(ranges);
      costs.push(1);
    } else {
      costs[node]!++;
    }
  }
  return { distinct, leftCosts: Int32Array.from(costs) };
}

/** Divides the indices at every start and end of a range. */
function cutAtEnds(sets: readonly (readonly Range[])[], count: number): { ofOrdinal: Int32Array; lengths: Int32Array } {
  const cuts = new Uint8Array(count + 1);
  for (const ranges of sets) {
    for (const [start, end] of ranges) cuts[start] = cuts[end] = 1;
  }
  const ofOrdinal = new Int32Array(count);
  const lengths: number[] = [];
  for (let ordinal = 0; ordinal < count; ordinal++) {
    if (ordinal === 0 || cuts[ordinal] === 1) lengths.push(0);
    ofOrdinal[ordinal] = lengths.length - 1;
    lengths[lengths.length - 1]!++;
  }
  return { ofOrdinal, lengths: Int32Array.from(lengths) };
}

interface Groups {
  ofPiece: Int32Array;
  count: number;
}

/** Splits the pieces by one set after another, until the pieces of a group are in the same sets. */
function groupPieces(sets: readonly (readonly Range[])[], pieceCount: number): Groups {
  const ofPiece = new Int32Array(pieceCount);
  const sizes = new Int32Array(pieceCount);
  sizes[0] = pieceCount;
  let count = Math.min(pieceCount, 1);
  /** Number of each group's pieces in the current set, and the group that they move to. */
  const inSet = new Int32Array(pieceCount);
  const movesTo = new Int32Array(pieceCount);
  for (const ranges of sets) {
    for (const [start, end] of ranges) {
      for (let piece = start; piece < end; piece++) inSet[ofPiece[piece]!]!++;
    }
    for (const [start, end] of ranges) {
      for (let piece = start; piece < end; piece++) {
        const group = ofPiece[piece]!;
        if (inSet[group]! > 0) {
          // The first piece of its group: a group entirely in the set is not split.
          movesTo[group] = inSet[group] === sizes[group] ? group : count++;
          sizes[group]! -= inSet[group]!;
          sizes[movesTo[group]!]! += inSet[group]!;
          inSet[group] = 0;
        }
        ofPiece[piece] = movesTo[group]!;
      }
    }
  }
  return { ofPiece, count };
}

/** The groups in each set, without duplicates. */
function edges(sets: readonly (readonly Range[])[], groups: Groups): Pick<BipartiteGraph, "starts" | "neighbours"> {
  const starts = new Int32Array(sets.length + 1);
  const neighbours: number[] = [];
  const lastSet = new Int32Array(groups.count).fill(-1);
  for (const [set, ranges] of sets.entries()) {
    for (const [start, end] of ranges) {
      for (let piece = start; piece < end; piece++) {
        const group = groups.ofPiece[piece]!;
        if (lastSet[group] === set) continue;
        lastSet[group] = set;
        neighbours.push(group);
      }
    }
    starts[set + 1] = neighbours.length;
  }
  return { starts, neighbours: Int32Array.from(neighbours) };
}
