import type { Clock } from "../clock.ts";
import { csvMarket } from "./csv.ts";
import type { MarketData } from "./market_data.ts";
import { simulatedMarket } from "./simulated.ts";

const GREATEST_SEED = 2 ** 32 - 1;

/**
 * The source that a setting names: `simulated`, `simulated:SEED` or `csv:PATH`.
 *
 * Nothing is read yet: a file that is missing shows when it is read.
 *
 * @throws {RangeError} For anything else, with what was read and what is allowed.
 */
export function marketDataFrom(setting: string, { clock }: { clock: Clock }): MarketData {
  if (setting === "simulated") return simulatedMarket({ clock });

  const seed = /^simulated:(\d+)$/.exec(setting)?.[1];
  if (seed !== undefined && Number(seed) <= GREATEST_SEED) return simulatedMarket({ clock, seed: Number(seed) });

  const path = /^csv:(.+)$/s.exec(setting)?.[1];
  if (path !== undefined) return csvMarket(path);

  throw new RangeError(
    `${
      JSON.stringify(setting)
    } names no market data. Allowed are simulated, simulated:SEED with a whole number from 0 to ` +
      `${GREATEST_SEED}, and csv:PATH with the path of a CSV file, plain or gzip.`,
  );
}
