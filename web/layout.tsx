import { type Child, useContext } from "hono/jsx";
import { PrincipalContext } from "./principal_context.ts";
import { ShownDataContext } from "./data_status_context.ts";
import { StatusBar } from "./components/status_bar.tsx";
import { importsOf } from "./static_files.ts";

export interface LayoutProps {
  title: string;
  /** Where the page stands among the pages. */
  path: string;
  /** Client module of the page, by its name under `/static/`. */
  script?: string;
  /** Further style sheets, by their names under `/static/`. */
  styles?: readonly string[];
  /** Where the page can be jumped to. */
  sections?: readonly { id: string; title: string }[];
  /** What the page says of itself beside the name of the service. */
  headline: Child;
  /** Whether navigation is left out, as before a sign-in. */
  bare?: boolean;
  children: Child;
}

/** `asset` is what a page is about: a project without it has no such page. */
const pages: readonly { path: string; title: string; asset?: string }[] = [
  { path: "/", title: "Overview" },
  { path: "/pairs", title: "Pairs", asset: "chosen_pairs" },
  { path: "/strategies", title: "Strategies", asset: "strategy_comparison" },
  { path: "/forecasts", title: "Forecasts", asset: "spread_forecasts" },
  { path: "/tickers", title: "Tickers", asset: "clean_prices" },
  { path: "/assets", title: "Assets" },
  { path: "/runs", title: "Runs" },
  { path: "/backfills", title: "Backfills" },
  { path: "/schedules", title: "Schedules" },
  { path: "/docs", title: "API" },
  { path: "/settings", title: "Settings" },
];

/** The frame of every page: header, ways around, and places where news is told. */
export function Layout(
  { title, path, script, styles = [], sections = [], headline, bare = false, children }: LayoutProps,
) {
  const principal = useContext(PrincipalContext);
  const { keys } = useContext(ShownDataContext);
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{title}</title>
        <link rel="icon" href="/static/icon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/static/style.css" />
        <link rel="stylesheet" href="/static/charts.css" />
        <link rel="stylesheet" href="/static/asset.css" />
        {styles.map((name) => <link key={name} rel="stylesheet" href={`/static/${name}`} />)}
        {script && importsOf(script).map((path) => <link key={path} rel="modulepreload" href={path} />)}
        {script && <script type="module" src={`/static/${script}`}></script>}
      </head>
      <body>
        <a class="skip" href="#main">Skip to content</a>
        <header class="masthead">
          <a class="brand" href="/">
            <img src="/static/icon.svg" alt="" width="24" height="24" />
            Tandem
          </a>
          {!bare && (
            <nav aria-label="Pages">
              <ul>
                {pages.filter(({ asset }) => asset === undefined || keys === null || keys.includes(asset)).map((
                  page,
                ) => (
                  <li>
                    <a
                      href={page.path}
                      aria-current={page.path === path ? "page" : path.startsWith(`${page.path}/`) ? "true" : undefined}
                    >
                      {page.title}
                    </a>
                  </li>
                ))}
              </ul>
            </nav>
          )}
          {sections.length > 0 && (
            <nav aria-label="Sections">
              <ul>
                {sections.map(({ id, title }) => (
                  <li>
                    <a href={`#${id}`}>{title}</a>
                  </li>
                ))}
              </ul>
            </nav>
          )}
          {principal?.kind === "session" && (
            <form class="whoami" method="post" action="/auth/sign-out">
              <span class="faint">{principal.name}</span>
              <button type="submit" class="quiet">Sign out</button>
            </form>
          )}
          <p class="connection" id="connection" role="status" hidden></p>
          <StatusBar />
        </header>
        <main id="main" tabindex={-1}>
          {headline}
          <p class="notice" id="notice" role="status" hidden></p>
          {script && (
            <noscript>
              <p class="notice">
                Without JavaScript this page shows how things stood when it was loaded. To materialize, use{" "}
                <code>deno task materialize</code>.
              </p>
            </noscript>
          )}
          {children}
        </main>
      </body>
    </html>
  );
}
