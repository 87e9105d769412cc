import assert from "node:assert/strict";
import { withVendor } from "../../../support/vendor_client.ts";

Deno.test("news() has all pages oldest first, each id once, from the first moment to before the last", () =>
  withVendor(async ({ vendor, client }) => {
    vendor.faults.set("duplicate_rows");
    const all = vendor.market.news();
    const found = await client.news({ publishedFrom: "2024-01-01" });
    assert.deepEqual(found.map(({ id }) => id), all.map(({ id }) => id));
    assert.ok(vendor.calls.length > 3, "there is one page only, so that nothing is shown");
    const [from, until] = [all[3]!.published_utc, all[9]!.published_utc];
    const part = await client.news({ publishedFrom: from, publishedUntil: until });
    assert.deepEqual(part.map(({ id }) => id), all.slice(3, 9).map(({ id }) => id));
  }, { rowsPerPage: 25 }));

Deno.test("news() of a ticker are the articles that mention it, with null for missing fields", () =>
  withVendor(async ({ vendor, client }) => {
    vendor.market.publishNews({
      id: "bare",
      tickers: ["BRK.B", "EAAA"],
      published_utc: "2024-06-03T14:00:00+02:00",
      description: null,
    });
    const found = await client.news({ publishedFrom: "2024-06-01", ticker: "BRK.B" });
    assert.ok(found.every(({ tickers }) => tickers.includes("BRK.B")));
    assert.deepEqual(found.find(({ id }) => id === "bare"), {
      id: "bare",
      title: "News bare",
      author: null,
      description: null,
      publisher: "Double Wire",
      publisherUrl: null,
      publishedAt: "2024-06-03T12:00:00Z",
      articleUrl: "https://wire.example/bare",
      imageUrl: null,
      tickers: ["BRK.B", "EAAA"],
      keywords: [],
    });
  }));

Deno.test("news() has nothing that was published after now", () =>
  withVendor(async ({ vendor, client }) => {
    vendor.market.publishNews({ id: "later", tickers: ["EAAA"], published_utc: "2024-07-01T12:00:00Z" });
    const ids = async () => (await client.news({ publishedFrom: "2024-06-28" })).map(({ id }) => id);
    assert.ok(!(await ids()).includes("later"));
    vendor.market.setNow("2024-07-01T12:00:00Z");
    assert.ok((await ids()).includes("later"));
  }));
