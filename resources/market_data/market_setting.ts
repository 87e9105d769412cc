const GREATEST_SEED = 2 ** 32 - 1;

/** The allowed settings of market data, for error messages. */
export const MARKET_DATA_FORMS =
  `simulated, simulated:SEED with a whole number from 0 to ${GREATEST_SEED}, csv:PATH with the path of a CSV file, plain or gzip, ` +
  "parquet:PATH with that of a Parquet file, imported for the data of `deno task import`, or polygon for the vendor";

/** Whether the setting names market data. */
export function isMarketData(setting: string): boolean {
  return setting === "simulated" || setting === "imported" || setting === "polygon" || seedOf(setting) !== undefined ||
    fileOf(setting) !== undefined;
}

/** The seed of `simulated:SEED`. */
export function seedOf(setting: string): number | undefined {
  const seed = /^simulated:(\d+)$/.exec(setting)?.[1];
  return seed !== undefined && Number(seed) <= GREATEST_SEED ? Number(seed) : undefined;
}

/** The file of `csv:PATH` or `parquet:PATH`. */
export function fileOf(setting: string): { format: string; path: string } | undefined {
  const [, format, path] = /^(csv|parquet):(.+)$/s.exec(setting) ?? [];
  return path === undefined ? undefined : { format: format!, path };
}
