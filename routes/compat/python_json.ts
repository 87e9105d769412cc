/** Numbers that Python's `json` writes and reads and JSON does not know. */
const numbers: Readonly<Record<string, number>> = { "NaN": NaN, "Infinity": Infinity, "-Infinity": -Infinity };

/** What stands for such a number in a parsed text: a list, so that it is no key and joins nothing beside it. No client can guess it. */
const mark = crypto.randomUUID();

/**
 * A string, to its end or that of the text, or a number that JSON does not know. Every character of a string is taken by one way
 * only, so that the time is proportional to the text.
 */
const stringOrNumber = /"(?:[^"\\]|\\[^]?)*(?:"|$)|-?Infinity|NaN/g;

/**
 * Parses what Python's `json.loads` parses: JSON, and the three numbers outside of strings. Those among the fields of a row are made
 * numbers by {@link restoreNumbers}; numbers elsewhere are not read.
 *
 * @throws {SyntaxError} If it is neither.
 *
 * Source: the Python Standard Library, module json, "Infinite and NaN Number Values". Cost: O(characters).
 */
export function parsePythonJson(text: string): unknown {
  return JSON.parse(
    text.replace(stringOrNumber, (found) => Object.hasOwn(numbers, found) ? `["${mark}","${found}"]` : found),
  );
}

/** Puts the numbers in for what stands for them among the fields of a row. */
export function restoreNumbers(row: unknown): void {
  if (typeof row !== "object" || row === null) return;
  for (const [name, value] of Object.entries(row)) {
    if (Array.isArray(value) && value[0] === mark) Object.assign(row, { [name]: numbers[value[1]] });
  }
}
