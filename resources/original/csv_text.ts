/**
 * The fields of a CSV text, row by row, as PostgreSQL's COPY writes it: a field in quotes may go over several lines, and two quotes in
 * it are one.
 *
 * @returns Each row with the number of its first line, from 1. Blank lines are no rows.
 * @throws {RangeError} If a field in quotes does not end.
 *
 * Cost: O(n).
 */
export function* csvRows(text: string): Generator<{ line: number; fields: string[] }> {
  let at = text.startsWith("\uFEFF") ? 1 : 0;
  let line = 1;
  while (at < text.length) {
    const first = line;
    const fields: string[] = [];
    for (;;) {
      if (text[at] === '"') {
        let value = "";
        for (let from = at + 1;;) {
          const end = text.indexOf('"', from);
          if (end < 0) throw new RangeError(`line ${first}: a field in quotes does not end`);
          value += text.slice(from, end);
          at = end + 1;
          if (text[at] !== '"') break;
          value += '"';
          from = at + 1;
        }
        for (const letter of value) if (letter === "\n") line++;
        fields.push(value);
      } else {
        const end = endOfField(text, at);
        fields.push(text.slice(at, end));
        at = end;
      }
      if (text[at] !== ",") break;
      at++;
    }
    if (text[at] === "\r") at++;
    if (at < text.length && text[at] !== "\n") throw new RangeError(`line ${line}: text follows a field in quotes`);
    at++;
    line++;
    if (fields.length > 1 || fields[0] !== "") yield { line: first, fields };
  }
}

function endOfField(text: string, from: number): number {
  let at = from;
  for (; at < text.length; at++) {
    const letter = text[at];
    if (letter === "," || letter === "\n" || (letter === "\r" && text[at + 1] === "\n")) break;
  }
  return at;
}
