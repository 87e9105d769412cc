import assert from "node:assert/strict";
import { TradingConfig } from "../../../assets/backtests/trading_config.ts";

const messageOf = (config: unknown) =>
  TradingConfig.safeParse(config).error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ");

Deno.test("TradingConfig refuses a default strategy that is not tried", () => {
  assert.equal(messageOf({ strategies: ["kalman_hedge"] }), "defaultStrategy: must be one of the strategies");
  assert.equal(messageOf({ strategies: ["kalman_hedge"], defaultStrategy: "kalman_hedge" }), undefined);
});

Deno.test("TradingConfig refuses parameters that a strategy does not have or cannot take", () => {
  assert.match(messageOf({ parameters: { z_score_bands: { entry: 2 } } })!, /parameters.z_score_bands: .*no parameter/);
  assert.match(messageOf({ parameters: { z_score_bands: { entryZ: 0.1 } } })!, /0 ≤ exitZ < entryZ/);
  assert.notEqual(messageOf({ parameters: { bands: {} } }), undefined);
  assert.equal(messageOf({ parameters: { z_score_bands: { entryZ: 2 } } }), undefined);
});
