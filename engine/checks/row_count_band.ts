import { DefinitionError } from "../errors.ts";
import { type Check, check, longestHistory, type NamedCheckOptions } from "../declare/check.ts";
import { median } from "./median.ts";

/** Settings of {@link rowCountBand}. */
export interface RowCountBandOptions extends NamedCheckOptions {
  /** Maximum distance of the count from the median, as a share of it: 0.5 allows from half of it to one and a half times it. */
  within: number;
  /** Number of content-changing materializations, latest first, of which the median is taken. Default 10. */
  over?: number;
  /** With fewer than this many, the check passes. Default 3. */
  atLeast?: number;
}

/**
 * The number of rows is within a band around the median of the last versions: a table that loses half of its rows overnight is
 * seldom correct. Rows from a date on are not counted: the others stay.
 *
 * @throws {DefinitionError} If `within` is not above 0, or `over` or `atLeast` is not an integer within the length of a history.
 */
export function rowCountBand<Row>(options: RowCountBandOptions): Check<Row> {
  const { within, over = 10, atLeast = 3, name = "row_count_band" } = options;
  if (!(within > 0)) {
    throw new DefinitionError(`rowCountBand() allows a share of ${within} around the median; it must be above 0.`);
  }
  if (![over, atLeast].every(Number.isInteger) || atLeast < 1 || over < atLeast || over > longestHistory) {
    throw new DefinitionError(
      `rowCountBand() takes at least ${atLeast} of the last ${over} versions; whole numbers from 1 to ${longestHistory} are possible, the second not below the first.`,
    );
  }
  return check(
    name,
    `Not further than ${within * 100} % from the median number of rows of the last ${over} versions.`,
    async ({ count, from, history }) => {
      if (from !== undefined) return { passed: true, message: `${count} rows from ${from} on; all earlier ones stay` };
      const past = (await history()).slice(0, over);
      if (past.length < atLeast) {
        return {
          passed: true,
          message: `${count} rows; with a history of ${past.length} ${
            past.length === 1 ? "version" : "versions"
          } there is nothing to compare with, ${atLeast} are needed`,
        };
      }
      const middle = median(past.map(({ rowCount }) => rowCount));
      const [low, high] = [Math.max(0, middle * (1 - within)), middle * (1 + within)];
      const passed = count >= low && count <= high;
      return {
        passed,
        message: `${count} rows, ${
          passed ? "within" : "outside"
        } ${low} to ${high} around the median ${middle} of ${past.length} versions`,
        failingRows: passed ? [] : past.map((version) => ({ ...version, rows_now: count })),
      };
    },
    options,
  );
}
