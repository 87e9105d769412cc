/** Where a node stands: one row a node, and the lane in which its lines go on. */
export interface Lane {
  row: number;
  lane: number;
}

/**
 * Places nodes in one row each and as few lanes as keep lines apart: a node holds its lane until the last node that is made
 * from it, so that no line runs through a node that it does not belong to.
 *
 * @param nodes In dependency order: each after all of its upstream.
 */
export function lanes(
  nodes: readonly { key: string; upstream: readonly string[] }[],
): { nodes: Lane[]; edges: { from: Lane; to: Lane }[] } {
  const open = new Map<string, number>();
  for (const { upstream } of nodes) for (const key of upstream) open.set(key, (open.get(key) ?? 0) + 1);
  const holders: (string | undefined)[] = [];
  const placed = new Map<string, Lane>();
  const edges: { from: Lane; to: Lane }[] = [];
  for (const [row, { key, upstream }] of nodes.entries()) {
    for (const above of upstream) {
      const left = open.get(above)! - 1;
      open.set(above, left);
      const { lane } = placed.get(above)!;
      if (left === 0 && holders[lane] === above) holders[lane] = undefined;
    }
    // The lane of something upstream that ends here makes the straightest line.
    const inherited = upstream.map((above) => placed.get(above)!.lane).filter((lane) => holders[lane] === undefined);
    const free = holders.findIndex((holder) => holder === undefined);
    const lane = inherited.length > 0 ? Math.min(...inherited) : free >= 0 ? free : holders.length;
    holders[lane] = (open.get(key) ?? 0) > 0 ? key : undefined;
    const node = { row, lane };
    placed.set(key, node);
    for (const above of upstream) edges.push({ from: placed.get(above)!, to: node });
  }
  return { nodes: nodes.map(({ key }) => placed.get(key)!), edges };
}
