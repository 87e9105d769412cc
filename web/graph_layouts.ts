import { type GraphLayout, type GraphNode, layoutGraph } from "./graph_layout.ts";

/** Settings of {@link GraphLayouts}. */
export interface GraphLayoutsOptions {
  /** Larger graphs are laid out in a worker, so that other requests do not wait. */
  inThreadNodes?: number;
  /** Maximum number of layouts kept; the least recently used is dropped first. */
  kept?: number;
}

/** Caches layouts of graphs. They depend on keys, groups and dependencies, not on states. */
export class GraphLayouts {
  readonly #layouts = new Map<string, Promise<GraphLayout>>();
  readonly #inThreadNodes: number;
  readonly #kept: number;

  constructor({ inThreadNodes = 80, kept = 32 }: GraphLayoutsOptions = {}) {
    this.#inThreadNodes = inThreadNodes;
    this.#kept = kept;
  }

  /**
   * The layout of a graph.
   *
   * @param waitMs How long to wait for a layout that is still computed.
   * @returns `null` if it takes longer; the computation continues.
   * @throws The error of the layout.
   */
  async of(nodes: readonly GraphNode[], { waitMs = 2_000 }: { waitMs?: number } = {}): Promise<GraphLayout | null> {
    const key = JSON.stringify(nodes.map(({ key, group, upstream }) => [key, group, upstream]));
    const known = this.#layouts.get(key);
    const layout = known ?? this.#make(nodes);
    this.#layouts.delete(key);
    this.#layouts.set(key, layout);
    if (!known) layout.catch(() => this.#layouts.delete(key));
    for (const oldest of this.#layouts.keys()) {
      if (this.#layouts.size <= this.#kept) break;
      this.#layouts.delete(oldest);
    }
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tooLong = new Promise<null>((resolve) => timer = setTimeout(() => resolve(null), waitMs));
    try {
      return await Promise.race([layout, tooLong]);
    } finally {
      clearTimeout(timer);
    }
  }

  #make(nodes: readonly GraphNode[]): Promise<GraphLayout> {
    if (nodes.length <= this.#inThreadNodes) return Promise.try(layoutGraph, nodes);
    return layoutOffThread(nodes);
  }
}

async function layoutOffThread(nodes: readonly GraphNode[]): Promise<GraphLayout> {
  const worker = new Worker(new URL("./graph_layout_worker.ts", import.meta.url), {
    type: "module",
    name: "graph layout",
  });
  try {
    return await new Promise((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<GraphLayout>) => resolve(data);
      worker.onerror = (event) => {
        // Otherwise the error would end the process.
        event.preventDefault();
        reject(new Error(`The graph cannot be laid out: ${event.message}.`));
      };
      worker.postMessage(nodes);
    });
  } finally {
    worker.terminate();
  }
}
