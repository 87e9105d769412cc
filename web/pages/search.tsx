import { Layout } from "../layout.tsx";
import type { PaletteResult } from "../palette_search.ts";

/** The palette as a page, for browsers without JavaScript and for shared addresses. */
export function SearchPage({ query, results }: { query: string; results: readonly PaletteResult[] }) {
  // Actions in place need JavaScript.
  const groups = Map.groupBy(results.filter(({ path }) => path !== null), ({ group }) => group);
  return (
    <Layout
      title="Search · Tandem"
      path="/search"
      headline={
        <div class="headline">
          <div>
            <h1>Search</h1>
            <p>Tickers, pairs, assets, runs, backfills and pages.</p>
          </div>
        </div>
      }
    >
      <section class="panel" aria-label="Search">
        <form class="filters" action="/search" method="get" role="search">
          <label class="wide">
            Ticker, pair, asset or number of a run
            <input type="search" name="q" value={query} autocomplete="off" spellcheck={false} />
          </label>
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
