import type { Context } from "hono";
import type { Child } from "hono/jsx";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { Principal } from "../access/mod.ts";
import { csvOf } from "../routes/csv.ts";
import { PrincipalContext } from "./principal_context.ts";

/** Answers with a page, which knows who looks at it. */
export function answer(c: Context, page: Child, status: ContentfulStatusCode = 200): Response {
  const principal = (c.get("principal") as Principal | undefined) ?? null;
  c.header("Cache-Control", "no-store");
  const html = <PrincipalContext.Provider value={principal}>{page}</PrincipalContext.Provider>;
  return c.html(`<!doctype html>${html}`, status);
}

/** Answers with a table as a file of CSV: for what is no asset, whose rows have an address of their own. */
export function answerCsv(
  c: Context,
  file: string,
  { names, rows }: { names: readonly string[]; rows: readonly object[] },
): Response {
  c.header("Cache-Control", "no-store");
  return c.body(csvOf(names.map((name) => ({ name, type: "text" as const })), rows as Record<string, unknown>[]), 200, {
    "Content-Type": "text/csv; charset=utf-8; header=present",
    "Content-Disposition": `attachment; filename="${file}"`,
  });
}
