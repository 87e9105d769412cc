import { count } from "../resources/figures.ts";

export { count, counted, duration } from "../resources/figures.ts";

const short = new Intl.NumberFormat("en-US", { notation: "compact", maximumSignificantDigits: 3 });
const byDecimals = new Map<number, Intl.NumberFormat>();
const byZone = new Map<string, Intl.DateTimeFormat>();

/** A whole number in three digits: `482`, `1.08K`, `443K`, `12.3M`. */
export function shortCount(n: number): string {
  return short.format(n);
}

/** An amount of money in three digits: `156M USD`, `2.91M USD`, `950 USD`. */
export function shortUsd(value: number): string {
  return `${shortCount(value)} USD`;
}

/** A fraction as a percentage with its sign: `+12.3 %`, `−4.0 %`. */
export function signedPercent(fraction: number): string {
  return signed(fraction, 1);
}

/** The change in a session with two decimals: `+0.17 %`, `−1.20 %`. */
export function sessionChange(fraction: number): string {
  return signed(fraction, 2);
}

function signed(fraction: number, decimals: number): string {
  const percent = Math.abs(100 * fraction);
  const sign = Number(percent.toFixed(decimals)) === 0 ? "" : fraction > 0 ? "+" : "−";
  return `${sign}${decimal(percent, decimals)} %`;
}

/** A p-value with three decimals; its magnitude if these would be zero: `2e−7`. */
export function pValue(p: number): string {
  const short = p.toExponential(0);
  if (Number(short) >= 0.001) return p.toFixed(3);
  return p < 1e-16 ? "< 1e−16" : short.replace("-", "−");
}

/** A number with `decimals` places and a true minus sign; never a negative zero. */
export function decimal(x: number, decimals: number): string {
  let format = byDecimals.get(decimals);
  if (!format) {
    const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
    byDecimals.set(decimals, format = new Intl.NumberFormat("en-US", { ...digits, signDisplay: "negative" }));
  }
  return format.format(x).replace("-", "−");
}

/** A number of unknown kind in about four significant digits. */
export function figure(x: number): string {
  if (Number.isInteger(x)) return count(x).replace("-", "−");
  return Math.abs(x) >= 1000 ? decimal(x, 0) : x.toPrecision(4).replace("-", "−");
}

/** A size on the disk in megabytes of 2^20 bytes: `0.1 MB`, `1,204 MB`. */
export function megabytes(bytes: number): string {
  const size = bytes / 2 ** 20;
  return `${decimal(size, size < 9.95 ? 1 : 0)} MB`;
}

/** A moment in a time zone: `2026-11-23 12:00:05 UTC`, `2026-11-23 07:00:05 EST`. */
export function moment(iso: string, timeZone: string): string {
  return `${wallTime(iso, timeZone)} ${zoneName(iso, timeZone)}`;
}

/** The same without the zone: `2026-11-23 07:00:05`. */
export function wallTime(iso: string, timeZone: string): string {
  if (timeZone === "UTC") return new Date(iso).toISOString().slice(0, 19).replace("T", " ");
  const at = Temporal.Instant.from(iso).toZonedDateTimeISO(timeZone).toPlainDateTime();
  return at.toString({ smallestUnit: "second" }).replace("T", " ");
}

/** Short name of a time zone at a moment: `UTC`, `EST`, `GMT+1`. */
export function zoneName(iso: string, timeZone: string): string {
  let format = byZone.get(timeZone);
  if (!format) byZone.set(timeZone, format = new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "short" }));
  return format.formatToParts(new Date(iso)).find(({ type }) => type === "timeZoneName")?.value ?? timeZone;
}

/** A fraction as a percentage: `12.3 %`, `−4.0 %`. */
export function percent(fraction: number): string {
  return `${decimal(100 * fraction, 1)} %`;
}

/** A sentence with long decimals cut to three significant digits, and separators in long and in counted whole numbers. */
export function brieflyFigured(sentence: string): string {
  const counts = /(?<![\d.,:-])(?:\d{5,}(?![\d.,:-]*\d)|\d{4}(?= (?:rows|pairs|partitions|sessions|tickers)\b))/g;
  return sentence.replace(counts, (number) => count(Number(number))).replace(
    /-?(?<!\d)\d+\.\d{4,}(e[+-]?\d+)?/g,
    (number) => {
      const short = Number(Number(number).toPrecision(3));
      return (Math.abs(short) >= 1000 ? count(short) : String(short)).replace("-", "−");
    },
  );
}

/** A number in words; a dash for none. */
export function orDash(value: number | null | undefined, text: (value: number) => string): string {
  return value === null || value === undefined ? "–" : text(value);
}

/** A half-life in sessions; that of a spread that does not revert is not positive. */
export function halfLife(sessions: number): string {
  return sessions > 0 ? decimal(sessions, 1) : "never";
}
