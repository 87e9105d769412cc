import assert from "node:assert/strict";
import { assetsWith, check, DefinitionError, noGaps, notEmpty, notNull, stalePrices } from "../../../engine/mod.ts";
import { Bar, bar, bySession, judged } from "../../support/judged_rows.ts";

const { asset } = assetsWith<Record<never, never>>();
type Checks = NonNullable<Parameters<typeof asset<typeof Bar>>[0]["checks"]>;

function declare(checks: Checks) {
  return asset({
    key: "bars",
    group: "t",
    layer: "raw",
    description: "",
    row: Bar,
    primaryKey: ["ticker", "session"],
    checks,
    materialize: () => ({ rows: [] }),
  });
}

Deno.test("asset() refuses two checks of one name, and takes them under two", () => {
  const two = (name?: string) => declare([noGaps(bySession), noGaps({ ...bySession, name })]);
  assert.throws(
    () => two(),
    (error) => error instanceof DefinitionError && /"bars" have the name "no_gaps"/.test(error.message),
  );
  assert.deepEqual(two("no_gaps_at_all").checks.map((c) => c.name), ["no_gaps", "no_gaps_at_all"]);
});

Deno.test("asset() refuses a check that reads a column which the rows do not have", () => {
  const wrong = stalePrices({ ...bySession, price: "price", sessions: 3 });
  assert.throws(
    () => declare([wrong as never]),
    (error) => error instanceof DefinitionError && /reads the column "price"/.test(error.message),
  );
});

Deno.test("every check takes its severity, and blocks where it is an error by default", () => {
  const settings = [
    notEmpty(),
    notEmpty({ severity: "warn" }),
    notEmpty({ blocking: false }),
    notNull<Bar>("close", { severity: "warn" }),
    noGaps({ ...bySession, severity: "error" }),
  ].map(({ severity, blocking }) => [severity, blocking]);
  assert.deepEqual(settings, [["error", true], ["warn", false], ["error", false], ["warn", false], ["error", true]]);
});

Deno.test("judge() treats a check that throws as failed, with its error", async () => {
  const broken = check<Bar>("broken", "Throws.", () => {
    throw new TypeError("out of range");
  });
  const outcome = await judged(broken as never, [bar("A", "2024-01-02")]);
  assert.deepEqual([outcome.passed, outcome.message], [false, "the check itself failed: out of range"]);
});

Deno.test("judge() throws on errors that a retry may resolve", async () => {
  const cutOff = check<Bar>("cut_off", "Throws.", () => {
    throw Object.assign(new Error("connection lost"), { retryable: true });
  });
  await assert.rejects(judged(cutOff as never, [bar("A", "2024-01-02")]), /connection lost/);
});

Deno.test("judge() keeps a bounded sample of the failing rows", async () => {
  const all = check<Bar>("all", "Fails.", (rows) => ({
    passed: false,
    message: "all",
    failingRows: Array.from({ length: rows.count }, (_, i) => rows.row(i)),
  }));
  const bars = Array.from({ length: 50 }, (_, i) => bar(`T${i}`, "2024-01-02"));
  assert.equal((await judged(all as never, bars)).failingRows!.length, 20);
});
