import { useContext } from "hono/jsx";
import { ShownDataContext } from "../data_status_context.ts";
import { pageAbove, pageGroups, pagesOf } from "../navigation.ts";
import { PrincipalContext } from "../principal_context.ts";
import { Icon } from "./icon.tsx";
import { staticPath } from "../static_files.ts";
import { PreferencesContext } from "../preferences.ts";

const themeWords = { system: "Auto", light: "Light", dark: "Dark" } as const;
const clockWords = { utc: "UTC", exchange: "Exch.", local: "Local" } as const;
const clockTitles = {
  utc: "Times in UTC",
  exchange: "Times of the exchange, New York",
  local: "Times of this computer",
} as const;

/** Theme and clock, each a segmented control. `client/preferences.js` stores the choice in a cookie. */
function PreferencesForm() {
  const { theme, clock } = useContext(PreferencesContext);
  return (
    <div class="preferences">
      <fieldset>
        <legend>Theme</legend>
        <Segments name="theme" chosen={theme} words={themeWords} />
      </fieldset>
      <fieldset>
        <legend>Times</legend>
        <Segments name="clock" chosen={clock} words={clockWords} titles={clockTitles} />
      </fieldset>
    </div>
  );
}

function Segments<T extends string>({ name, chosen, words, titles }: {
  name: string;
  chosen: T;
  words: Readonly<Record<T, string>>;
  titles?: Readonly<Record<T, string>>;
}) {
  return (
    <span class="segments">
      {(Object.entries(words) as [T, string][]).map(([value, word]) => (
        <button
          type="button"
          data-preference={name}
          value={value}
          title={titles?.[value]}
          aria-pressed={value === chosen ? "true" : "false"}
        >
          {word}
        </button>
      ))}
    </span>
  );
}

/** Navigation beside the page; on a narrow screen a drawer that the header's button opens. */
export function Sidebar({ path }: { path: string }) {
  const principal = useContext(PrincipalContext);
  const pages = pagesOf(useContext(ShownDataContext).keys);
  const current = pageAbove(pages, path);
  return (
    <aside class="sidebar" id="sidebar" popover="auto" aria-label="Navigation">
      <a class="brand" href="/">
        <img src={staticPath("icon.svg")} alt="" width="20" height="20" />
        Tandem
      </a>
      <a class="search-button" href="/search" data-palette aria-keyshortcuts="Control+K /">
        <Icon name="search" />
        Search <kbd>Ctrl K</kbd>
      </a>
      <nav aria-label="Pages">
        {pageGroups.map((group) => (
          <div key={group}>
            <p class="nav-group" id={`nav-${group}`}>{group}</p>
            <ul aria-labelledby={`nav-${group}`}>
              {pages.filter((page) => page.group === group).map((page) => (
                <li key={page.path}>
                  <a
                    href={page.path}
                    aria-current={page !== current ? undefined : page.path === path ? "page" : "true"}
                  >
                    <Icon name={page.icon} />
                    {page.title}
                  </a>
                </li>
              ))}
            </ul>
          </div>
        ))}
      </nav>
      <PreferencesForm />
      {principal?.kind === "session" && (
        <form class="whoami" method="post" action="/auth/sign-out">
          <span title={principal.name}>{principal.name}</span>
          <button type="submit" class="quiet">Sign out</button>
        </form>
      )}
    </aside>
  );
}
