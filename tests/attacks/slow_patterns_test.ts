import assert from "node:assert/strict";
import { sourceFiles, visit } from "../support/source_files.ts";

/** As long as a header may be, and longer than any parameter. */
const LENGTH = 16 * 1024;
/** A pattern whose time grows with the square of that takes a second or more, one that grows with the length a millisecond. */
const MOST_MS = 100;

/** Files whose patterns meet nothing but what the one who runs the service has written, or what the service has stored in few letters. */
const own: Readonly<Record<string, string>> = {
  "settings/environment.ts": "variables",
  "resources/database/binary_format.ts": "digits of a number or a moment",
  "resources/database/schemas.ts": "statements, which the code writes",
};

/** What patterns are slow at: long runs of what they repeat, and an end that does not fit. */
function bait(source: string): string[] {
  const letters = new Set([..."a0 .,-_/\\\t\n\"'=:<>()[]{}+*;%", ...source.replaceAll(/\\./g, "")]);
  const seeds = [
    ...letters,
    "a ",
    "a.",
    "a,",
    " ,",
    "0.",
    "0-",
    "a=",
    "a/",
    "127.",
    "ab-",
    ", ",
    "a0_",
    "0:",
    '\\"',
    "a\n",
  ];
  return seeds.flatMap((seed) => {
    const run = seed.repeat(Math.ceil(LENGTH / seed.length)).slice(0, LENGTH);
    return [`${run}\u0000`, `a${run}\u0000`, `${run}a\u0000`];
  });
}

/** The quickest of three times, so that what else the machine does is not held against a pattern. */
function slowest(pattern: RegExp, texts: readonly string[]): { ms: number; text: string } {
  let worst = { ms: 0, text: "" };
  for (const text of texts) {
    let ms = Infinity;
    for (let i = 0; i < 3 && ms > MOST_MS / 2; i++) {
      const startedAtMs = performance.now();
      text.replace(pattern, "");
      ms = Math.min(ms, performance.now() - startedAtMs);
    }
    if (ms > worst.ms) worst = { ms, text };
  }
  return worst;
}

Deno.test("no pattern of the service is slow, whatever text it meets", async () => {
  let count = 0;
  const slow: string[] = [];
  for (const file of await sourceFiles()) {
    // What the command line shows comes from the service, in its words; the service does not wait for it.
    if (file.path.startsWith("cli/") || Object.hasOwn(own, file.path)) continue;
    const patterns = visit(file, (context) => ({
      Literal(node) {
        if ("regex" in node && node.regex !== undefined) {
          context.report({ node, message: `${node.regex.flags}/${node.regex.pattern}` });
        }
      },
    }));
    for (const { line, message } of patterns) {
      const slash = message.indexOf("/");
      const pattern = new RegExp(message.slice(slash + 1), message.slice(0, slash).replace("y", ""));
      const { ms, text } = slowest(pattern, bait(pattern.source));
      if (ms >= MOST_MS) {
        slow.push(`${file.path}:${line} ${pattern} takes ${ms.toFixed()} ms at ${JSON.stringify(text.slice(0, 20))}…`);
      }
      count++;
    }
  }
  assert.deepEqual(slow, []);
  assert.ok(count > 50, `${count} patterns`);
});

Deno.test("no pattern is made of text at run time", async () => {
  for (const file of await sourceFiles()) {
    const made = visit(file, (context) => ({
      NewExpression(node) {
        if (node.callee.type === "Identifier" && node.callee.name === "RegExp") {
          context.report({ node, message: "made" });
        }
      },
    }));
    assert.deepEqual(made, [], file.path);
  }
});

Deno.test("the measurement finds a slow pattern", () => {
  for (const slow of [/\s+$/, /\s*,\s*$/, /^\s*\s*x$/]) {
    assert.ok(slowest(slow, [`${" ".repeat(LENGTH)}\u0000`]).ms > MOST_MS / 2, `${slow}`);
  }
});
