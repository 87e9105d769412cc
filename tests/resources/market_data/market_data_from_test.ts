import assert from "node:assert/strict";
import { fixedClock } from "../../../resources/clock.ts";
import { marketDataFrom, simulatedMarket } from "../../../resources/market_data/mod.ts";

const clock = fixedClock("2026-11-23T12:00:00Z");

Deno.test("marketDataFrom() makes the source that the setting names", async () => {
  const versionOf = (seed?: number) => simulatedMarket({ clock, seed }).version();
  assert.equal(await marketDataFrom("simulated", { clock }).version(), await versionOf());
  assert.equal(await marketDataFrom("simulated:7", { clock }).version(), await versionOf(7));
  assert.equal(await marketDataFrom("simulated:4294967295", { clock }).version(), await versionOf(4294967295));
  assert.equal(marketDataFrom("csv:prices.csv.gz", { clock }).name, "csv");
  assert.equal(marketDataFrom("parquet:prices.parquet", { clock }).name, "parquet");
  assert.equal(marketDataFrom("simulated", { clock }).name, "simulated");
});

Deno.test("marketDataFrom() takes a csv path with colons and blanks as it is", async () => {
  await assert.rejects(
    marketDataFrom("csv:no such: file.csv", { clock }).version(),
    /There is no file at no such: file\.csv\./,
  );
});

Deno.test("marketDataFrom() refuses anything else and names the value and the allowed ones", () => {
  for (
    const setting of [
      "",
      "Simulated",
      "simulated:",
      "simulated:-1",
      "simulated:1.5",
      "simulated:4294967296",
      "csv:",
      "parquet:",
      "prices.csv",
    ]
  ) {
    assert.throws(() => marketDataFrom(setting, { clock }), (error: Error) => {
      assert.equal(error.name, "RangeError");
      assert.ok(error.message.startsWith(`${JSON.stringify(setting)} names no market data.`));
      return /simulated, simulated:SEED with a whole number from 0 to 4294967295, csv:PATH .* parquet:PATH .* imported for/
        .test(
          error.message,
        );
    });
  }
});

Deno.test("marketDataFrom() says that a vendor is made otherwise", () => {
  assert.throws(
    () => marketDataFrom("polygon", { clock }),
    /"polygon" is not read as a whole.*vendorFrom\(\) makes it\./,
  );
});
