import { rawDividends, rawSplits } from "../assets/views.ts";
import { type Engine, equalTo, type Materialization } from "../engine/mod.ts";
import type { VersionReader } from "./version_rows.ts";

/** Dividends in the source. */
export interface PairDividends {
  /** Whether the source has any dividends. */
  inSource: boolean;
  /** Number of dividends of each leg. */
  ofLegs: readonly [number, number];
}

/** A dividend or a split of a leg. */
export interface LegEvent {
  ticker: string;
  session: string;
  kind: "dividend" | "split";
  /** USD per share, or new shares per old share. */
  value: number;
}

/** Dividends and splits of both legs, by session. */
export async function readLegEvents(read: VersionReader, tickers: readonly [string, string]): Promise<LegEvent[]> {
  const of = async (ticker: string): Promise<LegEvent[]> => {
    const filters = equalTo({ ticker });
    const [dividends, splits] = await Promise.all([
      read.rows(rawDividends, { filters, fields: ["session", "cash"] }),
      read.rows(rawSplits, { filters, fields: ["session", "ratio"] }),
    ]);
    return [
      ...dividends.map(({ session, cash }) => ({ kind: "dividend" as const, session, value: cash })),
      ...splits.map(({ session, ratio }) => ({ kind: "split" as const, session, value: ratio })),
    ].map((event) => ({ ticker, ...event }));
  };
  const events = (await Promise.all(tickers.map(of))).flat();
  return events.sort((a, b) => a.session < b.session ? -1 : a.session > b.session ? 1 : 0);
}

/**
 * Dividends of a pair; `null` until they are read. A service without an asset of dividends counts as a source without dividends,
 * as does an empty asset.
 */
export function dividendsOf(
  graph: Engine["graph"],
  { tickers, source, events }: {
    tickers: readonly [string, string];
    source: Materialization | undefined;
    events: readonly LegEvent[];
  },
): PairDividends | null {
  if (!source) return graph.keys.includes(rawDividends.key) ? null : { inSource: false, ofLegs: [0, 0] };
  if (source.rowCount === 0) return { inSource: false, ofLegs: [0, 0] };
  const count = (leg: string) => events.filter(({ ticker, kind }) => kind === "dividend" && ticker === leg).length;
  return { inSource: true, ofLegs: [count(tickers[0]), count(tickers[1])] };
}
