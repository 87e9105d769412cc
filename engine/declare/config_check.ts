import type { z } from "zod";
import type { AssetGraph } from "./graph.ts";

/**
 * Holds settings to the schemas of the assets that they are for.
 *
 * @param failure Makes the error that is thrown where they do not fit.
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
    const parsed = producer.recipe.config.safeParse(value);
    if (parsed.success) continue;
    const issues = parsed.error.issues.map((issue: z.core.$ZodIssue) => ({
      path: ["config", key, ...issue.path].join("."),
      message: issue.message,
    }));
    throw failure(
      `The settings of "${key}" do not fit: ${issues.map((i) => `${i.path}: ${i.message}`).join("; ")}.`,
      issues,
    );
  }
}
