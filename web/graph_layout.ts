import dagre from "@dagrejs/dagre";

/** An asset as the layout sees it. */
export interface GraphNode {
  key: string;
  group: string;
  /** Keys of the nodes it depends on; keys without a node are ignored. */
  upstream: readonly string[];
}

/** A box by its top left corner, in pixels. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Positions of all nodes, groups and edges. */
export interface GraphLayout {
  width: number;
  height: number;
  /** Size of all nodes. */
  nodeWidth: number;
  nodes: readonly { key: string; x: number; y: number }[];
  groups: readonly (Box & { name: string })[];
  /** `path` is the `d` of an SVG path with an arrowhead at its end. */
  edges: readonly { from: string; to: string; path: string }[];
}

interface Point {
  x: number;
  y: number;
}

/** Height of a node in pixels. */
export const nodeHeight = 40;
/** Maximum number of characters of a key that a node shows. */
export const shownKeyLength = 28;

const titleHeight = 26;
const margin = 16;
const characterWidth = 7.6;
const markWidth = 40;
/** Usual size of the viewport. */
const screen = { width: 1_220, height: 640 };

/**
 * Places nodes from left to right, each to the right of its dependencies, and each group in a box.
 *
 * Lays out each group by itself, then the groups as units. One layout of all nodes with their groups takes dagre most of a minute
 * for 2,000 nodes and tears groups apart; this takes a few seconds.
 *
 * Cost: that of dagre for the largest group, which grows a little faster than the square of its nodes.
 */
export function layoutGraph(nodes: readonly GraphNode[]): GraphLayout {
  const longest = Math.max(8, ...nodes.map(({ key }) => Math.min(shownKeyLength, key.length)));
  const nodeWidth = Math.round(markWidth + longest * characterWidth);
  const groups = Map.groupBy(nodes, ({ group }) => group);
  const groupOf = new Map(nodes.map(({ key, group }) => [key, group]));
  const inside = new Map([...groups].map(([name, members]) => [name, layoutGroup(members, nodeWidth)]));
  const between = nodes.flatMap(({ group, upstream }) =>
    upstream.flatMap((from): [string, string][] => {
      const of = groupOf.get(from);
      return of === undefined || of === group ? [] : [[of, group]];
    })
  );
  const { boxes: at, direction, width, height } = placeGroups(inside, between);

  const placed = new Map<string, Point>();
  const boxes: (Box & { name: string })[] = [];
  const edges: { from: string; to: string; path: string }[] = [];
  for (const [name, graph] of inside) {
    const box = at.get(name)!;
    boxes.push({ name, ...box });
    const shift = ({ x, y }: Point) => ({ x: x + box.x, y: y + box.y + titleHeight });
    for (const { key, ...at } of graph.nodes) placed.set(key, shift(at));
    for (const { from, to, between } of graph.edges) {
      edges.push({ from, to, path: edgePath(placed.get(from)!, placed.get(to)!, nodeWidth, between.map(shift)) });
    }
  }
  for (const { key, group, upstream } of nodes) {
    for (const from of upstream) {
      if (groupOf.get(from) === group || !placed.has(from)) continue;
      edges.push({
        from,
        to: key,
        path: (direction === "LR" ? edgePath : downwardPath)(placed.get(from)!, placed.get(key)!, nodeWidth),
      });
    }
  }
  return {
    width,
    height,
    nodeWidth,
    nodes: nodes.map(({ key }) => ({ key, ...placed.get(key)! })),
    groups: boxes,
    edges,
  };
}

interface PlacedGroup {
  width: number;
  height: number;
  nodes: readonly { key: string; x: number; y: number }[];
  edges: readonly { from: string; to: string; between: readonly Point[] }[];
}

interface PlacedGroups {
  boxes: ReadonlyMap<string, Box>;
  direction: "LR" | "TB";
  width: number;
  height: number;
}

/**
 * Places the groups from left to right or from top to bottom, whichever appears larger on a screen. Groups without dependencies
 * go below, in rows.
 */
function placeGroups(inside: ReadonlyMap<string, PlacedGroup>, between: readonly [string, string][]): PlacedGroups {
  const joined = new Set(between.flat());
  const sizes = [...inside].map(([name, { width, height }]) => ({ name, width, height: height + titleHeight }));
  const candidates = (["LR", "TB"] as const).map((direction): PlacedGroups => {
    const graph = directed({ rankdir: direction, nodesep: 28, ranksep: direction === "LR" ? 84 : 44 });
    for (const { name, ...size } of sizes) if (joined.has(name)) graph.setNode(name, size);
    for (const [from, to] of between) graph.setEdge(from, to);
    if (joined.size > 0) dagre.layout(graph);
    const boxes = new Map(graph.nodes().map((name) => [name, boxOf(graph.node(name))]));
    let { width, height } = joined.size > 0 ? sizeOf(graph) : { width: 2 * margin, height: margin };
    const alone = sizes.filter(({ name }) => !joined.has(name));
    const area = alone.reduce((sum, size) => sum + size.width * size.height, 0);
    const breadth = Math.max(width, ...alone.map((size) => size.width + 2 * margin), Math.sqrt(2 * area));
    let line = { x: margin, y: height, height: 0 };
    for (const { name, ...size } of alone) {
      if (line.x > margin && line.x + size.width + margin > breadth) {
        line = { x: margin, y: line.y + line.height + margin, height: 0 };
      }
      boxes.set(name, { x: line.x, y: line.y, ...size });
      line = { x: line.x + size.width + margin, y: line.y, height: Math.max(line.height, size.height) };
      width = Math.max(width, line.x);
      height = line.y + line.height + margin;
    }
    return { boxes, direction, width, height };
  });
  const scaleOf = ({ width, height }: PlacedGroups) => Math.min(1, screen.width / width, screen.height / height);
  return candidates.reduce((best, other) => scaleOf(other) > scaleOf(best) ? other : best);
}

function layoutGroup(members: readonly GraphNode[], nodeWidth: number): PlacedGroup {
  const graph = directed({ rankdir: "LR", nodesep: 12, ranksep: 48 });
  for (const { key } of members) graph.setNode(key, { width: nodeWidth, height: nodeHeight });
  for (const { key, upstream } of members) {
    for (const from of upstream) if (graph.hasNode(from)) graph.setEdge(from, key);
  }
  dagre.layout(graph);
  return {
    ...sizeOf(graph),
    nodes: members.map(({ key }) => {
      const { x, y } = boxOf(graph.node(key));
      return { key, x, y };
    }),
    edges: graph.edges().map(({ v, w }) => ({
      from: v,
      to: w,
      // Drop dagre's end points, which lie where a straight line meets the border: edges here end in the middle of the sides.
      between: (graph.edge(v, w).points ?? []).slice(1, -1),
    })),
  };
}

function directed(how: { rankdir: "LR" | "TB"; nodesep: number; ranksep: number }) {
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({ marginx: margin, marginy: margin, ...how });
  graph.setDefaultEdgeLabel(() => ({}));
  return graph;
}

function sizeOf(graph: ReturnType<typeof directed>): { width: number; height: number } {
  const { width, height } = graph.graph();
  const finite = (size: unknown) => typeof size === "number" && Number.isFinite(size) ? Math.ceil(size) : 2 * margin;
  return { width: finite(width), height: finite(height) };
}

/** Box of a node that dagre has placed, which gives its centre. */
function boxOf({ x = 0, y = 0, width = 0, height = 0 }: Partial<Box>): Box {
  return { x: x - width / 2, y: y - height / 2, width, height };
}

/** From the right side of one node to the left side of another, through `between`, with an arrowhead. */
function edgePath(from: Point, to: Point, nodeWidth: number, between: readonly Point[] = []): string {
  const start = { x: from.x + nodeWidth, y: from.y + nodeHeight / 2 };
  const end = { x: to.x, y: to.y + nodeHeight / 2 };
  const points = [start, ...between.filter(({ x }) => x > start.x && x < end.x), end];
  let path = `M${at(start)}`;
  for (const [i, point] of points.slice(1).entries()) {
    const before = points[i]!;
    // Leaves and arrives horizontally, so that the arrow points to the right; an edge that leads back swings out.
    const pull = point.x > before.x ? (point.x - before.x) / 2 : Math.max(60, (before.x - point.x) / 2);
    path += `C${at({ x: before.x + pull, y: before.y })} ${at({ x: point.x - pull, y: point.y })} ${at(point)}`;
  }
  return `${path}m-6-4l6 4-6 4`;
}

/** From the bottom of one node to the top of another below it; from top to bottom if it is above. */
function downwardPath(from: Point, to: Point, nodeWidth: number): string {
  const down = to.y >= from.y;
  const start = { x: from.x + nodeWidth / 2, y: from.y + (down ? nodeHeight : 0) };
  const end = { x: to.x + nodeWidth / 2, y: to.y + (down ? 0 : nodeHeight) };
  const pull = Math.max(30, Math.abs(end.y - start.y) / 2) * (down ? 1 : -1);
  const curve = `C${at({ x: start.x, y: start.y + pull })} ${at({ x: end.x, y: end.y - pull })} ${at(end)}`;
  return `M${at(start)}${curve}${down ? "m-4-6l4 6 4-6" : "m-4 6l4-6 4 6"}`;
}

function at({ x, y }: Point): string {
  return `${Math.round(x)} ${Math.round(y)}`;
}
