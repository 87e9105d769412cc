import { chosenPairs } from "../assets/views.ts";
import { type Engine, maxPageRows } from "../engine/mod.ts";

/** Parts of the engine used by the history of selections. */
export type SelectionsEngine = Pick<Engine, "graph" | "read">;

/** A pair that was chosen in some session. */
export interface SelectedPair {
  tickers: readonly [string, string];
  /** Its rank in each of the sessions; `null` if it was not chosen. */
  ranks: (number | null)[];
  /** Number of sessions in which it was chosen. */
  times: number;
  first: string;
  last: string;
}

/** Pairs chosen in each session. */
export interface SelectionHistory {
  /** As-of sessions, ascending. */
  sessions: string[];
  /** Whether there are older sessions. */
  cut: boolean;
  /** Most often chosen first, then most recently chosen. */
  pairs: SelectedPair[];
  /** Number of pairs in each session, and of pairs that came and left since the previous one. */
  turnover: { session: string; chosen: number; came: number | null; left: number | null }[];
  materialization: number;
}

/** Number of sessions shown: two years of weeks. */
export const shownSelections = 104;

/** Reads the newest selections, only pairs with a ticker if one is given; `null` if no pair was ever chosen. */
export async function readSelectionHistory(
  engine: SelectionsEngine,
  { ticker }: { ticker?: string } = {},
): Promise<SelectionHistory | null> {
  if (!engine.graph.keys.includes(chosenPairs.key)) return null;
  const chosen: { asOf: string; rank: number; tickers: [string, string] }[] = [];
  const found = new Set<string>();
  let cut = false;
  let cursor: string | undefined;
  let materialization: number | null;
  do {
    const page = await engine.read(chosenPairs, {
      fields: ["as_of", "rank", "ticker_1", "ticker_2"],
      order: ["-as_of"],
      limit: maxPageRows,
      cursor,
    });
    materialization = page.materialization;
    for (const { as_of: asOf, rank, ticker_1, ticker_2 } of page.rows) {
      if (!found.has(asOf) && found.size === shownSelections) {
        cut = true;
        break;
      }
      found.add(asOf);
      chosen.push({ asOf, rank, tickers: [ticker_1, ticker_2] });
    }
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined && !cut);
  if (materialization === null) return null;

  const sessions = [...found].reverse();
  const place = new Map(sessions.map((session, i) => [session, i]));
  const pairs = new Map<string, SelectedPair>();
  for (const { asOf, rank, tickers } of chosen) {
    const name = tickers.join(" ");
    const pair = pairs.get(name) ??
      { tickers, ranks: Array(sessions.length).fill(null), times: 0, first: asOf, last: asOf };
    pair.ranks[place.get(asOf)!] = rank;
    pair.times++;
    // Rows come newest session first.
    pair.first = asOf;
    pairs.set(name, pair);
  }
  const named = ticker?.toUpperCase();
  return {
    sessions,
    cut,
    pairs: [...pairs.values()]
      .filter(({ tickers }) => named === undefined || tickers.some((one) => one.toUpperCase() === named))
      .sort((a, b) => b.times - a.times || (a.last < b.last ? 1 : a.last > b.last ? -1 : 0)),
    turnover: sessions.map((session, i) => {
      const has = (pair: SelectedPair, at: number) => pair.ranks[at] !== null;
      const all = [...pairs.values()];
      return {
        session,
        chosen: all.filter((pair) => has(pair, i)).length,
        came: i === 0 ? null : all.filter((pair) => has(pair, i) && !has(pair, i - 1)).length,
        left: i === 0 ? null : all.filter((pair) => !has(pair, i) && has(pair, i - 1)).length,
      };
    }),
    materialization,
  };
}
