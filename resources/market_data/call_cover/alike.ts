import type { BipartiteGraph } from "./vertex_cover.ts";

/** Ordinals from `start` to `end`, the latter excluded. */
export type Range = readonly [start: number, end: number];

/** A graph of groups, and where the ordinals went. */
export interface GroupedGraph {
  readonly graph: BipartiteGraph;
  /** Right node of each ordinal. */
  readonly groupOfOrdinal: Int32Array;
}

/**
 * The graph of sets of ordinals, each on the left with an edge to every ordinal in it, after equal sets were made one node and
 * ordinals that lie in the same sets another. A node costs as much as it stands for: the cheapest cover takes alike nodes all or
 * none, so it is the cheapest of the whole graph, too.
 *
 * @param sets Ordinals from 0 to `count`, the latter excluded, as ranges that neither touch nor overlap, ascending.
 *
 * Cost: O(ranges · log ranges) for the text of equal sets, then O(pieces in distinct sets), a piece being ordinals between two
 * ends of ranges: whole histories of any number of ordinals are one piece, random holes one each.
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

/** Cuts the ordinals wherever a range starts or ends. */
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

/** Splits all pieces, one set after another, into those in it and those not, until the pieces of a group lie in the same sets. */
function groupPieces(sets: readonly (readonly Range[])[], pieceCount: number): Groups {
  const ofPiece = new Int32Array(pieceCount);
  const sizes = new Int32Array(pieceCount);
  sizes[0] = pieceCount;
  let count = Math.min(pieceCount, 1);
  /** Pieces of each group that lie in the set at hand, and the group that they move to. */
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
          // The first of its group: a group that lies in the set as a whole stays as it is.
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

/** The groups in each set, each once. */
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
