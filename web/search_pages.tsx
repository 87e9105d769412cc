import { Hono } from "hono";
import { may, type Principal } from "../access/mod.ts";
import { answer } from "./answer.tsx";
import { wantsPage } from "./absent_pages.tsx";
import { longestQuery, type PaletteEngine, type PaletteResult, searchPalette } from "./palette_search.ts";
import type { TickerDirectory } from "./ticker_directory.ts";
import { Layout } from "./layout.tsx";
import { PageHead } from "./components/page_head.tsx";
import { Field } from "./components/field.tsx";

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

/** The palette as a page, for browsers without JavaScript and for shared addresses. */
function SearchPage({ query, results }: { query: string; results: readonly PaletteResult[] }) {
  // Actions in place need JavaScript.
  const groups = Map.groupBy(results.filter(({ path }) => path !== null), ({ group }) => group);
  return (
    <Layout
      title="Search · Tandem"
      path="/search"
      headline={<PageHead title="Search">Tickers, pairs, assets, runs, backfills and pages.</PageHead>}
    >
      <section class="panel" aria-label="Search">
        <form class="filters" action="/search" method="get" role="search">
          <Field
            label="Ticker, pair, asset or number of a run"
            wide
            type="search"
            name="q"
            value={query}
            spellcheck={false}
          />
          <button type="submit" class="primary">Search</button>
        </form>
        {groups.size === 0 && <p class="empty">Nothing matches “{query}”.</p>}
        <div class="found">
          {[...groups].map(([group, found]) => (
            <div key={group}>
              <h2 class="group">{group}</h2>
              <ul>
                {found.map(({ title, detail, path }) => (
                  <li key={path}>
                    <a href={path!}>
                      {title} <span class="detail">{detail}</span>
                    </a>
                  </li>
                ))}
              </ul>
            </div>
          ))}
        </div>
      </section>
    </Layout>
  );
}
