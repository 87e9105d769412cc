import assert from "node:assert/strict";
import fc from "fast-check";
import { csvOf } from "../../routes/csv.ts";

const text = (name: string) => ({ name, type: "text" as const });

Deno.test("csvOf() quotes where needed and distinguishes null from empty text", () => {
  const rows = [{ a: 'say "hi"', b: "x,y" }, { a: "two\r\nlines", b: null }, { a: "", b: " plain " }];
  assert.equal(csvOf([text("a"), text("b")], rows), 'a,b\r\n"say ""hi""","x,y"\r\n"two\r\nlines",\r\n"", plain \r\n');
});

Deno.test("csvOf() writes numbers, booleans and JSON", () => {
  const columns = [text("n"), text("b"), text("j")];
  assert.equal(csvOf(columns, [{ n: 1e21, b: false, j: { a: [1] } }]), 'n,b,j\r\n1e+21,false,"{""a"":[1]}"\r\n');
});

Deno.test("csvOf() of no rows is the header", () => {
  assert.equal(csvOf([text("a")], []), "a\r\n");
});

/** A reader by the grammar of RFC 4180, written for this test. */
function readCsv(csv: string): (string | null)[][] {
  const records: (string | null)[][] = [];
  let record: (string | null)[] = [];
  for (const [, quoted, plain, end] of csv.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    record.push(quoted === undefined ? plain || null : quoted.replaceAll('""', '"'));
    if (end === ",") continue;
    records.push(record);
    record = [];
  }
  return records;
}

Deno.test("csvOf() is read back unchanged by a parser of RFC 4180", () => {
  const value = fc.oneof(fc.constant(null), fc.string({ unit: fc.constantFrom('"', ",", "\r", "\n", "a", " ", "é") }));
  const table = fc.array(fc.tuple(value, value), { maxLength: 5 });
  fc.assert(fc.property(table, (rows) => {
    const csv = csvOf([text("a"), text("b")], rows.map(([a, b]) => ({ a, b })));
    assert.deepEqual(readCsv(csv), [["a", "b"], ...rows]);
  }));
});
