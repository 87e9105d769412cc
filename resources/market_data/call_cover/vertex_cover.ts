/** Two kinds of nodes, left and right, and edges between the kinds. */
export interface BipartiteGraph {
  /** Cost of each node, a positive integer. */
  readonly leftCosts: Int32Array;
  readonly rightCosts: Int32Array;
  /** Edges of left node i are `neighbours[starts[i]]` to `neighbours[starts[i + 1] - 1]`, right nodes without duplicates. */
  readonly starts: Int32Array;
  readonly neighbours: Int32Array;
}

/** 1 for each chosen node, otherwise 0. */
export interface VertexCover {
  readonly left: Uint8Array;
  readonly right: Uint8Array;
}

/**
 * A set of nodes that touches every edge at minimum total cost. Among several it is the one with the most right nodes, which is
 * unique: it has the right nodes of all cheapest covers, and only the left nodes common to all.
 *
 * A cover is a cut of the network source → left → right → sink whose outer edges have the costs as capacities, so the cheapest
 * one follows from a maximum flow.
 *
 * Source: D. Kőnig, "Gráfok és mátrixok", Matematikai és Fizikai Lapok 38 (1931); the flow is E. A. Dinic, "Algorithm for
 * solution of a problem of maximum flow in networks with power estimation", Soviet Mathematics Doklady 11 (1970), which for costs
 * of 1 is J. E. Hopcroft & R. M. Karp, SIAM Journal on Computing 2 (1973); that minimum cuts have a greatest one is J.-C. Picard
 * & M. Queyranne, Mathematical Programming Study 13 (1980). Cost: O(edges) per phase, and O(√nodes) phases for costs of 1.
 */
export function minimumVertexCover(graph: BipartiteGraph): VertexCover {
  const flow = new Flow(graph);
  while (flow.layer()) flow.block();
  return flow.cover();
}

const UNSEEN = -1;

/** A flow through the network of a graph, with the residual capacities. */
class Flow {
  readonly #graph: BipartiteGraph;
  /** Residual capacities of the edges from the source and to the sink. */
  readonly #leftRest: Int32Array;
  readonly #rightRest: Int32Array;
  /** Flow on each edge, in the order of `neighbours`; unlimited. */
  readonly #onEdge: Int32Array;
  readonly #leftOfEdge: Int32Array;
  /** Edges of right node j are `#rightEdges[#rightStarts[j]]` to `#rightEdges[#rightStarts[j + 1] - 1]`. */
  readonly #rightStarts: Int32Array;
  readonly #rightEdges: Int32Array;
  /** Steps from the source, or `UNSEEN`. */
  readonly #leftLevels: Int32Array;
  readonly #rightLevels: Int32Array;
  #sinkLevel = UNSEEN;
  /** Edges before these have no augmenting path in this phase. */
  readonly #leftNext: Int32Array;
  readonly #rightNext: Int32Array;
  readonly #queue: Int32Array;

  constructor(graph: BipartiteGraph) {
    const { leftCosts, rightCosts, starts, neighbours } = graph;
    this.#graph = graph;
    this.#leftRest = leftCosts.slice();
    this.#rightRest = rightCosts.slice();
    this.#onEdge = new Int32Array(neighbours.length);
    this.#leftOfEdge = new Int32Array(neighbours.length);
    this.#rightStarts = new Int32Array(rightCosts.length + 1);
    this.#rightEdges = new Int32Array(neighbours.length);
    this.#leftLevels = new Int32Array(leftCosts.length);
    this.#rightLevels = new Int32Array(rightCosts.length);
    this.#leftNext = new Int32Array(leftCosts.length);
    this.#rightNext = new Int32Array(rightCosts.length);
    this.#queue = new Int32Array(Math.max(leftCosts.length, 1));
    for (const right of neighbours) this.#rightStarts[right + 1]!++;
    for (let right = 0; right < rightCosts.length; right++) this.#rightStarts[right + 1]! += this.#rightStarts[right]!;
    const filled = this.#rightStarts.slice();
    for (let left = 0; left < leftCosts.length; left++) {
      for (let edge = starts[left]!; edge < starts[left + 1]!; edge++) {
        this.#leftOfEdge[edge] = left;
        this.#rightEdges[filled[neighbours[edge]!]!++] = edge;
      }
    }
  }

  /** Computes the distance from the source in the residual network. Returns whether the sink is reachable. */
  layer(): boolean {
    const { starts, neighbours } = this.#graph;
    const [leftLevels, rightLevels, queue] = [this.#leftLevels, this.#rightLevels, this.#queue];
    leftLevels.fill(UNSEEN);
    rightLevels.fill(UNSEEN);
    this.#sinkLevel = UNSEEN;
    let end = 0;
    for (let left = 0; left < leftLevels.length; left++) {
      if (this.#leftRest[left]! === 0) continue;
      leftLevels[left] = 0;
      queue[end++] = left;
    }
    for (let at = 0; at < end; at++) {
      const left = queue[at]!;
      const level = leftLevels[left]! + 1;
      if (this.#sinkLevel !== UNSEEN && level > this.#sinkLevel) break;
      for (let edge = starts[left]!; edge < starts[left + 1]!; edge++) {
        const right = neighbours[edge]!;
        if (rightLevels[right] !== UNSEEN) continue;
        rightLevels[right] = level;
        if (this.#rightRest[right]! > 0) this.#sinkLevel = level;
        if (this.#sinkLevel !== UNSEEN) continue;
        for (let back = this.#rightStarts[right]!; back < this.#rightStarts[right + 1]!; back++) {
          const from = this.#rightEdges[back]!;
          const next = this.#leftOfEdge[from]!;
          if (this.#onEdge[from]! === 0 || leftLevels[next] !== UNSEEN) continue;
          leftLevels[next] = level + 1;
          queue[end++] = next;
        }
      }
    }
    return this.#sinkLevel !== UNSEEN;
  }

  /** Adds flow along the shortest paths until none of their length is left. */
  block(): void {
    this.#leftNext.set(this.#graph.starts.subarray(0, this.#leftNext.length));
    this.#rightNext.set(this.#rightStarts.subarray(0, this.#rightNext.length));
    const way: number[] = [];
    for (let root = 0; root < this.#leftRest.length; root++) {
      while (this.#leftRest[root]! > 0 && this.#find(root, way)) this.#add(root, way);
    }
  }

  /** Fills `way` with the edges of a shortest path from `root` to the sink: every second edge is used backwards. */
  #find(root: number, way: number[]): boolean {
    const { starts, neighbours } = this.#graph;
    const [leftNext, rightNext] = [this.#leftNext, this.#rightNext];
    way.length = 0;
    let left = root;
    for (;;) {
      const level = this.#leftLevels[left]! + 1;
      let stepped = false;
      while (leftNext[left]! < starts[left + 1]!) {
        const edge = leftNext[left]!;
        const right = neighbours[edge]!;
        if (this.#rightLevels[right] === level) {
          if (level === this.#sinkLevel ? this.#rightRest[right]! > 0 : this.#stepBack(right)) {
            way.push(edge);
            if (level === this.#sinkLevel) return true;
            const back = this.#rightEdges[rightNext[right]!]!;
            way.push(back);
            left = this.#leftOfEdge[back]!;
            stepped = true;
            break;
          }
        }
        leftNext[left]!++;
      }
      if (stepped) continue;
      // A dead end: drop the edge that led here, and continue from the node before it.
      const back = way.pop();
      if (back === undefined) return false;
      rightNext[neighbours[back]!]!++;
      left = this.#leftOfEdge[way.pop()!]!;
    }
  }

  /** Moves to the next edge of `right` whose flow can be redirected one layer further. Returns whether there is one. */
  #stepBack(right: number): boolean {
    const end = this.#rightStarts[right + 1]!;
    const level = this.#rightLevels[right]! + 1;
    let next = this.#rightNext[right]!;
    for (; next < end; next++) {
      const edge = this.#rightEdges[next]!;
      if (this.#onEdge[edge]! > 0 && this.#leftLevels[this.#leftOfEdge[edge]!] === level) break;
    }
    this.#rightNext[right] = next;
    return next < end;
  }

  /** Adds as much flow along `way` as possible. */
  #add(root: number, way: readonly number[]): void {
    const last = this.#graph.neighbours[way.at(-1)!]!;
    let amount = Math.min(this.#leftRest[root]!, this.#rightRest[last]!);
    for (let i = 1; i < way.length; i += 2) amount = Math.min(amount, this.#onEdge[way[i]!]!);
    this.#leftRest[root]! -= amount;
    this.#rightRest[last]! -= amount;
    for (let i = 0; i < way.length; i++) this.#onEdge[way[i]!]! += i % 2 === 0 ? amount : -amount;
  }

  /** The minimum cut nearest to the sink: left nodes from which the sink can be reached, right nodes from which it cannot. */
  cover(): VertexCover {
    const { starts, neighbours } = this.#graph;
    const left = new Uint8Array(this.#leftRest.length);
    const right = new Uint8Array(this.#rightRest.length).fill(1);
    const reaching: number[] = [];
    for (let node = 0; node < right.length; node++) {
      if (this.#rightRest[node]! === 0) continue;
      right[node] = 0;
      reaching.push(node);
    }
    for (let node = reaching.pop(); node !== undefined; node = reaching.pop()) {
      for (let i = this.#rightStarts[node]!; i < this.#rightStarts[node + 1]!; i++) {
        const before = this.#leftOfEdge[this.#rightEdges[i]!]!;
        if (left[before] === 1) continue;
        left[before] = 1;
        for (let edge = starts[before]!; edge < starts[before + 1]!; edge++) {
          const next = neighbours[edge]!;
          if (this.#onEdge[edge]! === 0 || right[next] === 0) continue;
          right[next] = 0;
          reaching.push(next);
        }
      }
    }
    return { left, right };
  }
}
