import assert from "node:assert/strict";
import fc from "fast-check";
import { parsePythonJson, restoreNumbers } from "../../../routes/compat/python_json.ts";

/** The fields of a row as Python reads them. */
function row(text: string): unknown {
  const found = parsePythonJson(text);
  restoreNumbers(found);
  return found;
}

Deno.test("parsePythonJson() reads the numbers that JSON does not know, among the fields of a row", () => {
  assert.deepEqual(row('{"a": NaN, "b":Infinity,"c" : -Infinity }'), { a: NaN, b: Infinity, c: -Infinity });
  assert.deepEqual(row('{"a": 1, "b": null}'), { a: 1, b: null });
});

Deno.test("parsePythonJson() does not change strings, escaped quotes included", () => {
  for (
    const text of ["NaN", "-Infinity", 'a "NaN" b', "\\", '\\"NaN', "\\\\NaN", '"', "\u2028NaN\n", "", "Infinity\\"]
  ) {
    assert.deepEqual(row(JSON.stringify({ [text]: text, x: 1 }).replace(/1}$/, "NaN}")), { [text]: text, x: NaN });
  }
});

Deno.test("parsePythonJson() refuses the same as Python", () => {
  for (
    const text of [
      "{NaN: 1}",
      '{"a": NaNa}',
      '{"a": 1NaN}',
      '{"a": NaN1}',
      '{"a": -NaN}',
      '{"a": --Infinity}',
      '{"a": +Infinity}',
      '{"a": Inf}',
      '{"a": nan}',
      '{"a": NAN}',
      '{"a": NaN',
      '{"a": NaN,}',
      '{"a": NaN NaN}',
      '{"a": "NaN}',
      '{"a": "\\',
      '{"a": "\\"NaN',
      "NaN, NaN",
    ]
  ) {
    assert.throws(() => parsePythonJson(text), SyntaxError, text);
  }
});

Deno.test("parsePythonJson() reads whatever JSON.parse reads as that does", () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 4 }), (text) => {
      assert.deepEqual(parsePythonJson(text), JSON.parse(text));
    }),
  );
});

Deno.test("parsePythonJson() takes a time that is proportional to the text", () => {
  // Ways to make a pattern try again: strings that do not end, quotes that are escaped, backslashes, minus signs.
  for (const unit of ['\\"', "\\", '"', "-", "-Infinit", "Na", '"\\']) {
    const text = `"${unit.repeat(1_000_000 / unit.length)}`;
    const started = performance.now();
    assert.throws(() => parsePythonJson(text), SyntaxError);
    assert.ok(performance.now() - started < 2_000, unit);
  }
});

Deno.test("parsePythonJson() mistakes no client text for its placeholder of a number", () => {
  const [mark] = parsePythonJson("NaN") as [string];
  assert.match(mark, /^[0-9a-f-]{36}$/);
  assert.deepEqual(row('{"a": ["NaN"], "b": ["", "NaN"]}'), { a: ["NaN"], b: ["", "NaN"] });
});
