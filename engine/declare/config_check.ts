import type { AssetGraph } from "./graph.ts";
import { readValue } from "./read_value.ts";

/**
 * Validates settings against the schemas of their assets.
 *
 * @param failure Creates the error that is thrown for invalid settings.
 */
export function checkConfig(
  graph: AssetGraph,
  config: Readonly<Record<string, unknown>>,
  failure: (message: string, issues: { path: string; message: string }[]) => Error,
): void {
  for (const [key, value] of Object.entries(config)) {
    const producer = graph.producerOf(key);
    if (producer.key !== key) {
      throw failure(`"${key}" is made by "${producer.key}": give the settings to that one.`, []);
    }
    const read = readValue(producer.recipe.config, value);
    if (read.ok) continue;
    const issues = read.faults.map(({ path, message }) => ({
      path: ["config", key, ...path === "" ? [] : [path]].join("."),
      message,
    }));
    throw failure(
      `The settings of "${key}" do not fit. ${issues.map((i) => `${i.path}: ${i.message}`).join(" ")}`,
      issues,
    );
  }
}
