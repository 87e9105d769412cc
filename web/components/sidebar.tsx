import { useContext } from "hono/jsx";
import { ShownDataContext } from "../data_status_context.ts";
import { pageAbove, pageGroups, pagesOf } from "../navigation.ts";
import { PrincipalContext } from "../principal_context.ts";
import { Icon } from "./icon.tsx";
import { PreferencesForm } from "./preferences_form.tsx";
import { staticPath } from "../static_files.ts";

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
