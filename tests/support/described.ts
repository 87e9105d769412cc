import assert from "node:assert/strict";
import { z } from "zod";
import { operations } from "../../routes/openapi/mod.ts";

interface Template {
  method: string;
  pattern: RegExp;
  name: string;
}

const templates: Template[] = Object.keys(operations).map((name) => {
  const [method, path] = name.split(" ") as [string, string];
  const pattern = path.split("/").map((part) => part.startsWith(":") ? "[^/]+" : part.replace(/[.]/g, "\\.")).join("/");
  return { method, name, pattern: new RegExp(`^${pattern}$`) };
})
  // Of two that fit, the one with fewer parameters is the route.
  .sort((a, b) => a.name.split(":").length - b.name.split(":").length);

/** Statuses of problems that any route may answer with. */
const anywhere = new Set([400, 401, 403, 408, 413, 414, 429, 431, 500, 503]);

/**
 * Fails unless an answer is one that the document describes: its status is listed, and its JSON fits the schema. Answers of paths that
 * no operation has are passed over.
 */
export function assertDescribed(
  method: string,
  path: string,
  { status, headers, json }: { status: number; headers: Headers; json: unknown },
): void {
  const { pathname } = new URL(path, "http://localhost");
  const asked = method === "HEAD" ? "GET" : method;
  const found = templates.find((one) => one.method === asked && one.pattern.test(pathname));
  if (!found || method === "HEAD") return;
  const operation = operations[found.name as keyof typeof operations]!;
  const answer = operation.answers[status];
  const type = headers.get("Content-Type") ?? "";
  if (answer === undefined) {
    const known = anywhere.has(status) || (operation.problems ?? []).includes(status) ||
      (status === 415 && asked !== "GET");
    assert.ok(known, `${found.name} answers ${status}, which is not described`);
    assert.match(type, /^application\/(problem\+)?json/, `${found.name} answers ${status} as ${type}`);
    return;
  }
  if (!answer.schema || !type.startsWith("application/json")) return;
  const judged = answer.schema.safeParse(json);
  if (!judged.success) {
    assert.fail(`${found.name} answers ${status} with what is not described:\n${z.prettifyError(judged.error)}`);
  }
}
