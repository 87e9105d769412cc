/**
 * The layout of the asset graph: boxes of groups, their nodes in columns by depth, and edges between them. It is long because each
 * stage needs the places that the one before has given.
 *
 * @module
 */

/** An asset as the layout sees it. */
export interface GraphNode {
  key: string;
  /** Without a box if it is `""`. */
  group: string;
  /** Key of the asset whose function makes it; its own unless it is a further output. */
  producer: string;
  /** Keys of the assets that it reads, of a further output its producer alone. Keys without a node are ignored. */
  upstream: readonly string[];
}

/** A box by its top left corner, in pixels. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Settings of {@link layoutGraph}. */
export interface GraphLayoutOptions {
  /** Groups that are drawn as one card each instead of their assets in a box. */
  closed?: ReadonlySet<string>;
  /** For a phone: from top to bottom, two assets beside each other. */
  narrow?: boolean;
}

/** An edge between two nodes, by their keys. */
export interface GraphEdge {
  from: string;
  to: string;
  /** The `d` of an SVG path, with an arrowhead at its end unless it joins the outputs of one function. */
  path: string;
  /** Drawn only while one of its ends is pointed at: a longer way or another output of the same function says the same. */
  quiet: boolean;
}

/** Positions of all nodes, groups and edges. */
export interface GraphLayout {
  width: number;
  height: number;
  narrow: boolean;
  /** Assets of open groups by their key, closed groups by {@link groupKey}; in the order of the nodes. */
  nodes: readonly { key: string; x: number; y: number; width: number }[];
  /** Boxes of open groups. */
  groups: readonly (Box & { name: string })[];
  edges: readonly GraphEdge[];
}

/** Height of a node in pixels. */
export const nodeHeight = 38;
/** Maximum number of characters of a key that a node shows. */
export const shownKeyLength = 26;

const characterWidth = 6.7;
const leastWidth = 154;
const cardWidth = 240;
const titleHeight = 24;
const padding = 8;
const phonePadding = 5;
/** Between columns, where edges run; between stacks of a column; between the nodes of a stack; between boxes. */
const columnGap = 24;
const stackGap = 6;
const outputGap = 3;
const groupGap = 10;
/** Around everything. */
const margin = 4;
/** Place for the graph on a usual screen, and its width on a phone. */
const screen = { width: 1_166, height: 650 };
const phoneWidth = 338;
/** At this scale names have 11 pixels. */
const readableScale = 11 / 12;
/** A column with more goes on beside itself. */
const mostInColumn = 14;
const sweeps = 6;
/** How much longer a way back counts. */
const backwards = 1.5;
/** More boxes are packed in one order alone. */
const mostReordered = 10;

/** The key of a closed group's node; no asset has such a key. */
export function groupKey(name: string): string {
  return `group:${name}`;
}

/**
 * Places nodes from left to right: within the box of its group an asset is in a column to the right of what it reads, the outputs of
 * a function are stacked, and stacks are ordered and moved towards their neighbours, so that edges are short. The boxes follow each
 * other in the order of their dependencies and are packed into the shape of a screen.
 *
 * @param nodes Each after those that it reads.
 *
 * Cost: time proportional to nodes and edges, and one bit for each pair of functions to find the edges that a longer way implies.
 */
export function layoutGraph(
  nodes: readonly GraphNode[],
  { closed = new Set(), narrow = false }: GraphLayoutOptions = {},
): GraphLayout {
  const shownAs = new Map(nodes.map(({ key, group }) => [key, closed.has(group) ? groupKey(group) : key]));
  const links = linksOf(nodes, shownAs);
  const place = (stacks: readonly Stack[]) => (narrow ? placeInRows : placeInColumns)(stacks, links);
  const groups = groupsInOrder(nodes);
  const cardOf = (name: string): Stack => ({
    keys: [groupKey(name)],
    width: narrow ? phoneWidth : cardWidth,
    height: nodeHeight,
  });
  // Cards alone are placed by their dependencies; beside boxes each is packed like a box.
  const areas: Area[] = groups.every(([name]) => closed.has(name))
    ? [{ name: null, ...place(groups.map(([name]) => cardOf(name))) }]
    : groups.map(([name, members]) =>
      closed.has(name)
        ? { name: null, ...placeInRows([cardOf(name)], links) }
        : name === ""
        ? { name: null, ...place(stacksOf(members, narrow)) }
        : { name, ...inBox(place(stacksOf(members, narrow)), narrow ? phonePadding : padding) }
    );
  const { boxes, placed, width, height } = pack(areas, links, narrow);
  return {
    width,
    height,
    narrow,
    nodes: [...new Set(shownAs.values())].map((key) => {
      const { x, y, width } = placed.get(key)!;
      return { key, x, y, width };
    }),
    groups: boxes,
    edges: links.map(({ from, to, quiet, stacked }) => {
      const [a, b] = [placed.get(from)!, placed.get(to)!];
      return { from, to, quiet, path: stacked ? stackPath(b) : narrow ? downPath(a, b) : edgePath(a, b) };
    }),
  };
}

/** The groups with their nodes: each near what it reads, and last those that have nothing to do with others. */
function groupsInOrder(nodes: readonly GraphNode[]): [string, GraphNode[]][] {
  const groupOf = new Map(nodes.map(({ key, group }) => [key, group]));
  const joined = new Set(
    nodes.flatMap(({ group, upstream }) =>
      upstream.flatMap((from) => groupOf.has(from) && groupOf.get(from) !== group ? [group, groupOf.get(from)!] : [])
    ),
  );
  const sums = new Map<string, number>();
  for (const [i, { group }] of nodes.entries()) sums.set(group, (sums.get(group) ?? 0) + i);
  const groups = Map.groupBy(nodes, ({ group }) => group);
  const place = (name: string) => (joined.has(name) ? 0 : nodes.length) + sums.get(name)! / groups.get(name)!.length;
  return [...groups].sort(([a], [b]) => place(a) - place(b));
}

/** The outputs of a function in one group, one below another. */
interface Stack {
  keys: readonly string[];
  width: number;
  height: number;
}

interface Placed {
  width: number;
  height: number;
  nodes: readonly { key: string; x: number; y: number; width: number }[];
}

/** What is packed as one; with the name of a group if a box is drawn around it. */
interface Area extends Placed {
  name: string | null;
}

interface Link {
  from: string;
  to: string;
  quiet: boolean;
  /** Whether it joins a function's outputs in a stack. */
  stacked: boolean;
}

/** The edges between what is shown: those of a closed group are one for each neighbour. */
function linksOf(nodes: readonly GraphNode[], shownAs: ReadonlyMap<string, string>): Link[] {
  const byKey = new Map(nodes.map((node) => [node.key, node]));
  const functions = new Map([...new Set(nodes.map(({ producer }) => producer))].map((key, i) => [key, i]));
  const functionOf = (key: string) => functions.get(byKey.get(key)!.producer)!;
  const words = Math.ceil(functions.size / 32);
  /** For each function those that it depends on, as bits. */
  const reach = Array.from(functions, () => new Uint32Array(words));
  const reaches = (from: number, to: number) => (reach[from]![to >>> 5]! >>> (to & 31) & 1) === 1;
  const links = new Map<string, Link>();
  for (const { key, group, producer, upstream } of nodes) {
    const own = functions.get(producer)!;
    const read = upstream.filter((from) => byKey.has(from));
    /** Of each function whose outputs it reads, the first of these. */
    const firstOf = new Map(read.toReversed().map((from) => [functionOf(from), from]));
    for (const from of read) {
      const by = functionOf(from);
      const stacked = by === own && byKey.get(from)!.group === group && shownAs.get(key) === key;
      const quiet = by !== own &&
        (firstOf.get(by) !== from || [...firstOf.keys()].some((other) => other !== by && reaches(other, by)));
      const link = { from: shownAs.get(from)!, to: shownAs.get(key)!, quiet, stacked };
      if (link.from === link.to) continue;
      const name = `${link.from} ${link.to}`;
      const known = links.get(name);
      if (known) known.quiet &&= quiet;
      else links.set(name, link);
    }
    for (const by of firstOf.keys()) {
      if (by === own) continue;
      reach[own]![by >>> 5]! |= 1 << (by & 31);
      for (let word = 0; word < words; word++) reach[own]![word]! |= reach[by]![word]!;
    }
  }
  return [...links.values()];
}

function stacksOf(members: readonly GraphNode[], narrow: boolean): Stack[] {
  return [...Map.groupBy(members, ({ producer }) => producer).values()].map((outputs) => {
    const keys = outputs.map(({ key }) => key);
    const longest = Math.max(...keys.map(({ length }) => Math.min(shownKeyLength, length)));
    return {
      keys,
      width: narrow
        ? (phoneWidth - 2 * phonePadding - stackGap) / 2
        : Math.max(leastWidth, Math.round(32 + longest * characterWidth)),
      height: keys.length * (nodeHeight + outputGap) - outputGap,
    };
  });
}

/** A box with its title around what is placed. */
function inBox({ width, height, nodes }: Placed, padding: number): Placed {
  return {
    width: width + 2 * padding,
    height: height + titleHeight + padding,
    nodes: nodes.map(({ x, y, ...node }) => ({ ...node, x: x + padding, y: y + titleHeight })),
  };
}

/** For each stack those that it reads, by the index of the stack. A stack is after what it reads, except in a circle of groups. */
function readsOf(stacks: readonly Stack[], links: readonly Link[]): number[][] {
  const indexOf = new Map(stacks.flatMap(({ keys }, i) => keys.map((key) => [key, i])));
  const reads = stacks.map((): number[] => []);
  for (const { from, to } of links) {
    const [a, b] = [indexOf.get(from), indexOf.get(to)];
    if (a !== undefined && b !== undefined && a < b) reads[b]!.push(a);
  }
  return reads;
}

/** The stacks by their distance from the sources, as indices. */
function ranksOf(reads: readonly (readonly number[])[]): number[][] {
  const rankOf: number[] = [];
  const ranks: number[][] = [];
  for (const [i, upstream] of reads.entries()) {
    rankOf[i] = 1 + Math.max(-1, ...upstream.map((up) => rankOf[up]!));
    (ranks[rankOf[i]] ??= []).push(i);
  }
  return ranks;
}

function placeInColumns(stacks: readonly Stack[], links: readonly Link[]): Placed {
  const reads = readsOf(stacks, links);
  const readers = stacks.map((): number[] => []);
  for (const [i, upstream] of reads.entries()) for (const up of upstream) readers[up]!.push(i);
  const heightOf = (column: readonly number[]) =>
    column.reduce((sum, i) => sum + stacks[i]!.height + stackGap, -stackGap);
  const columns = ranksOf(reads).flatMap((rank) => {
    const parts = Math.ceil(heightOf(rank) / (mostInColumn * (nodeHeight + stackGap)));
    const size = Math.ceil(rank.length / parts);
    return Array.from({ length: Math.ceil(rank.length / size) }, (_, k) => rank.slice(k * size, (k + 1) * size));
  });
  const height = Math.max(0, ...columns.map(heightOf));

  const top: number[] = [];
  const centre = (i: number) => top[i]! + stacks[i]!.height / 2;
  for (const column of columns) stackUp(column, () => 0);
  for (let sweep = 0; sweep < sweeps; sweep++) {
    const forwards = sweep % 2 === 0;
    for (const column of forwards ? columns : columns.toReversed()) {
      const neighbours = (i: number) =>
        sweep < sweeps - 2 ? forwards ? reads[i]! : readers[i]! : [...reads[i]!, ...readers[i]!];
      const wanted = new Map(column.map((i) => {
        const beside = neighbours(i);
        return [i, beside.length === 0 ? centre(i) : beside.reduce((sum, one) => sum + centre(one), 0) / beside.length];
      }));
      column.sort((a, b) => wanted.get(a)! - wanted.get(b)!);
      stackUp(column, (i) => wanted.get(i)! - stacks[i]!.height / 2);
    }
  }

  /** Places a column in its order, each where it is wanted or below the one before, and all above the bottom. */
  function stackUp(column: readonly number[], wanted: (i: number) => number): void {
    let least = 0;
    for (const i of column) {
      top[i] = Math.max(least, wanted(i));
      least = top[i] + stacks[i]!.height + stackGap;
    }
    let most = height;
    for (const i of column.toReversed()) {
      top[i] = Math.min(top[i]!, most - stacks[i]!.height);
      most = top[i]! - stackGap;
    }
  }

  let x = 0;
  const nodes = columns.flatMap((column) => {
    const width = Math.max(...column.map((i) => stacks[i]!.width));
    const placed = column.flatMap((i) => nodesOf({ ...stacks[i]!, width }, x, Math.round(top[i]!)));
    x += width + columnGap;
    return placed;
  });
  return { width: Math.max(0, x - columnGap), height, nodes };
}

/** Rank below rank, as many stacks beside each other as a phone is wide. */
function placeInRows(stacks: readonly Stack[], links: readonly Link[]): Placed {
  const width = Math.max(0, ...stacks.map((stack) => stack.width));
  const count = Math.max(1, Math.floor(phoneWidth / (width + stackGap)));
  let y = 0;
  const nodes = ranksOf(readsOf(stacks, links)).flatMap((rank) => {
    const bottoms = Array.from({ length: count }, () => y);
    const placed = rank.flatMap((i) => {
      const column = bottoms.indexOf(Math.min(...bottoms));
      const nodes = nodesOf(stacks[i]!, column * (width + stackGap), bottoms[column]!);
      bottoms[column]! += stacks[i]!.height + stackGap;
      return nodes;
    });
    y = Math.max(...bottoms) - stackGap + columnGap;
    return placed;
  });
  return { width: count * (width + stackGap) - stackGap, height: Math.max(0, y - columnGap), nodes };
}

function nodesOf({ keys, width }: Stack, x: number, y: number): Placed["nodes"] {
  return keys.map((key, k) => ({ key, x, y: y + k * (nodeHeight + outputGap), width }));
}

/** Areas at their place. */
interface Packing {
  boxes: (Box & { name: string })[];
  placed: ReadonlyMap<string, Box>;
  width: number;
  height: number;
}

/**
 * Places areas, one below another on a phone, else in the shape of a screen: of some widths and orders the
 * one that is readable with the shortest edges.
 */
function pack(areas: readonly Area[], links: readonly Link[], narrow: boolean): Packing {
  const widest = Math.max(0, ...areas.map(({ width }) => width));
  if (narrow) return packInto(areas, widest);
  const orders = ordersOf(areas);
  const widths = new Set(Array.from({ length: 8 }, (_, i) => Math.max(widest, screen.width * (0.8 + i / 12))));
  const packings = orders.flatMap((order) => [...widths].map((width) => packInto(order, width)));
  const scores = packings.map((packing) => {
    const { width, height } = packing;
    const lengths = links.filter(({ quiet }) => !quiet).map((link) => edgeLength(packing, link));
    const mean = lengths.reduce((sum, length) => sum + length, 0) / (lengths.length || 1);
    const scale = Math.min(1, screen.width / width, screen.height / height);
    // Larger than readable is worth less than short edges.
    return 3 * Math.min(scale, readableScale) + Math.max(0, scale - readableScale) / 4 - mean / screen.width;
  });
  return packings[scores.indexOf(Math.max(...scores))]!;
}

/** The given order, and those in which one after the first is elsewhere. */
function ordersOf(areas: readonly Area[]): (readonly Area[])[] {
  if (areas.length > mostReordered) return [areas];
  return [
    areas,
    ...areas.flatMap((area, i) =>
      areas.flatMap((_, k) => k === i || i === 0 || k === 0 ? [] : [areas.toSpliced(i, 1).toSpliced(k, 0, area)])
    ),
  ];
}

/** The way of an edge; back to the left or upwards it counts more. */
function edgeLength({ placed }: Packing, { from, to }: Link): number {
  const [a, b] = [placed.get(from)!, placed.get(to)!];
  const [right, down] = [b.x - a.x - a.width, b.y - a.y];
  return Math.hypot(right < 0 ? backwards * right : right, down < 0 && right < 0 ? 2 * backwards * down : down);
}

/** Places each area as high as there is room for it, and as far to the left, up to a width. */
function packInto(areas: readonly Area[], most: number): Packing {
  const boxes: Box[] = [];
  const placed = new Map<string, Box>();
  for (const { width, height, nodes } of areas) {
    const free = (x: number, y: number) =>
      x + width <= most && boxes.every((box) =>
        x >= box.x + box.width + groupGap || x + width + groupGap <= box.x ||
        y >= box.y + box.height + groupGap || y + height + groupGap <= box.y
      );
    const right = [0, ...boxes.map((box) => box.x + box.width + groupGap)].sort((a, b) => a - b);
    const below = [0, ...boxes.map((box) => box.y + box.height + groupGap)].sort((a, b) => a - b);
    const y = below.find((y) => right.some((x) => free(x, y)))!;
    const x = right.find((x) => free(x, y))!;
    boxes.push({ x, y, width, height });
    for (const node of nodes) {
      placed.set(node.key, { ...node, x: margin + node.x + x, y: margin + node.y + y, height: nodeHeight });
    }
  }
  return {
    boxes: areas.flatMap(({ name }, i) => {
      const { x, y, width, height } = boxes[i]!;
      return name === null ? [] : [{ name, x: margin + x, y: margin + y, width, height }];
    }),
    placed,
    width: 2 * margin + Math.max(0, ...boxes.map(({ x, width }) => x + width)),
    height: 2 * margin + Math.max(0, ...boxes.map(({ y, height }) => y + height)),
  };
}

/** From the right side of one node to the left side of another; downwards or upwards if that is no more to the right. */
function edgePath(from: Box, to: Box): string {
  if (to.x < from.x + from.width) return downPath(from, to);
  const [x, y] = [from.x + from.width, from.y + from.height / 2];
  const [endX, endY] = [to.x, to.y + to.height / 2];
  const pull = Math.max(12, (endX - x) / 2);
  return `M${at(x, y)}C${at(x + pull, y)} ${at(endX - pull, endY)} ${at(endX, endY)}m-5-3.5l5 3.5-5 3.5`;
}

/** From the bottom of one node to the top of another below it; from top to bottom if it is above. */
function downPath(from: Box, to: Box): string {
  const down = to.y >= from.y;
  const [x, y] = [from.x + from.width / 2, from.y + (down ? from.height : 0)];
  const [endX, endY] = [to.x + to.width / 2, to.y + (down ? 0 : to.height)];
  const pull = Math.max(14, Math.abs(endY - y) / 2) * (down ? 1 : -1);
  const head = down ? "m-3.5-5l3.5 5 3.5-5" : "m-3.5 5l3.5-5 3.5 5";
  return `M${at(x, y)}C${at(x, y + pull)} ${at(endX, endY - pull)} ${at(endX, endY)}${head}`;
}

/** Between an output and the one of the same function above it. */
function stackPath(to: Box): string {
  return `M${at(to.x + 13, to.y - outputGap)}V${to.y}`;
}

function at(x: number, y: number): string {
  return `${Math.round(x)} ${Math.round(y)}`;
}
