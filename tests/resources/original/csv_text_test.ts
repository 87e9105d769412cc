import assert from "node:assert/strict";
import { csvRows } from "../../../resources/original/csv_text.ts";

const fields = (text: string) => [...csvRows(text)].map(({ fields }) => fields);

Deno.test("csvRows() reads the output of COPY: quotes, commas and line breaks in fields, and empty ones", () => {
  assert.deepEqual(fields('a,b\n1,"x, ""y""\nz"\n,\n'), [["a", "b"], ["1", 'x, "y"\nz'], ["", ""]]);
  assert.deepEqual(fields('\uFEFFa,b\r\n"1",2\r\n'), [["a", "b"], ["1", "2"]]);
  assert.deepEqual(fields("a,b\n1,2"), [["a", "b"], ["1", "2"]]);
  assert.deepEqual(fields(""), []);
});

Deno.test("csvRows() reports the first line of each row, past blank ones and fields over several lines", () => {
  const lines = [...csvRows('a\n"1\n2\n3"\n\nb\n')].map(({ line, fields }) => [line, fields[0]]);
  assert.deepEqual(lines, [[1, "a"], [2, "1\n2\n3"], [6, "b"]]);
});

Deno.test("csvRows() refuses a field in quotes that does not end, or continues behind them", () => {
  assert.throws(() => fields('a\n"b\n'), /^RangeError: line 2: a field in quotes does not end/);
  assert.throws(() => fields('a\n"b"c\n'), /^RangeError: line 2: text follows a field in quotes/);
});
