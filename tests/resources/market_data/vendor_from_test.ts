import assert from "node:assert/strict";
import { systemClock } from "../../../resources/clock.ts";
import { readEnvironment } from "../../../settings/environment.ts";
import { vendorFrom } from "../../../resources/market_data/mod.ts";
import { withEmbedded } from "../../support/database.ts";
import { startVendor } from "../../support/vendor/mod.ts";

Deno.test("vendorFrom() makes the vendor of the configuration, paced through the database, and none in other modes", () =>
  withEmbedded(async (database) => {
    await using double = await startVendor();
    const environment = readEnvironment({
      MARKET_DATA: "polygon",
      POLYGON_API_KEY: double.apiKey,
      POLYGON_URL: double.url,
      POLYGON_CALLS_PER_MINUTE: "30",
      UNIVERSE: "type=PFD",
    });
    const vendor = vendorFrom(environment, { database, clock: systemClock })!;
    const listed = await vendor.tickers({ ...environment.universe, active: true });
    assert.deepEqual(listed.map(({ ticker }) => ticker), ["AMpB", "KIMpL"]);
    assert.equal(vendor.name, "polygon");
    assert.equal(vendor.callsPerMinute, 30);
    const wait = await vendor.nextCallInMs();
    assert.ok(wait > 0 && wait <= 2_000, `${wait}`);
    assert.equal(vendorFrom(readEnvironment({}), { database, clock: systemClock }), null);
  }));
