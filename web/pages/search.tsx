import { Layout } from "../layout.tsx";
import type { PaletteResult } from "../palette_search.ts";
import { PageHead } from "../components/page_head.tsx";
import { Field } from "../components/field.tsx";

/** The palette as a page, for browsers without JavaScript and for shared addresses. */
export function SearchPage({ query, results }: { query: string; results: readonly PaletteResult[] }) {
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
            autocomplete="off"
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
