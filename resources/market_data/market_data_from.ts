import type { Clock } from "../clock.ts";
import { csvMarket } from "./csv.ts";
import type { MarketData } from "./market_data.ts";
import { parquetMarket } from "./parquet.ts";
import { simulatedMarket } from "./simulated.ts";

const GREATEST_SEED = 2 ** 32 - 1;

/**
 * The source that a setting names: `simulated`, `simulated:SEED`, `csv:PATH` or `parquet:PATH`.
 *
 * Nothing is read yet: a file that is missing shows when it is read.
 *
 * @param options.since When the simulated market was first looked at: its history begins four years before and grows. Without it
 *   the history rolls.
 * @throws {RangeError} For anything else, with what was read and what is allowed; also for `polygon`, a vendor, which
 *   `vendorFrom` makes, and for `imported`, which the database holds.
 */
export function marketDataFrom(
  setting: string,
  { clock, since }: { clock: Clock; since?: Temporal.Instant },
): MarketData {
  if (setting === "simulated") return simulatedMarket({ clock, since });

  const seed = /^simulated:(\d+)$/.exec(setting)?.[1];
  if (seed !== undefined && Number(seed) <= GREATEST_SEED) return simulatedMarket({ clock, since, seed: Number(seed) });

  const [, format, path] = /^(csv|parquet):(.+)$/s.exec(setting) ?? [];
  if (path !== undefined) return format === "csv" ? csvMarket(path) : parquetMarket(path);

  if (setting === "polygon") {
    throw new RangeError(
      '"polygon" is not read as a whole: it is a vendor that is queried by session. vendorFrom() makes it.',
    );
  }
  throw new RangeError(
    `${
      JSON.stringify(setting)
    } names no market data. Allowed are simulated, simulated:SEED with a whole number from 0 to ` +
      `${GREATEST_SEED}, csv:PATH with the path of a CSV file, plain or gzip, parquet:PATH with that of a Parquet file, and ` +
      "imported for the data of `deno task import`.",
  );
}
