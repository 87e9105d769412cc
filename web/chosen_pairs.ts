import type { Engine } from "../engine/mod.ts";
import { decimal, figure, pValue, signedPercent } from "./figures.ts";

/** A cell as it is shown. */
export interface PairCell {
  text: string;
  /** Of numbers whose sign matters. */
  sign?: "gain" | "loss";
}

/** The chosen pairs beside how their backtests came out. */
export interface PairTable {
  /** Session as of which they were chosen; `null` where they are not chosen as of a session. */
  asOf: string | null;
  columns: { name: string; title: string; hint: string | null; numeric: boolean }[];
  rows: { tickers: [string, string]; cells: PairCell[] }[];
  /** There are more pairs than rows. */
  cut: boolean;
}

const maxRows = 200;

type Format = (x: number) => PairCell;

interface KnownColumn {
  title: string;
  hint?: string;
  format: Format;
}

const signed: Format = (x) => ({ text: signedPercent(x), ...(x !== 0 && { sign: x > 0 ? "gain" : "loss" }) });
const fixed = (decimals: number): Format => (x) => ({ text: decimal(x, decimals) });
const probability: Format = (x) => ({ text: pValue(x) });

/** Columns that are known, in the order in which they are shown. Others follow as they come. */
const KNOWN: Readonly<Record<string, KnownColumn>> = {
  rank: { title: "#", hint: "Rank: 1 is the first choice", format: fixed(0) },
  slope: { title: "Hedge ratio", hint: "Of the second ticker on the first", format: fixed(3) },
  hedge_ratio: { title: "Hedge ratio", format: fixed(3) },
  half_life: {
    title: "Half-life",
    hint: "Sessions in which the spread halves its distance from the mean",
    format: fixed(1),
  },
  engle_granger_p_value: {
    title: "p cointegration",
    hint: "Engle–Granger; null hypothesis: not cointegrated",
    format: probability,
  },
  adjusted_p_value: {
    title: "p adjusted",
    hint: "The larger p-value of both orders, adjusted for all pairs tested",
    format: probability,
  },
  p_value: { title: "p", format: probability },
  adf_p_value: {
    title: "p spread",
    hint: "Augmented Dickey–Fuller; null hypothesis: the spread has a unit root",
    format: probability,
  },
  hurst: { title: "Hurst", format: fixed(2) },
  crossings: { title: "Crossings", format: fixed(0) },
  total_return: { title: "Total return", format: signed },
  annualized_return: { title: "Annualized", format: signed },
  max_drawdown: { title: "Max drawdown", format: signed },
  volatility: { title: "Volatility", format: (x) => ({ text: `${decimal(100 * x, 1)} %` }) },
  sharpe: { title: "Sharpe", format: fixed(2) },
  sharpe_ratio: { title: "Sharpe", format: fixed(2) },
};

/** Part of the key, or of no use at a glance. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  "as_of",
  "ticker_1",
  "ticker_2",
  "intercept",
  "engle_granger_p_value_reversed",
  "pinned",
  "reason",
]);

type TableEngine = Pick<Engine, "graph" | "rows" | "newestDate">;

/** Reads what the assets hold now: of the chosen pairs the newest. `null` where no pair was ever chosen. */
export async function readPairTable(engine: TableEngine): Promise<PairTable | null> {
  const [chosen, metrics] = await Promise.all([readRows(engine, "chosen_pairs"), readRows(engine, "pair_metrics")]);
  if (!chosen) return null;
  const metricsOf = Map.groupBy(metrics?.rows ?? [], pairOf);
  const rows = chosen.rows.flatMap((row) =>
    (metricsOf.get(pairOf(row)) ?? [{}]).map((found) => ({ ...row, ...found }))
  );
  const present = new Set([...chosen.columns, ...metrics?.columns ?? []].filter((name) => !LEFT_OUT.has(name)));
  // A pair that was chosen by hand is not to be taken for one that was found.
  if (rows.some((row) => row.pinned === true)) present.add("pinned");
  const known = Object.keys(KNOWN);
  const names = [...known.filter((name) => present.has(name)), ...[...present].filter((name) => !known.includes(name))];
  return {
    asOf: chosen.newest,
    columns: names.map((name) => ({
      name,
      title: KNOWN[name]?.title ?? words(name),
      hint: KNOWN[name]?.hint ?? null,
      numeric: rows.some((row) => typeof row[name] === "number"),
    })),
    rows: rows.map((row) => ({
      tickers: [String(row.ticker_1), String(row.ticker_2)],
      cells: names.map((name) => cellOf(row[name], name)),
    })),
    cut: chosen.more,
  };
}

async function readRows(
  engine: TableEngine,
  key: string,
): Promise<
  { columns: string[]; rows: Record<string, unknown>[]; more: boolean; newest: string | null } | undefined
> {
  if (!engine.graph.keys.includes(key)) return undefined;
  const ranked = engine.graph.asset(key).schema.columns.some((column) => column.name === "rank");
  const newest = await engine.newestDate(key);
  const page = await engine.rows(key, {
    limit: maxRows,
    order: ranked ? ["rank"] : [],
    filters: newest === null
      ? []
      : [{ column: engine.graph.asset(key).partitionedBy!.date!, operator: "eq", value: newest }],
  });
  if (page.materialization === null) return undefined;
  return { columns: page.columns.map((c) => c.name), rows: page.rows, more: page.nextCursor !== null, newest };
}

function pairOf({ ticker_1, ticker_2 }: Record<string, unknown>): string {
  return `${ticker_1}\n${ticker_2}`;
}

function cellOf(value: unknown, name: string): PairCell {
  if (value === null || value === undefined) return { text: "–" };
  if (typeof value === "number") return KNOWN[name]?.format(value) ?? { text: figure(value) };
  if (typeof value === "boolean") return { text: value ? "yes" : "–" };
  return { text: String(value) };
}

function words(name: string): string {
  const text = name.replaceAll("_", " ");
  return text[0]!.toUpperCase() + text.slice(1);
}
