/** Numbers that Python's `json` writes and reads, and JSON does not have. */
const numbers: Readonly<Record<string, number>> = { "NaN": NaN, "Infinity": Infinity, "-Infinity": -Infinity };

/** Marks such a number in a parsed text: a list, which cannot be a key or merge with adjacent text. Clients cannot guess it. */
const mark = crypto.randomUUID();

/**
 * A string, up to its end or that of the text, or a number that JSON does not have. Every character of a string matches only one
 * alternative, so that time is linear in the text.
 */
const stringOrNumber = /"(?:[^"\\]|\\[^]?)*(?:"|$)|-?Infinity|NaN/g;

/**
 * Parses the input of Python's `json.loads`: JSON, and the three numbers outside of strings. {@link restoreNumbers} restores
 * those in fields of a row; elsewhere they are not used.
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

/** Replaces the marks in the fields of a row by their numbers. */
export function restoreNumbers(row: unknown): void {
  if (typeof row !== "object" || row === null) return;
  for (const [name, value] of Object.entries(row)) {
    if (Array.isArray(value) && value[0] === mark) Object.assign(row, { [name]: numbers[value[1]] });
  }
}
