import assert from "node:assert/strict";
import { shownValue } from "../../web/cell_value.ts";
import { inWords, isFraction } from "../../web/words.ts";

Deno.test("inWords() writes identifiers as people do", () => {
  assert.deepEqual(
    ["rolling_trend", "cost_bps", "adf_p_value", "engle_granger_p_value_reversed", "close_usd", "arima"].map(inWords),
    [
      "Rolling trend",
      "Cost (bps)",
      "ADF p-value",
      "Engle–Granger p-value reversed",
      "Close (USD)",
      "ARIMA",
    ],
  );
});

Deno.test("isFraction() knows returns and drawdowns, and neither counts nor texts", () => {
  const types = [["total_return", "double precision"], ["max_drawdown", "double precision"], [
    "returns",
    "double precision",
  ]];
  for (const [name, type] of types) assert.ok(isFraction({ name: name!, type: type! }), name);
  assert.equal(isFraction({ name: "drawdown_sessions", type: "bigint" }), false);
  assert.equal(isFraction({ name: "total_return", type: "text" }), false);
  assert.equal(shownValue(-0.0812, { percent: true }), "−8.12");
  assert.equal(shownValue(null, { percent: true }), "–");
});
