import assert from "node:assert/strict";
import { parseUniverse } from "../../../resources/market_data/mod.ts";

Deno.test("parseUniverse() reads conditions and lists, and keeps the case of tickers", () => {
  assert.deepEqual(parseUniverse("type=ETF,exchange=XNAS"), { type: "ETF", exchange: "XNAS" });
  assert.deepEqual(parseUniverse("exchange = XNYS"), { exchange: "XNYS" });
  assert.deepEqual(parseUniverse("type=CS"), { type: "CS" });
  assert.deepEqual(parseUniverse("tickers=AAPL, AMpB,BRK.B,AAPL"), { tickers: ["AAPL", "AMpB", "BRK.B"] });
});

for (
  const [text, why] of [
    ["", /"" is no condition/],
    ["ETF", /"ETF" is no condition/],
    ["type=", /"" is no type/],
    ["type=etf", /"etf" is no type/],
    ["exchange=NASDAQ", /"NASDAQ" is no exchange/],
    ["type=ETF,type=CS", /type is given twice/],
    ["type=ETF,sector=x", /"sector=x" is no condition/],
    ["toString=x", /is no condition/],
    ["tickers=", /"" is no ticker/],
    ["tickers=AAPL,,MSFT", /"" is no ticker/],
    ["tickers=AAPL MSFT", /"AAPL MSFT" is no ticker/],
    ["type=CS,tickers=AAPL", /"tickers=AAPL" is no condition/],
  ] as const
) {
  Deno.test(`parseUniverse() refuses "${text}" and says what is allowed`, () => {
    assert.throws(() => parseUniverse(text), (error: Error) => {
      assert.ok(error instanceof RangeError);
      assert.match(error.message, why);
      return error.message.startsWith(JSON.stringify(text)) && error.message.includes("type=ETF,exchange=XNAS");
    });
  });
}
