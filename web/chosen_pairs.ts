import { chosenPairs } from "../assets/views.ts";
import { type Engine, equalTo } from "../engine/mod.ts";

/** A pair of the newest selection. */
export interface ChosenPair {
  tickers: readonly [string, string];
  /** 1 is the first choice. */
  rank: number | null;
  /** Of the second ticker on the first, as of the selection's session. */
  hedgeRatio: number | null;
  /** Sessions. */
  halfLife: number | null;
  /** P-value of the Engle–Granger test: the larger of both orders, by which pairs are ranked. */
  pValue: number | null;
  /** Whether the settings name the pair, instead of the tests selecting it. */
  pinned: boolean;
}

/** The newest selection of pairs. */
export interface ChosenPairs {
  /** As-of session of the selection; `null` if it has none. */
  asOf: string | null;
  pairs: ChosenPair[];
}

const maxRows = 200;
const columns = [
  "rank",
  "ticker_1",
  "ticker_2",
  "slope",
  "half_life",
  "engle_granger_p_value",
  "engle_granger_p_value_reversed",
  "pinned",
] as const;

/** Reads the newest selection, by rank; `null` if no pair was ever chosen. */
export async function readChosenPairs(
  engine: Pick<Engine, "graph" | "read" | "newestDate">,
): Promise<ChosenPairs | null> {
  if (!engine.graph.keys.includes(chosenPairs.key)) return null;
  // A project may choose pairs with its own asset, which can have fewer columns.
  const has = new Set(engine.graph.asset(chosenPairs.key).schema.columns.map(({ name }) => name));
  const asOf = await engine.newestDate(chosenPairs.key);
  const { rows, materialization } = await engine.read(chosenPairs, {
    limit: maxRows,
    fields: columns.filter((name) => has.has(name)),
    order: has.has("rank") ? ["rank"] : [],
    filters: asOf === null ? [] : equalTo({ as_of: asOf }),
  });
  if (materialization === null) return null;
  const number = (value: unknown) => typeof value === "number" ? value : null;
  return {
    asOf,
    pairs: rows.map((row) => ({
      tickers: [row.ticker_1, row.ticker_2],
      rank: number(row.rank),
      hedgeRatio: number(row.slope),
      halfLife: number(row.half_life),
      pValue: larger(number(row.engle_granger_p_value), number(row.engle_granger_p_value_reversed)),
      pinned: row.pinned === true,
    })),
  };
}

function larger(a: number | null, b: number | null): number | null {
  return a === null || b === null ? a ?? b : Math.max(a, b);
}
