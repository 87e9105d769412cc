import { cleanPrices, walkForwardDaily, walkForwardPairs } from "../assets/views.ts";
import { equalTo, namesText } from "../engine/mod.ts";
import { lastDeviations, levelsOf, type SpreadLevels } from "./pair_decision.ts";
import { formationOf } from "./pair_formation.ts";
import { commonCloses } from "./pair_record.ts";
import { dayOf, windowOf } from "./pair_walk_forward.ts";
import { latestVersions, type VersionEngine, VersionReader } from "./version_rows.ts";

interface OfPair {
  ticker_1: string;
  ticker_2: string;
}

/** A pair as the key of a map. */
export function nameOf({ ticker_1, ticker_2 }: OfPair): string {
  return `${ticker_1}\n${ticker_2}`;
}

/**
 * Spread and levels of pairs without a decision in the newest session, by {@link nameOf}: the last closes in deviations of the
 * formation, and the levels of the newest decision, as the pages of the pairs have them.
 *
 * A strategy decides nothing in the last session of a window, nor without a bar of both legs.
 */
export async function readUndecidedLevels(
  engine: VersionEngine,
  pairs: readonly OfPair[],
  { strategy }: { strategy: string },
): Promise<ReadonlyMap<string, SpreadLevels>> {
  if (pairs.length === 0) return new Map();
  const sources = await latestVersions(engine, [walkForwardPairs, walkForwardDaily, cleanPrices]);
  const read = new VersionReader(engine, sources);
  const [first, second] = [pairs.map(({ ticker_1 }) => ticker_1), pairs.map(({ ticker_2 }) => ticker_2)];
  const ofPairs = [among("ticker_1", first), among("ticker_2", second)];
  const chosen = await read.rows(walkForwardPairs, { filters: ofPairs });
  const windows = Map.groupBy(chosen.map((row) => ({ name: nameOf(row), ...windowOf(row) })), ({ name }) => name);
  const newest = new Map(
    [...windows].map(([name, all]) => [name, all.reduce((a, b) => b.tradingFirst > a.tradingFirst ? b : a)]),
  );
  if (newest.size === 0) return new Map();
  const earliest = (sessions: string[]) =>
    ({ column: "session", operator: "gte", value: sessions.sort()[0]! }) as const;
  const [days, closes] = await Promise.all([
    read.rows(walkForwardDaily, {
      filters: [
        ...equalTo({ strategy }),
        ...ofPairs,
        earliest([...newest.values()].map(({ tradingFirst }) => tradingFirst)),
      ],
    }),
    read.rows(cleanPrices, {
      filters: [
        among("ticker", [...first, ...second]),
        earliest([...newest.values()].map(({ formationFirst }) => formationFirst)),
      ],
      fields: ["ticker", "session", "close"],
    }),
  ]);
  const daysOf = Map.groupBy(days, nameOf);
  const closesOf = Map.groupBy(closes, ({ ticker }) => ticker);
  const levels = new Map<string, SpreadLevels>();
  for (const pair of pairs) {
    const name = nameOf(pair);
    const traded = { days: (daysOf.get(name) ?? []).map(dayOf), windows: [newest.get(name)].filter((one) => !!one) };
    if (traded.days.length === 0 || traded.windows.length === 0) continue;
    const common = commonCloses(closesOf.get(pair.ticker_1) ?? [], closesOf.get(pair.ticker_2) ?? []);
    const formation = formationOf({ closes: common, walkForward: traded, tested: null, sources });
    const found = levelsOf(traded, formation && lastDeviations(formation, common!));
    if (found) levels.set(name, found);
  }
  return levels;
}

function among<Column extends string>(column: Column, tickers: readonly string[]) {
  return { column, operator: "in", value: namesText([...new Set(tickers)]) } as const;
}
