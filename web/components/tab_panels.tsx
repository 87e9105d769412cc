import type { Child } from "hono/jsx";

/** One of several views of a page, of which one is shown. */
export interface TabPanel {
  /** Of the panel's element; an anchor inside it opens the panel too. */
  id: string;
  title: string;
  children: Child;
}

/** Views under tabs. The first is shown until the address names an anchor in another; without scripts all are shown. */
export function TabPanels({ label, panels }: { label: string; panels: readonly TabPanel[] }) {
  return (
    <>
      <nav class="tabs" aria-label={label} data-tabs>
        {panels.map(({ id, title }, i) => (
          <a key={id} href={`#${id}`} aria-current={i === 0 ? "true" : undefined}>{title}</a>
        ))}
      </nav>
      {panels.map(({ id, children }, i) => (
        <div key={id} id={id} class="tab-panel" data-shown={i === 0 ? "" : undefined}>{children}</div>
      ))}
    </>
  );
}
