import assert from "node:assert/strict";
import { PairTests } from "../../web/components/pair_tests.tsx";
import { tradablePair } from "../support/tradable_pair.ts";
import type { TestedPair } from "../../web/tested_pairs.ts";

const accepted: TestedPair = {
  as_of: "2026-05-08",
  ticker_1: "KO",
  ticker_2: "PEP",
  cluster: null,
  sources: ["neighbours"],
  slope: 2,
  intercept: 10,
  adf_statistic: -4.21,
  adf_p_value: 0.001,
  used_lag: 3,
  engle_granger_p_value: 0.004,
  engle_granger_p_value_reversed: 0.006,
  adjusted_p_value: 0.27,
  earlier_p_value: null,
  hurst_exponent: 0.3,
  half_life: 6.5,
  half_life_low: 4.2,
  half_life_high: 11.9,
  mean_crossings: 30,
  ...tradablePair,
  accepted: true,
  failed_criteria: [],
};
const settings = {
  maxPValue: 0.05,
  maxEngleGrangerPValue: 0.05,
  maxAdjustedPValue: 0.5,
  testOrders: "both",
  confirmationSessions: null,
  minDollarVolume: 1_000_000,
  minPrice: 5,
  maxShareWithoutTrade: 0.05,
  totalReturn: true,
  logPrices: true,
};
const failing = (criterion: string, reason: string): Partial<TestedPair> => ({
  accepted: false,
  failed_criteria: [{ criterion, reason }],
});

/** The row of a statistic, as text. */
function rowOf(title: string, tested: Partial<TestedPair>, config: Record<string, unknown> = {}): string | undefined {
  const html = String(
    <PairTests tested={{ ...accepted, ...tested }} config={{ ...settings, ...config }} hasDividends />,
  );
  const rows = html.split("<tr>").map((row) => row.replace(/<[^>]*>/g, " ").replace(/\s+/g, " ").trim());
  return rows.find((row) => row.startsWith(`${title} `));
}

Deno.test("PairTests says of both orders and of the adjusted p-value whether they are met", () => {
  assert.match(rowOf("p cointegration", {})!, /^p cointegration 0\.004 below 0\.05 ✓ yes .* of PEP on KO/);
  assert.match(rowOf("p cointegration, reversed", {})!, /0\.006 below 0\.05 ✓ yes .* of KO on PEP/);
  assert.match(rowOf("p adjusted", {})!, /0\.270 below 0\.5 ✓ yes/);
  const refused = failing(
    "adjustedPValue",
    "Adjusted for the 300 pairs tested the p-value 0.04 is 0.9, not below 0.5.",
  );
  assert.match(rowOf("p adjusted", { ...refused, adjusted_p_value: 0.9 })!, /✕ no Adjusted for the 300 pairs tested/);
  assert.match(rowOf("p spread", refused)!, /✓ yes/);
});

Deno.test("PairTests shows a criterion that is off as none, and confirmation only if configured", () => {
  const original = { testOrders: "one", maxEngleGrangerPValue: null, maxAdjustedPValue: null };
  assert.match(rowOf("p cointegration", {}, original)!, /0\.004 none Engle–Granger/);
  assert.match(rowOf("p cointegration, reversed", {}, original)!, /none Not tested: only one order is configured/);
  assert.equal(rowOf("p earlier", {}), undefined);
  const confirmed = { confirmationSessions: 63 };
  assert.match(
    rowOf("p earlier", { earlier_p_value: 0.01 }, confirmed)!,
    /0\.010 below .* ✓ yes .* 63 sessions earlier/,
  );
  assert.match(
    rowOf("p earlier", failing("engleGranger", "Engle–Granger p-value 0.2 is not below 0.05."), confirmed)!,
    /not tested/,
  );
});

Deno.test("PairTests shows the liquidity of the legs, and unknown values", () => {
  assert.match(
    rowOf("Dollar volume", {})!,
    /25M USD at least 1M USD ✓ yes .* KO 40M USD, PEP 25M USD/,
  );
  assert.match(rowOf("Lowest price", {})!, /50\.00 USD at least 5 USD ✓ yes/);
  assert.match(rowOf("Sessions without a trade", {})!, /0\.0 % at most 5\.0 % ✓ yes/);
  assert.match(rowOf("Bid–ask spread", {})!, /4\.0 and 6\.0 bps none/);
  assert.match(rowOf("Capacity", {})!, /480K USD/);
  const thin = failing("dollarVolume", "Median dollar volume 512345.678901 of PEP is below 1000000.");
  assert.match(
    rowOf("Dollar volume", { ...thin, dollar_volume_2: 512_345.678901 })!,
    /512K USD .* ✕ no Median dollar volume 512,000 of PEP is below 1,000,000\./,
  );
  const unknown = { dollar_volume_1: null, dollar_volume_2: null, share_without_trade: null, max_notional: null };
  assert.match(rowOf("Dollar volume", unknown)!, /– at least 1M USD unknown Unknown: the source has no/);
  assert.match(rowOf("Sessions without a trade", unknown)!, /unknown/);
  assert.match(rowOf("Dollar volume", {}, { minDollarVolume: null })!, /25M USD none/);
});

Deno.test("PairTests names the tested prices, and the reason of a pair without tests", () => {
  const html = (config: Record<string, unknown>, hasDividends = true) =>
    String(<PairTests tested={accepted} config={config} hasDividends={hasDividends} />);
  assert.match(html(settings), /The tests use logarithms of closes with dividends reinvested\./);
  assert.match(html({ ...settings, totalReturn: false, logPrices: false }), /The tests use closes without dividends\./);
  assert.match(
    html({ totalReturn: true, logPrices: true }, false),
    /closes with dividends reinvested, of which the source has none\./,
  );
  assert.match(
    String(<PairTests tested={null} config={{}} hasDividends />),
    /no source of candidates of cointegrated_pairs/,
  );
});

Deno.test("PairTests shows the band of an accepted pair's half-life, and where it excludes no spread without reversion", () => {
  assert.match(rowOf("Half-life, 95 % band", {})!, /^Half-life, 95 % band 4\.2 to 11\.9 sessions none/);
  assert.match(rowOf("Half-life, 95 % band", { half_life_high: null })!, /4\.2 sessions to never/);
  assert.equal(rowOf("Half-life, 95 % band", { half_life_low: null, half_life_high: null }), undefined);
});
