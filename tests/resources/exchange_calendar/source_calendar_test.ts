import assert from "node:assert/strict";
import { join } from "node:path";
import { calendarFrom, nyse } from "../../../resources/exchange_calendar/mod.ts";

/** What each calendar says of a date. */
const dates = ["2026-11-25", "2026-11-26", "2026-11-27", "2026-11-28", "2026-11-29", "2026-11-30"];
const said = {
  XNYS: [null, "is dated on a holiday of XNYS", null, "is dated on a Saturday", "is dated on a Sunday", null],
  weekdays: [null, null, null, "is dated on a Saturday", "is dated on a Sunday", null],
  "24/7": [null, null, null, null, null, null],
  none: [null, null, null, null, null, null],
};
const next = {
  XNYS: ["2026-11-27", "2026-11-27", "2026-11-30", "2026-11-30", "2026-11-30", "2026-12-01"],
  weekdays: ["2026-11-26", "2026-11-27", "2026-11-30", "2026-11-30", "2026-11-30", "2026-12-01"],
  "24/7": ["2026-11-26", "2026-11-27", "2026-11-28", "2026-11-29", "2026-11-30", "2026-12-01"],
  none: [null, null, null, null, null, null],
};

for (const name of Object.keys(said) as (keyof typeof said)[]) {
  Deno.test(`calendarFrom() knows ${name}: which dates are sessions, and which comes next`, async () => {
    const calendar = await calendarFrom(name);
    assert.equal(calendar.name, name);
    assert.deepEqual(dates.map((date) => calendar.faultOf(date) ?? null), said[name]);
    assert.deepEqual(dates.map((date) => calendar.nextSession(date)), next[name]);
  });
}

Deno.test("calendarFrom() takes years that the exchange's calendar does not know as they come", async () => {
  const calendar = await calendarFrom("XNYS");
  // The exchange traded on Saturdays then.
  assert.deepEqual([calendar.faultOf("1950-01-07"), calendar.nextSession("1989-12-29")], [undefined, "1990-01-01"]);
  assert.deepEqual([calendar.faultOf("2101-01-01"), calendar.nextSession("2101-01-01")], [undefined, null]);
  assert.equal(calendar.nextSession(nyse.lastDate), null);
});

Deno.test("calendarFrom() knows the weekends of XNYS before its holidays", async () => {
  const { faultOf } = await calendarFrom("XNYS");
  assert.equal(faultOf("1985-11-23"), "is dated on a Saturday");
  assert.equal(faultOf("1952-10-04"), "is dated on a Saturday");
  assert.equal(faultOf("1952-09-27"), undefined);
  for (const sunday of ["1985-11-24", "1950-01-08", "1901-01-06"]) {
    assert.equal(faultOf(sunday), "is dated on a Sunday");
  }
  assert.equal(faultOf("1985-11-25"), undefined);
});

Deno.test("calendarFrom() lists the sessions of a calendar that knows its holidays", async () => {
  const between = async (name: string, from: string, to: string) =>
    (await calendarFrom(name)).sessionsBetween(from, to);
  assert.deepEqual(await between("XNYS", "2026-11-25", "2026-11-30"), ["2026-11-25", "2026-11-27", "2026-11-30"]);
  assert.deepEqual(await between("XNYS", "1985-01-01", "1990-01-02"), ["1990-01-02"]);
  assert.deepEqual(await between("XNYS", "1980-01-01", "1985-01-01"), []);
  assert.deepEqual(await between("24/7", "2026-11-28", "2026-11-30"), ["2026-11-28", "2026-11-29", "2026-11-30"]);
  for (const name of ["weekdays", "none"]) assert.equal(await between(name, "2026-11-28", "2026-11-30"), null);
});

Deno.test("calendarFrom() gives a list of sessions another version when a session is added to it", async () => {
  const path = await Deno.makeTempFile();
  try {
    const versionOf = async (text: string) => {
      await Deno.writeTextFile(path, text);
      return (await calendarFrom(`sessions:${path}`)).version;
    };
    const before = await versionOf("2026-11-24\n2026-11-25\n");
    assert.notEqual(await versionOf("2026-11-24\n2026-11-25\n2026-11-27\n"), before);
    // Comments, order and line ends are no sessions.
    assert.equal(await versionOf("# Tokyo\r\n2026-11-25\r\n2026-11-24"), before);
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("calendarFrom() reads sessions from a file, whatever its line ends, order and comments", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "tokyo.txt");
    await Deno.writeTextFile(path, "\uFEFF# Tokyo\r\n2026-11-24\r\n2026-11-20\r\n\r\n 2026-11-25 \r\n2026-11-24");
    const calendar = await calendarFrom(`sessions:${path}`);
    assert.deepEqual(["2026-11-20", "2026-11-24"].map((date) => calendar.faultOf(date)), [undefined, undefined]);
    assert.equal(calendar.faultOf("2026-11-23"), `is dated on no session of ${path}`);
    const outside = `is dated outside ${path}, which lists 2026-11-20 to 2026-11-25`;
    assert.deepEqual(["2026-11-19", "2026-11-26"].map((date) => calendar.faultOf(date)), [outside, outside]);
    assert.deepEqual(["2026-11-20", "2026-11-25"].map((date) => calendar.nextSession(date)), ["2026-11-24", null]);
    assert.deepEqual(calendar.sessionsBetween("2026-11-21", "2026-11-30"), ["2026-11-24", "2026-11-25"]);

    await Deno.writeTextFile(path, "2026-11-24\n2026-02-30\n");
    await assert.rejects(calendarFrom(`sessions:${path}`), /tokyo\.txt, line 2: "2026-02-30" is not a date\. Write/);
    await Deno.writeTextFile(path, "# none\n");
    await assert.rejects(calendarFrom(`sessions:${path}`), /tokyo\.txt lists no session/);
    await assert.rejects(calendarFrom(`sessions:${join(folder, "absent")}`), /absent cannot be read/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("calendarFrom() refuses a calendar that it does not know, and names those that it does", async () => {
  await assert.rejects(
    calendarFrom("XTKS"),
    /"XTKS" is not a calendar\. Allowed are XNYS, weekdays, 24\/7, none and sessions:PATH/,
  );
});
