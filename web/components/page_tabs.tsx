/** Pages that belong together, as tabs. */
const groups = {
  Pairs: [
    { path: "/pairs", title: "Tested pairs" },
    { path: "/pairs/clusters", title: "Clusters" },
    { path: "/pairs/selections", title: "Selections over time" },
  ],
  Settings: [
    { path: "/settings", title: "Access" },
    { path: "/settings/audit-events", title: "Audit log" },
  ],
} as const;

/** Tabs of pages that belong together. */
export function PageTabs<Group extends keyof typeof groups>(
  { of, path }: { of: Group; path: typeof groups[Group][number]["path"] },
) {
  return (
    <nav class="tabs" aria-label={of}>
      {groups[of].map((tab) => (
        <a href={tab.path} aria-current={tab.path === path ? "page" : undefined} key={tab.path}>{tab.title}</a>
      ))}
    </nav>
  );
}
