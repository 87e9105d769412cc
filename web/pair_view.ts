import { Address, flag, named, number, oneOf, type Parameter, type SearchOf, standing, text } from "./address.ts";
import { type ChartRange, standingRange } from "./components/chart.tsx";
import type { LegScale } from "./pair_charts.ts";
import { pairPath } from "./pair_path.ts";

/** Parts of a pair's chart that can be hidden. */
export const pairParts = [
  { name: "bands", title: "Entry and exit levels" },
  { name: "positions", title: "Positions" },
  { name: "formation", title: "Formation" },
  { name: "events", title: "Dividends and splits" },
] as const;

/** Ranges of a pair's chart. */
export const pairRanges = ["3m", "1y", "3y", "all"] as const satisfies ChartRange[];

export const standingNotional = 10_000;

const parts: readonly string[] = pairParts.map(({ name }) => name);
const hidden: Parameter<readonly string[]> & { standing: readonly string[] } = {
  name: "hide",
  standing: [],
  read: (text) => text.split(",").every((name) => parts.includes(name)) ? text.split(",") : undefined,
  write: (names) => names.join(","),
  problem: (shown) => `The chart has no part ${shown}: ${parts.join(", ")}.`,
};

/** The view of a pair in the query of its address; the path names the pair. */
const pairAddress = new Address("", {
  /** The default of the walk-forward unless given. */
  strategy: text(),
  scale: named("prices", standing("index", oneOf("Prices", ["index", "usd"] satisfies LegScale[]))),
  range: standing(standingRange, oneOf("Range", pairRanges)),
  logarithmic: named("log", standing(false, flag("Log", ["1", "0"]))),
  /** Hidden parts of the chart. */
  hidden,
  /** USD of both legs together, which determines the shares shown. */
  notional: standing(standingNotional, number("Notional in USD", { least: 1, most: 1_000_000_000 })),
});
export type PairView = SearchOf<typeof pairAddress> & {
  /** Settings moved by hand, as parameters of the address: those of the strategy alone. */
  moved?: Readonly<Record<string, string>>;
};

/** Reads the view from an address. Unreadable parameters take their defaults; `problems` has the reasons. */
export function readPairView(parameters: URLSearchParams): { view: PairView; problems: Map<string, string> } {
  const { search: view, problems } = pairAddress.read(parameters);
  return { view, problems };
}

/** The address of a view of a pair, with changes: the same view always has the same address. */
export function pairViewPath(
  tickers: readonly [string, string],
  view: PairView,
  changes: Partial<PairView> = {},
): string {
  const { moved = view.moved } = "strategy" in changes ? { moved: {} } : changes;
  return pairAddress.write(view, changes, { path: pairPath(...tickers), more: moved });
}

/** Parameters of a view, without those at their default. */
export function pairViewEntries(view: PairView): [name: string, value: string][] {
  return [...pairAddress.entries(view), ...Object.entries(view.moved ?? {})];
}
