import type { Clock } from "../clock.ts";
import { csvMarket } from "./csv.ts";
import type { MarketData } from "./market_data.ts";
import { fileOf, MARKET_DATA_FORMS, seedOf } from "./market_setting.ts";
import { parquetMarket } from "./parquet.ts";
import { simulatedMarket } from "./simulated.ts";

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

  const seed = seedOf(setting);
  if (seed !== undefined) return simulatedMarket({ clock, since, seed });

  const file = fileOf(setting);
  if (file) {
    return file.format === "csv" ? csvMarket(file.path, { readsBars }) : parquetMarket(file.path, { readsBars });
  }

  if (setting === "polygon") {
    throw new RangeError(
      '"polygon" is not read as a whole: it is a vendor that is queried by session. vendorFrom() makes it.',
    );
  }
  throw new RangeError(`${JSON.stringify(setting)} names no market data. Allowed: ${MARKET_DATA_FORMS}.`);
}
