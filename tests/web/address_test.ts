import assert from "node:assert/strict";
import {
  Address,
  date,
  flag,
  named,
  names,
  number,
  oneOf,
  page,
  pageSize,
  sort,
  standing,
  text,
} from "../../web/address.ts";

const address = new Address("/things", {
  q: text({ longest: 5 }),
  kind: oneOf("Kind", ["big", "small"]),
  view: standing("table", oneOf("View", ["table", "graph"])),
  isOpen: named("open", flag("Open")),
  least: number("Least", { whole: true }),
  most: number("Most", { least: 1, most: 1000 }),
  day: date("Day"),
  hidden: named("hide", names((name) => /^[a-z]+$/.test(name))),
  sort: sort(["name", "size"]),
  size: pageSize([10, 20], 20),
  page: page(),
});

const read = (query: string) => address.read(new URLSearchParams(query));

Deno.test("Address.read() returns the values of an address, and the defaults of missing ones", () => {
  assert.deepEqual(read(""), {
    search: { view: "table", hidden: [], size: 20, page: 1 },
    problems: new Map(),
  });
  assert.deepEqual(
    read(
      "q=+abcdefg+&kind=big&view=graph&open=no&least=0&most=2.5&day=2024-02-29&hide=a,B,c&sort=-size&size=10&page=3",
    ),
    {
      search: {
        q: "abcde",
        kind: "big",
        view: "graph",
        isOpen: false,
        least: 0,
        most: 2.5,
        day: "2024-02-29",
        hidden: ["a", "c"],
        sort: { column: "size", descending: true },
        size: 10,
        page: 3,
      },
      problems: new Map(),
    },
  );
});

Deno.test("Address.read() names each parameter that cannot be read, and leaves it out", () => {
  const { search, problems } = read(
    "kind=huge&view=map&open=1&least=1.5&most=1001&day=2023-02-29&sort=colour&size=7&page=0&unknown=x&q=a",
  );
  assert.deepEqual(search, { q: "a", view: "table", hidden: [], size: 20, page: 1 });
  assert.deepEqual(Object.fromEntries(problems), {
    kind: "Kind “huge” is none of big, small.",
    view: "View “map” is none of table, graph.",
    open: "Open “1” is neither yes nor no.",
    least: "Least “1.5” is not a whole number of at least 0.",
    most: "Most “1001” is not a number from 1 to 1,000.",
    day: "Day “2023-02-29” is not a date such as 2024-01-31.",
    sort: "The table cannot be sorted by “colour”.",
    size: "A page of “7” rows is none of 10, 20.",
    page: "Page “0” is not a whole number of at least 1.",
  });
  for (const wrong of ["Infinity", "NaN", "1e309", "-1", "0x1F", "1 2"]) {
    assert.equal(read(new URLSearchParams({ most: wrong }).toString()).problems.size, wrong === "0x1F" ? 0 : 1, wrong);
  }
});

Deno.test("Address.write() omits defaults, and gives equal searches equal addresses", () => {
  const { search } = read("page=2&kind=small&view=table&size=20&hide=b,a");
  assert.equal(address.write(search), "/things?kind=small&hide=b%2Ca&page=2");
  assert.equal(address.write(search, { kind: undefined, hidden: [], page: 1 }), "/things");
  assert.equal(
    address.write(search, { page: 1, sort: { column: "name", descending: false } }, {
      path: "/things.csv",
      more: { format: "csv" },
    }),
    "/things.csv?kind=small&hide=b%2Ca&sort=name&format=csv",
  );
  assert.deepEqual(address.entries(search), [["kind", "small"], ["hide", "b,a"], ["page", "2"]]);
});
