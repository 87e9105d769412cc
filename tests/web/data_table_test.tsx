import assert from "node:assert/strict";
import { type Column, DataTable } from "../../web/components/data_table.tsx";

interface Thing {
  name: string;
  size: number;
}

const things: readonly Thing[] = [{ name: "a", size: 1 }, { name: "b", size: -2 }];
const columns: readonly (Column<Thing> | false)[] = [
  { title: "Name", header: true, sort: "name", cell: ({ name }) => name },
  false,
  {
    title: "Size",
    hint: "In metres",
    unit: "m",
    number: true,
    sort: "size",
    descends: true,
    class: "wide",
    cellClass: ({ size }) => size < 0 ? "loss" : undefined,
    cell: ({ size }, i) => `${i}: ${size}`,
  },
  { title: "Kind", hint: "What it is", cell: () => "–" },
];

Deno.test("DataTable draws titles, rows and their hints", () => {
  const html = String(
    <DataTable
      label="Things"
      csv="things"
      class="many"
      columns={columns}
      rows={things}
      row={({ name }) => ({ id: name })}
    />,
  );
  assert.match(
    html,
    /<div class="scroller" tabindex="0" role="region" aria-label="Things, may scroll sideways"><table class="many">/,
  );
  assert.match(html, /<th scope="col">Name<\/th>/, "no address sorts it");
  assert.match(
    html,
    /<th scope="col" class="number wide"><abbr title="In metres">Size<\/abbr> <small class="faint">m<\/small>/,
  );
  assert.match(html, /<tr id="a"><th scope="row">a<\/th><td class="number wide">0: 1<\/td><td>–<\/td><\/tr>/);
  assert.match(html, /<td class="number wide loss">1: -2<\/td>/);
  assert.match(html, /data-csv="things"/);
});

Deno.test("DataTable sorts by the address: first in the preferred direction, then reversed", () => {
  const at = (sort: { column: string; descending: boolean } | undefined) =>
    String(
      <DataTable
        label="Things"
        columns={columns}
        rows={things}
        sorting={{ sort, path: ({ column, descending }) => `/things?sort=${descending ? "-" : ""}${column}` }}
      />,
    );
  const none = at(undefined);
  assert.match(none, /<a href="\/things\?sort=name">Name<\/a>/);
  assert.match(none, /<a href="\/things\?sort=-size" title="In metres">Size<\/a>/);
  assert.doesNotMatch(none, /aria-sort/);
  const bySize = at({ column: "size", descending: true });
  assert.match(
    bySize,
    /aria-sort="descending"><a href="\/things\?sort=size" title="In metres">Size<\/a><span aria-hidden="true"> ▼/,
  );
  assert.equal(bySize.match(/aria-sort/g)?.length, 1);
  assert.match(at({ column: "name", descending: false }), /aria-sort="ascending"><a href="\/things\?sort=-name">Name/);
});

Deno.test("DataTable draws groups of rows under titles of their own", () => {
  const groups = [{ title: "Large", rows: things.slice(0, 1) }, { title: "Small", rows: things.slice(1) }];
  const html = String(<DataTable label="Things" bounded columns={columns} groups={groups} />);
  assert.equal(html.match(/<tbody>/g)?.length, 2);
  assert.match(html, /<tr class="part"><th scope="rowgroup" colspan="3">Large<\/th><\/tr><tr><th scope="row">a/);
  assert.match(html, /class="scroller bounded"[^>]* aria-label="Things, may scroll"/);
});
