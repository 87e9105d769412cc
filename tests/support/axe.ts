import assert from "node:assert/strict";
import axe from "axe-core";
import type { Page } from "playwright-core";

/** The rules of WCAG 2.2, levels A and AA, that can be checked automatically. */
const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

interface Violation {
  id: string;
  impact: string | null;
  help: string;
  nodes: { html: string; failureSummary: string }[];
}

/**
 * Asserts that axe finds no fault in the page's current state: names, roles, contrast, order, language, targets.
 *
 * Reports rule, elements and remedy of each fault. Properties that cannot be checked automatically (the wording of labels,
 * navigation by keyboard) have other tests.
 */
export async function assertAccessible(page: Page): Promise<void> {
  // As text instead of a script element, which the page's policy refuses.
  await page.evaluate(axe.source);
  const found = await page.evaluate(
    `axe.run(document, { runOnly: ${JSON.stringify(rules)}, resultTypes: ["violations"] })
    .then(({ violations }) => violations.map(({ id, impact, help, nodes }) => ({
      id, impact, help, nodes: nodes.map(({ html, failureSummary }) => ({ html, failureSummary })),
    })))`,
  ) as Violation[];
  const told = found.map(({ id, impact, help, nodes }) => {
    const elements = nodes.slice(0, 5).map((node) => `  ${node.html.slice(0, 200)}\n    ${node.failureSummary}`);
    return `${id} (${impact}): ${help}. ${nodes.length} of them:\n${elements.join("\n")}`;
  });
  assert.deepEqual(told, [], `${page.url()} has faults of accessibility:\n${told.join("\n")}`);
}
