import assert from "node:assert/strict";
import { fixedClock } from "../../../../resources/clock.ts";
import { polygonVendor } from "../../../../resources/market_data/polygon/mod.ts";
import { unlimitedRate } from "../../../../resources/rate_limit/mod.ts";
import { withVendor } from "../../../support/vendor_client.ts";
import { faultNames } from "../../../support/vendor/mod.ts";

const KEY = "s3cret-Key_42";

for (const fault of ["next_url_elsewhere", "next_url_port"] as const) {
  Deno.test(`polygonVendor() follows ${fault} by its path, on the configured host`, () =>
    withVendor(async ({ vendor, client }) => {
      const expected = (await client.news({ publishedFrom: "2024-01-01" })).length;
      vendor.faults.set(fault);
      assert.equal((await client.news({ publishedFrom: "2024-01-01" })).length, expected);
      assert.deepEqual(vendor.elsewhere.requests, []);
      assert.ok(
        vendor.calls.some(({ query }) => "cursor" in query),
        "there is one page only, so that nothing is shown",
      );
    }, { rowsPerPage: 20 }));
}

Deno.test("polygonVendor() follows no redirect to another host", () =>
  withVendor(async ({ vendor, client }) => {
    vendor.faults.set("redirect_elsewhere");
    await assert.rejects(client.tickers(), /redirects/);
    assert.deepEqual(vendor.elsewhere.requests, []);
  }));

Deno.test("polygonVendor() sends the key in the header alone, also where next_url has it", () => {
  const seen: string[] = [];
  const leaky: typeof fetch = async (input, init) => {
    seen.push(String(input));
    const answer = await (await fetch(input, init)).json();
    if (answer.next_url) answer.next_url += `&apiKey=${KEY}`;
    return Response.json(answer);
  };
  return withVendor(async ({ vendor, client }) => {
    await client.tickers();
    assert.ok(vendor.calls.length > 2);
    assert.deepEqual([...new Set(vendor.calls.map(({ keyIn }) => keyIn))], ["header"]);
    assert.ok(seen.every((url) => !url.includes(KEY)));
  }, { apiKey: KEY, rowsPerPage: 9, client: { fetch: leaky } });
});

Deno.test("polygonVendor() shows the key in no error and no log line, whatever goes wrong", () =>
  withVendor(async ({ vendor, client, lines }) => {
    const shown: string[] = [];
    const failing = async (call: Promise<unknown>) => {
      const error = await call.then(() => null, (thrown: Error) => thrown);
      if (error) {
        shown.push(error.message, String(error.stack), Deno.inspect(error, { depth: 9 }), JSON.stringify(error));
      }
    };
    for (const fault of faultNames) {
      vendor.faults.set(fault);
      await failing(client.sessionBars("2024-03-08"));
      await failing(client.tickerDetails("EAAA"));
      vendor.faults.clear();
    }
    assert.ok(shown.length > 40 && lines.length > 10);
    assert.ok([...shown, ...lines].every((text) => !text.includes(KEY)));
  }, { apiKey: KEY, client: { timeoutMs: 50, retry: { maxAttempts: 2, initialDelayMs: 1, maxDelayMs: 1 } } }));

Deno.test("polygonVendor() removes the key from messages of the vendor and the network", () => {
  const answers = [
    () => Response.json({ status: "ERROR", error: `Unknown API Key ${KEY}` }, { status: 401 }),
    () => Response.json({ error: `Too many for ${KEY}` }, { status: 429 }),
    (): Response => {
      throw new TypeError(`invalid header Bearer ${KEY}`);
    },
  ];
  let answer = answers[0]!;
  return withVendor(async ({ client, lines }) => {
    for (answer of answers) {
      await assert.rejects(client.tickers(), (error: Error) => {
        assert.match(error.message, /\[key\]/);
        return !Deno.inspect(error, { depth: 9 }).includes(KEY);
      });
    }
    assert.ok(lines.length > 0 && lines.every((line) => line.includes("[key]") && !line.includes(KEY)));
  }, {
    client: {
      apiKey: KEY,
      // deno-lint-ignore require-await -- what is thrown has to become a rejection
      fetch: async () => answer(),
    },
  });
});

Deno.test("polygonVendor() shows no key when it is printed", () =>
  withVendor(async ({ client }) => {
    await client.upcomingHolidays();
    assert.ok(!JSON.stringify(client).includes(KEY));
    assert.ok(!Deno.inspect(client, { depth: 20, showHidden: true }).includes(KEY));
  }, { apiKey: KEY }));

Deno.test("polygonVendor() refuses a key and an address that cannot be used, without showing the key", () => {
  const made = (apiKey: string, baseUrl = "https://api.massive.com") => () =>
    polygonVendor({ apiKey, baseUrl, rateLimit: unlimitedRate, clock: fixedClock("2024-06-28T22:00:00Z") });
  for (const odd of ["", "two words", "line\nbreak", "schlüssel"]) {
    assert.throws(
      made(odd),
      (error: Error) => error instanceof RangeError && (odd === "" || !error.message.includes(odd)),
    );
  }
  for (const address of ["", "api.massive.com", "ftp://api.massive.com"]) {
    assert.throws(made(KEY, address), /is not the address of a vendor/);
  }
});
