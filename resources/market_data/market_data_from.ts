import type { Clock } from "../clock.ts";
import { csvMarket } from "./csv.ts";
import type { MarketData } from "./market_data.ts";
import { parquetMarket } from "./parquet.ts";
import { simulatedMarket } from "./simulated.ts";

const GREATEST_SEED = 2 ** 32 - 1;

/**
 * The source of a setting: `simulated`, `simulated:SEED`, `csv:PATH` or `parquet:PATH`.
 *
 * Reads nothing yet: a missing file is reported when it is read.
 *
 * @param options.since Time of the first use of the simulated market: its history starts four years earlier and grows. Without it the history rolls.
 * @param options.readsBars Whether bars of a file will be read here; true by default.
 * @throws {RangeError} For anything else, with the setting and the allowed ones; also for `polygon`, a vendor, which `vendorFrom`
 * creates, and for `imported`, whose data are in the database.
 */
export function marketDataFrom(
  setting: string,
  { clock, since, readsBars }: { clock: Clock; since?: Temporal.Instant; readsBars?: boolean },
): MarketData {
  if (setting === "simulated") return simulatedMarket({ clock, since });

  const seed = /^simulated:(\d+)$/.exec(setting)?.[1];
  if (seed !== undefined && Number(seed) <= GREATEST_SEED) return simulatedMarket({ clock, since, seed: Number(seed) });

  const [, format, path] = /^(csv|parquet):(.+)$/s.exec(setting) ?? [];
  if (path !== undefined) return format === "csv" ? csvMarket(path, { readsBars }) : parquetMarket(path, { readsBars });

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
