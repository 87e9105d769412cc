import { DefinitionError } from "../errors.ts";
import { type Check, check, type NamedCheckOptions, sampleSize } from "./check.ts";
import { numbersOf, type SeriesColumns, seriesOrder } from "./series_order.ts";

/** Settings of {@link priceJumpWithoutSplit}. */
export interface PriceJumpOptions<Column extends string> extends NamedCheckOptions, SeriesColumns<Column> {
  price: Column;
  /** How many times the price before, or how small a part of it, is a jump. Above 1. */
  factor: number;
  /** New shares for one old in the row's session: where it is not 1, the price may jump. For prices that are not adjusted. */
  split?: Column;
}

/**
 * No price is `factor` times the one before or more, or that part of it or less: a split that the source does not know looks
 * so. Rows without a price are passed over.
 *
 * A failing row is the row after the jump with the price before it.
 * @throws {DefinitionError} If `factor` is not above 1.
 */
export function priceJumpWithoutSplit<const Column extends string>(
  options: PriceJumpOptions<Column>,
): Check<Record<Column, unknown>> {
  const { series, date, price, factor, split, name = "price_jump_without_split" } = options;
  if (!(factor > 1)) throw new DefinitionError(`priceJumpWithoutSplit() has the factor ${factor}; it must be above 1.`);
  return check(
    name,
    `No ${price} is ${factor} times the one before or more, or 1/${factor} of it or less: a split that the source does not know looks so.`,
    (rows) => {
      const { row, seriesAt } = seriesOrder(rows, options);
      const prices = numbersOf(rows, price);
      const splits = split === undefined ? undefined : numbersOf(rows, split);
      const failingRows: object[] = [];
      let jumps = 0;
      let before = NaN;
      for (let i = 0; i < row.length; i++) {
        if (i > 0 && seriesAt[i] !== seriesAt[i - 1]) before = NaN;
        const now = prices[row[i]!]!;
        // Nothing compares with NaN.
        if ((now >= factor * before || before >= factor * now) && !isSplit(splits?.[row[i]!])) {
          jumps++;
          if (failingRows.length < sampleSize) {
            failingRows.push({ ...rows.row(row[i]!), [`${price}_before`]: before });
          }
        }
        if (!Number.isNaN(now)) before = now;
      }
      return { passed: jumps === 0, message: `${jumps} jumps in ${rows.count} rows`, failingRows };
    },
    { ...options, columns: [series, date, price, ...(split === undefined ? [] : [split])] },
  );
}

function isSplit(ratio: number | undefined): boolean {
  return ratio !== undefined && !Number.isNaN(ratio) && ratio !== 1;
}

/** Settings of {@link stalePrices}. */
export interface StalePricesOptions<Column extends string> extends NamedCheckOptions, SeriesColumns<Column> {
  price: Column;
  /** Without one, a repeated price alone is suspicious. */
  volume?: Column;
  /** How many rows with the same price in a row are too many. At least 2. */
  sessions: number;
}

/**
 * No price repeats for so many sessions without trading: a feed that stands still, or a ticker that no longer trades, looks so.
 * A row repeats the one before it where the price is the same and the volume is 0, missing or the same.
 *
 * A failing row is such a stretch: its price, first and last session, and length.
 * @throws {DefinitionError} If `sessions` is not a whole number from 2.
 */
export function stalePrices<const Column extends string>(
  options: StalePricesOptions<Column>,
): Check<Record<Column, unknown>> {
  const { series, date, price, volume, sessions, name = "stale_prices" } = options;
  if (!Number.isInteger(sessions) || sessions < 2) {
    throw new DefinitionError(`stalePrices() has ${sessions} sessions; it must be a whole number from 2.`);
  }
  return check(
    name,
    `No ${price} repeats for ${sessions} sessions or more without ${volume ?? "a change"}.`,
    (rows) => {
      const order = seriesOrder(rows, options);
      const { row, seriesAt, dateAt } = order;
      const prices = numbersOf(rows, price);
      const volumes = volume === undefined ? undefined : numbersOf(rows, volume);
      const failingRows: object[] = [];
      const stale = new Set<number>();
      let stretches = 0;
      let start = 0;
      for (let i = 1; i <= row.length; i++) {
        if (
          i < row.length && seriesAt[i] === seriesAt[i - 1] && prices[row[i]!] === prices[row[i - 1]!] &&
          isUntraded(volumes, row[i]!, row[i - 1]!)
        ) continue;
        if (i - start >= sessions) {
          stretches++;
          stale.add(seriesAt[start]!);
          if (failingRows.length < sampleSize) {
            failingRows.push({
              [series]: order.series[seriesAt[start]!],
              [price]: prices[row[start]!],
              [`first_${date}`]: order.dates[dateAt[start]!],
              [`last_${date}`]: order.dates[dateAt[i - 1]!],
              sessions: i - start,
            });
          }
        }
        start = i;
      }
      return {
        passed: stretches === 0,
        message: stretches === 0
          ? `${order.series.length} series without a stretch of ${sessions} equal prices`
          : `${stretches} ${
            stretches === 1 ? "stretch" : "stretches"
          } of equal prices in ${stale.size} of ${order.series.length} series`,
        failingRows,
      };
    },
    { ...options, columns: [series, date, price, ...(volume === undefined ? [] : [volume])] },
  );
}

function isUntraded(volumes: Float64Array | undefined, row: number, before: number): boolean {
  if (!volumes) return true;
  const volume = volumes[row]!;
  return volume === 0 || Number.isNaN(volume) || volume === volumes[before];
}
