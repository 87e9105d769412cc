/** Decimal numbers in their common spellings; hexadecimal, `Infinity` and thousands separators are not supported. */
const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;
/** Texts for a missing value: empty, `NaN` (pandas, R), `null` (exports of databases and of some vendors). */
const NO_VALUE = /^(nan|null)?$/i;

/** The number of a text: NaN for an empty text, `NaN` or `null`; `undefined` if it is not a finite number. */
export function numberOfText(text: string): number | undefined {
  if (NO_VALUE.test(text)) return NaN;
  const value = NUMBER.test(text) ? Number(text) : NaN;
  return Number.isFinite(value) ? value : undefined;
}
