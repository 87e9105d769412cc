import type { Context } from "hono";
import { getCookie } from "hono/cookie";
import type { Child } from "hono/jsx";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { Principal } from "../access/mod.ts";
import { csvOf } from "../routes/csv.ts";
import type { DataStatusReader, PageStates } from "./data_status.ts";
import { type ShownData, ShownDataContext } from "./data_status_context.ts";
import { PreferencesContext, readPreferences } from "./preferences.ts";
import { PrincipalContext } from "./principal_context.ts";

/**
 * Answers with a page, with the principal, the preferences and the data status in its contexts.
 *
 * @param read What the page has read itself: its header agrees with it.
 */
export async function answer(
  c: Context,
  page: Child,
  status: ContentfulStatusCode = 200,
  read: PageStates = {},
): Promise<Response> {
  const principal = (c.get("principal") as Principal | undefined) ?? null;
  const shown = await shownData(c, principal, read);
  c.header("Cache-Control", "no-store");
  const preferences = readPreferences((name) => getCookie(c, name));
  const html = (
    <PrincipalContext.Provider value={principal}>
      <PreferencesContext.Provider value={preferences}>
        <ShownDataContext.Provider value={shown}>{page}</ShownDataContext.Provider>
      </PreferencesContext.Provider>
    </PrincipalContext.Provider>
  );
  return c.html(`<!doctype html>${html}`, status);
}

async function shownData(c: Context, principal: Principal | null, read: PageStates): Promise<ShownData> {
  const reader = c.get("dataStatus") as DataStatusReader | undefined;
  const about = { keys: reader?.keys ?? null, source: reader?.source ?? null };
  if (!reader || principal === null) return { ...about, status: null };
  const feedPosition = c.get("feedPosition") as string | undefined;
  // If the database is unreadable, a page that does not need it is still shown.
  const status = await reader.read(read).catch(() => "unreadable" as const);
  return { ...about, status, feedPosition };
}

/** Answers with a table as a CSV file. Only for tables that are not assets: rows of assets have their own address. */
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
