/** Decimal numbers as every writer of text spells them; hexadecimal, `Infinity` and thousands separators are not among them. */
const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;
/** What writers put where there is no value: nothing, pandas and R `NaN`, exports of databases and of some vendors `null`. */
const NO_VALUE = /^(nan|null)?$/i;

/** The number that a text spells: NaN of an empty text, `NaN` or `null`, `undefined` of what is no finite number. */
export function numberOfText(text: string): number | undefined {
  if (NO_VALUE.test(text)) return NaN;
  const value = NUMBER.test(text) ? Number(text) : NaN;
  return Number.isFinite(value) ? value : undefined;
}
