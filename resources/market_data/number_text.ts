/** Decimal numbers as every writer of text spells them; hexadecimal, `Infinity` and thousands separators are not among them. */
const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;
const NOT_A_NUMBER = /^(nan)?$/i;

/** The number that a text spells: NaN of an empty text or `NaN`, `undefined` of what is no finite number. */
export function numberOfText(text: string): number | undefined {
  if (NOT_A_NUMBER.test(text)) return NaN;
  const value = NUMBER.test(text) ? Number(text) : NaN;
  return Number.isFinite(value) ? value : undefined;
}
