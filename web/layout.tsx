import { type Child, useContext } from "hono/jsx";
import { Icon } from "./components/icon.tsx";
import { Sidebar } from "./components/sidebar.tsx";
import { StatusBar } from "./components/status_bar.tsx";
import { ShownDataContext } from "./data_status_context.ts";
import { PreferencesContext } from "./preferences.ts";
import { importsOf, staticPath } from "./static_files.ts";

export interface LayoutProps {
  /** Title of the page, and name of the service: `Runs · Tandem`. */
  title: string;
  /** Path of the page in the navigation. */
  path: string;
  /** Client module of the page, by its name under `/static/`. */
  script?: string;
  /** Further style sheets, by their names under `/static/`. */
  styles?: readonly string[];
  /** Parts of the page with anchors. */
  sections?: readonly { id: string; title: string }[];
  /** Summary at the top of the page. */
  headline: Child;
  /** Leaves out the navigation, as before a sign-in. */
  bare?: boolean;
  children: Child;
}

/** Sheet of every page. */
const sheet = "style.css";
/** Script of every page: the palette and the preferences. */
const shellScript = "shell.js";

/** The frame of every page: sidebar, header with the data status, and places for messages. */
export function Layout(
  { title, path, script, styles = [], sections = [], headline, bare = false, children }: LayoutProps,
) {
  const { theme, timeZone } = useContext(PreferencesContext);
  const { feedPosition } = useContext(ShownDataContext);
  const scripts = [...bare ? [] : [shellScript], ...script ? [script] : []];
  return (
    <html
      lang="en"
      data-theme={theme === "system" ? undefined : theme}
      data-time-zone={timeZone}
      data-feed={feedPosition}
    >
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content={theme === "system" ? "light dark" : theme} />
        <title>{title}</title>
        <link rel="icon" href={staticPath("icon.svg")} type="image/svg+xml" />
        <link rel="preload" href={staticPath("inter.woff2")} as="font" type="font/woff2" crossorigin="anonymous" />
        {[sheet, ...styles].map((name) => <link key={name} rel="stylesheet" href={staticPath(name)} />)}
        {[...new Set(scripts.flatMap(importsOf))].map((path) => <link key={path} rel="modulepreload" href={path} />)}
        {scripts.map((name) => <script key={name} type="module" src={staticPath(name)}></script>)}
      </head>
      <body class={bare ? "bare" : ""}>
        <a class="skip" href="#main">Skip to content</a>
        {!bare && <Sidebar path={path} />}
        <header class="topbar">
          {!bare && (
            <button type="button" class="icon-button" popovertarget="sidebar" aria-label="Menu">
              <Icon name="menu" />
            </button>
          )}
          <a class="brand" href="/">
            <img src={staticPath("icon.svg")} alt="" width="20" height="20" />
            Tandem
          </a>
          <StatusBar />
          <p class="connection" id="connection" role="status" hidden></p>
          {!bare && (
            <a class="icon-button" href="/search" data-palette aria-label="Search">
              <Icon name="search" />
            </a>
          )}
        </header>
        <main id="main" tabindex={-1}>
          {headline}
          {sections.length > 0 && (
            <nav class="sections" aria-label="Sections">
              {sections.map(({ id, title }) => <a key={id} href={`#${id}`}>{title}</a>)}
            </nav>
          )}
          {script && (
            <noscript>
              <p class="notice">
                Without JavaScript this page shows the state at loading time. To materialize, use{" "}
                <code>deno task materialize</code>.
              </p>
            </noscript>
          )}
          {children}
        </main>
        <div class="toasts" id="toasts" role="status"></div>
      </body>
    </html>
  );
}
