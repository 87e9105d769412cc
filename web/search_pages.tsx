import { Hono } from "hono";
import { may, type Principal } from "../access/mod.ts";
import { answer } from "./answer.tsx";
import { wantsPage } from "./absent_pages.tsx";
import { SearchPage } from "./pages/search.tsx";
import { longestQuery, type PaletteEngine, searchPalette } from "./palette_search.ts";
import type { TickerDirectory } from "./ticker_directory.ts";

/** `/search?q=`: results of the palette, as JSON for its script and as a page for browsers without JavaScript. */
export function searchPages(
  { engine, readDirectory }: { engine: PaletteEngine; readDirectory: () => Promise<TickerDirectory | null> },
): Hono {
  return new Hono().get("/search", async (c) => {
    const query = (c.req.query("q") ?? "").slice(0, longestQuery);
    const principal = c.get("principal" as never) as Principal | undefined;
    const results = await searchPalette(engine, {
      query,
      directory: await readDirectory(),
      mayOperate: principal !== undefined && may(principal, "operate"),
    });
    if (!wantsPage(c)) {
      c.header("Cache-Control", "no-store");
      return c.json({ query, results });
    }
    return answer(c, <SearchPage query={query} results={results} />);
  });
}
