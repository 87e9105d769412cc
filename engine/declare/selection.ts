import { SelectionError } from "../errors.ts";
import type { AssetGraph } from "./graph.ts";

/**
 * The assets of a selection, in dependency order.
 *
 * Terms are separated by spaces or commas; the selection is their union:
 *
 * | term | selects |
 * |---|---|
 * | `*` | every asset |
 * | `key` | that asset |
 * | `+key` | it and everything upstream |
 * | `key+` | it and everything downstream |
 * | `+key+` | both |
 * | `group:pairs` | the assets of a group; combines with `+` |
 *
 * @throws {SelectionError} If the selection is empty or names a group that does not exist.
 * @throws {UnknownAssetError} If it names an asset that does not exist.
 */
export function select(graph: AssetGraph, selection: string): string[] {
  const terms = selection.split(/[\s,]+/).filter((term) => term !== "");
  if (terms.length === 0) {
    throw new SelectionError(
      'The selection is empty. Name an asset ("KEY", "+KEY"), a group ("group:NAME") or "*".',
    );
  }
  const selected = new Set<string>();
  for (const term of terms) {
    const [, up, name, down] = /^(\+?)(.*?)(\+?)$/.exec(term)!;
    const roots = named(graph, name!);
    for (const key of roots) selected.add(key);
    if (up) closure(roots, (key) => graph.upstream(key), selected);
    if (down) closure(roots, (key) => graph.downstream(key), selected);
  }
  return graph.keys.filter((key) => selected.has(key));
}

function named(graph: AssetGraph, name: string): readonly string[] {
  if (name === "*") return graph.keys;
  if (name.startsWith("group:")) {
    const group = name.slice("group:".length);
    const keys = graph.assets.filter((a) => a.group === group).map((a) => a.key);
    if (keys.length === 0) {
      const groups = [...new Set(graph.assets.map((a) => a.group))].join(", ");
      throw new SelectionError(`There is no group "${group}". The groups are: ${groups}.`);
    }
    return keys;
  }
  return [graph.asset(name).key];
}

function closure(roots: readonly string[], next: (key: string) => readonly string[], into: Set<string>): void {
  const seen = new Set(roots);
  const open = [...roots];
  while (open.length) {
    for (const key of next(open.pop()!)) {
      if (seen.has(key)) continue;
      seen.add(key);
      into.add(key);
      open.push(key);
    }
  }
}
