const tabs = [{ path: "/settings", title: "Access" }, {
  path: "/settings/audit-events",
  title: "Audit log",
}] as const;

/** The tabs of the settings, for admins. */
export function SettingsTabs({ path }: { path: typeof tabs[number]["path"] }) {
  return (
    <nav class="tabs" aria-label="Settings">
      {tabs.map((tab) => (
        <a href={tab.path} aria-current={tab.path === path ? "page" : undefined} key={tab.path}>{tab.title}</a>
      ))}
    </nav>
  );
}
