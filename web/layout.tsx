import type { Child } from "hono/jsx";

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
  children: Child;
}

const pages = [
  { path: "/", title: "Overview" },
  { path: "/pairs", title: "Pairs" },
  {
    path: "/backfills",
    title: "Backfills",
  },
  { path: "/runs", title: "Runs" },
  { path: "/schedules", title: "Schedules" },
];

/** The frame of every page: header, ways around, and places where news is told. */
export function Layout({ title, path, script, styles = [], sections = [], headline, children }: LayoutProps) {
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
        {script && <script type="module" src={`/static/${script}`}></script>}
      </head>
      <body>
        <a class="skip" href="#main">Skip to content</a>
        <header class="masthead">
          <a class="brand" href="/">
            <img src="/static/icon.svg" alt="" width="24" height="24" />
            Tandem
          </a>
          <nav aria-label="Pages">
            <ul>
              {pages.map((page) => (
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
          <p class="connection" id="connection" role="status" hidden></p>
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
