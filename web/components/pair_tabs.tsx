const tabs = [
  { path: "/pairs", title: "Tested pairs" },
  { path: "/pairs/clusters", title: "Clusters" },
  { path: "/pairs/selections", title: "Selections over time" },
] as const;

/** Tabs of the pages about pairs. */
export function PairTabs({ path }: { path: typeof tabs[number]["path"] }) {
  return (
    <nav class="tabs" aria-label="Pairs">
      {tabs.map((tab) => (
        <a href={tab.path} aria-current={tab.path === path ? "page" : undefined} key={tab.path}>{tab.title}</a>
      ))}
    </nav>
  );
}
