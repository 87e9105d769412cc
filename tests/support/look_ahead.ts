import type { AnyAsset } from "../../engine/mod.ts";
import { type GuardedCell, type GuardedTable, lookAheadGuard, type LookAheadReport } from "../../quant/mod.ts";
import { type ChainConfig, chainOf, type LazyTables } from "./asset_chain.ts";
import type { RawBar } from "./bars.ts";
import { groupedMarket } from "./grouped_market.ts";

/** Settings of the guard on an asset's rows. */
export interface LookAheadOptions {
  /** Column with the session at whose close a row is known; rows with null in it are left out. `session` by default. */
  knownBy?: string;
  /** Columns known by then; all by default. */
  columns?: readonly string[];
  /** Selects rows; all by default. */
  where?: (row: Record<string, unknown>) => boolean;
  /** Settings by asset key, of the asset and of its upstream assets. */
  config?: ChainConfig;
  /** Whether to make all partitions of assets of which only the newest are made automatically. */
  history?: boolean;
  /** Number of random cuts; 4 by default. */
  trials?: number;
  seed?: number;
}

/** Short windows, so that a market of 260 sessions has four, the last one incomplete. */
const shortWindows: ChainConfig = { formation_pairs: { formationSessions: 120, tradingSessions: 40 } };

const market = groupedMarket(260);

/**
 * Tests an asset for look-ahead: makes it and everything upstream of it from raw bars, changes all prices, volumes, dividends and
 * splits after a session at random, makes it again, and reports each row up to that session that is not bit-identical.
 *
 * @example
 * ```ts ignore
 * assert.deepEqual((await lookAheadOf(myAsset)).violations, []);
 * ```
 */
export function lookAheadOf(asset: AnyAsset, options: LookAheadOptions = {}): Promise<LookAheadReport> {
  const { trials = 4, seed = 7 } = options;
  const column = (name: "open" | "close" | "volume" | "dividend" | "split") => market.map((bar) => bar[name]);
  return lookAheadGuard(
    async ({ sessions, columns }) => guarded(await rowsOf(asset, barsFrom(sessions, columns), options), options),
    {
      sessions: market.map((bar) => bar.session),
      columns: {
        ticker: market.map((bar) => bar.ticker),
        open: column("open"),
        close: column("close"),
        dividend: column("dividend"),
        split: column("split"),
        volume: column("volume"),
      },
    },
    { seed, trials, change },
  );
}

/** Rows known by `cut`, computed from all data and from the data up to that close: equal without look-ahead. */
export async function rowsKnownBy(
  cut: string,
  asset: AnyAsset,
  options: LookAheadOptions = {},
): Promise<{ afterwards: GuardedTable; atTheTime: GuardedTable }> {
  const until = async (bars: readonly RawBar[]) => {
    const { knownBy = "session" } = options;
    const rows = await rowsOf(asset, bars, options);
    return guarded(rows.filter((row) => row[knownBy] !== null && row[knownBy]! as string <= cut), options);
  };
  return { afterwards: await until(market), atTheTime: await until(market.filter((bar) => bar.session <= cut)) };
}

async function rowsOf(
  asset: AnyAsset,
  bars: readonly RawBar[],
  { config = shortWindows, where = () => true, history }: LookAheadOptions,
) {
  const chain = sharedChain(bars, { config, history });
  await chain.make(asset);
  return (chain.rows(asset) as Record<string, unknown>[]).filter(where);
}

/** By inputs. All assets are tested on the same few markets, and most share upstream assets. */
const chains = new Map<string, LazyTables>();

function sharedChain(bars: readonly RawBar[], { config, history }: Pick<LookAheadOptions, "config" | "history">) {
  const from = JSON.stringify([bars, config, history]);
  return chains.getOrInsertComputed(from, () => chainOf({ bars, config, history }));
}

/** Bars with the values of a table. A split that the market does not have divides the prices from then on, as a split does. */
function barsFrom(sessions: readonly string[], columns: GuardedTable["columns"]): RawBar[] {
  const number = (name: string, row: number) => {
    const value = columns[name]![row] as number | null;
    return value === null || Number.isNaN(value) ? null : value;
  };
  let shares = 1;
  return sessions.map((session, row) => {
    const bar = market[row]!;
    if (bar.ticker !== market[row - 1]?.ticker) shares = 1;
    const split = number("split", row);
    shares *= (split ?? 1) / bar.split!;
    const price = (name: string) => {
      const value = number(name, row);
      return value === null ? null : value / shares;
    };
    const open = price("open");
    const close = price("close");
    const prices = [open, close].filter((value) => value !== null);
    return {
      ...bar,
      session,
      open,
      close,
      high: prices.length ? Math.max(...prices) : null,
      low: prices.length ? Math.min(...prices) : null,
      volume: number("volume", row),
      dividend: number("dividend", row),
      split,
    };
  });
}

/**
 * Moves of the size of the market's own, some missing bars and splits: enough to change every result, too little to break the
 * computation.
 */
function change(value: number, column: string, random: () => number): number {
  if (column === "split") return random() < 0.003 ? 2 : value;
  if (column === "dividend") return random() < 0.05 ? 0.1 * random() : value;
  return random() < 0.02 ? NaN : value * Math.exp(0.02 * (random() - 0.5));
}

/** Rows by the session at which they are known, within a session in key order. */
function guarded(
  rows: readonly Record<string, unknown>[],
  { knownBy = "session", columns }: LookAheadOptions,
): GuardedTable {
  const known = rows.filter((row) => row[knownBy] !== null)
    .sort((a, b) => (a[knownBy] as string) < (b[knownBy] as string) ? -1 : a[knownBy] === b[knownBy] ? 0 : 1);
  const names = columns ?? Object.keys(rows[0] ?? {});
  return {
    sessions: known.map((row) => row[knownBy] as string),
    columns: Object.fromEntries(names.map((name) => [name, known.map((row) => cell(row[name]))])),
  };
}

function cell(value: unknown): GuardedCell {
  return typeof value === "object" && value !== null ? JSON.stringify(value) : value as GuardedCell;
}
