import { chosenPairs, cleanPrices, pairClusters, spreadForecasts, strategyComparison } from "../assets/views.ts";
import type { View } from "../engine/mod.ts";

/** Groups of the sidebar, in order. */
export const pageGroups = ["Research", "Operations"] as const;

/** A page listed in the sidebar and the palette. */
export interface NavigationPage {
  path: string;
  title: string;
  group: typeof pageGroups[number];
  icon: IconName;
  /** The asset that the page is about: a project without the asset does not have the page. */
  asset?: View<unknown>;
}

/** Outlines of 16 × 16. */
export const icons = {
  overview: "M2.5 2.5H7V7H2.5zM9 2.5h4.5V7H9zM2.5 9H7v4.5H2.5zM9 9h4.5v4.5H9z",
  pairs: "M1.5 11C5 11 5 4 8 4s3 7 6.5 7M1.5 5C5 5 5 12 8 12s3-7 6.5-7",
  clusters:
    "M5 7.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM11.5 7a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3zM9 13.5a2 2 0 1 0 0-4 2 2 0 0 0 0 4z",
  forecasts: "M1.5 12.5 5 7.5l3 2.5 2-3M11.5 5.5l.8-1.1M13.3 3.1l.9-1.2M14 14H2",
  tickers: "M4.5 1.5v3M4.5 10.5v4M2.5 4.5h4v6h-4zM11.5 2.5v3M11.5 9.5V13M9.5 5.5h4v4h-4z",
  strategies: "M2.5 14V9M6.2 14V5M9.8 14V8M13.5 14V2",
  assets: "M1.5 6h4v4h-4zM10.5 2h4v4h-4zM10.5 10h4v4h-4zM5.5 8h2.5M10.5 4H8v8h2.5",
  runs: "M4.5 2.5 12.5 8l-8 5.5z",
  backfills: "M2.5 8a5.5 5.5 0 1 1 1.6 3.9M2.5 13V9.3h3.7M8 5v3.2l2 1.3",
  schedules: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 4.5V8l2.5 1.5",
  settings: "M2 5h6.5M12.5 5H14M10.5 3v4M2 11h1.5M7.5 11H14M5.5 9v4",
  api: "M5.5 4.5 2 8l3.5 3.5M10.5 4.5 14 8l-3.5 3.5",
  search: "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zM10.7 10.7 14 14",
  menu: "M2 4h12M2 8h12M2 12h12",
} as const;
export type IconName = keyof typeof icons;

/** All pages of the sidebar, from top to bottom. */
export const navigation: readonly NavigationPage[] = [
  { path: "/", title: "Overview", group: "Research", icon: "overview" },
  {
    path: "/strategies",
    title: "Strategies",
    group: "Research",
    icon: "strategies",
    asset: strategyComparison,
  },
  { path: "/pairs", title: "Pairs", group: "Research", icon: "pairs", asset: chosenPairs },
  { path: "/pairs/clusters", title: "Clusters", group: "Research", icon: "clusters", asset: pairClusters },
  { path: "/tickers", title: "Tickers", group: "Research", icon: "tickers", asset: cleanPrices },
  { path: "/forecasts", title: "Forecasts", group: "Research", icon: "forecasts", asset: spreadForecasts },
  { path: "/assets", title: "Assets", group: "Operations", icon: "assets" },
  { path: "/runs", title: "Runs", group: "Operations", icon: "runs" },
  { path: "/backfills", title: "Backfills", group: "Operations", icon: "backfills" },
  { path: "/schedules", title: "Schedules", group: "Operations", icon: "schedules" },
  { path: "/docs", title: "API", group: "Operations", icon: "api" },
  { path: "/settings", title: "Settings", group: "Operations", icon: "settings" },
];

/** Pages of a project with these assets; all pages if the assets are unknown. */
export function pagesOf(keys: readonly string[] | null): NavigationPage[] {
  return navigation.filter(({ asset }) => asset === undefined || keys === null || keys.includes(asset.key));
}

/** The page for an address: itself, or the nearest above it. */
export function pageAbove(pages: readonly NavigationPage[], path: string): NavigationPage | undefined {
  const above = pages.filter((page) => page.path === path || (page.path !== "/" && path.startsWith(`${page.path}/`)));
  return above.sort((a, b) => b.path.length - a.path.length)[0];
}
