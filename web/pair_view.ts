import { type ChartRange, standingRange } from "./components/chart.tsx";
import type { LegScale } from "./pair_charts.ts";
import { pairPath } from "./pair_path.ts";

/** How a person wants to see a pair, as the address says it. */
export interface PairView {
  /** The default of the walk-forward unless given. */
  strategy?: string;
  scale: LegScale;
  range: ChartRange;
  logarithmic: boolean;
  /** Parts of the chart that are left out. */
  hidden: readonly string[];
  /** USD of both legs together, for which shares are told. */
  notional: number;
}

/** What may be hidden of a pair's chart. */
export const pairParts = [
  { name: "bands", title: "Entry and exit levels" },
  { name: "positions", title: "Positions" },
  { name: "formation", title: "Formation" },
  { name: "events", title: "Dividends and splits" },
] as const;

/** Ranges of a pair's chart. */
export const pairRanges: readonly ChartRange[] = ["3m", "1y", "3y", "all"];

export const standingNotional = 10_000;
const mostNotional = 1_000_000_000;

/** Reads the view out of an address. What cannot be read is as it stands where nothing is said, and named in `problems`. */
export function readPairView(parameters: URLSearchParams): { view: PairView; problems: Map<string, string> } {
  const problems = new Map<string, string>();
  const given = (name: string) => parameters.get(name)?.trim() || undefined;
  const oneOf = <Value extends string>(
    name: string,
    title: string,
    values: readonly Value[],
    standing: Value,
  ): Value => {
    const text = given(name);
    if (text === undefined) return standing;
    const found = values.find((value) => value === text);
    if (found === undefined) problems.set(name, `${title} is one of ${values.join(", ")}, not “${text.slice(0, 40)}”.`);
    return found ?? standing;
  };
  const parts: readonly string[] = pairParts.map(({ name }) => name);
  const hidden = given("hide")?.split(",") ?? [];
  const unknown = hidden.find((name) => !parts.includes(name));
  if (unknown !== undefined) {
    problems.set("hide", `The chart has no part “${unknown.slice(0, 40)}”: ${parts.join(", ")}.`);
  }
  return {
    view: {
      strategy: given("strategy"),
      scale: oneOf("prices", "Prices", ["index", "usd"], "index"),
      range: oneOf("range", "Range", pairRanges, standingRange),
      logarithmic: oneOf("log", "Log", ["0", "1"], "0") === "1",
      hidden: hidden.filter((name) => parts.includes(name)),
      notional: readNotional(given("notional"), problems),
    },
    problems,
  };
}

function readNotional(text: string | undefined, problems: Map<string, string>): number {
  if (text === undefined) return standingNotional;
  const value = Number(text);
  if (value >= 1 && value <= mostNotional) return value;
  problems.set(
    "notional",
    `Notional “${text.slice(0, 40)}” is not a number of USD from 1 to ${mostNotional.toLocaleString("en-US")}.`,
  );
  return standingNotional;
}

/** The address of a view of a pair, with changes: the same view always has the same address. */
export function pairViewPath(
  [ticker1, ticker2]: readonly [string, string],
  view: PairView,
  changes: Partial<PairView> = {},
): string {
  const parameters = new URLSearchParams(pairViewEntries({ ...view, ...changes }));
  return `${pairPath(ticker1, ticker2)}${parameters.size > 0 ? `?${parameters}` : ""}`;
}

/** What the address says of a view, those things left out that stand where nothing is said. */
export function pairViewEntries(view: PairView): [name: string, value: string][] {
  const { strategy, scale, range, logarithmic, hidden, notional } = view;
  return [
    ...strategy === undefined ? [] : [["strategy", strategy] as [string, string]],
    ...scale === "index" ? [] : [["prices", scale] as [string, string]],
    ...range === standingRange ? [] : [["range", range] as [string, string]],
    ...logarithmic ? [["log", "1"] as [string, string]] : [],
    ...hidden.length === 0 ? [] : [["hide", hidden.join(",")] as [string, string]],
    ...notional === standingNotional ? [] : [["notional", String(notional)] as [string, string]],
  ];
}
