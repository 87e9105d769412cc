/** Rows of `chosen_pairs`, of which the backtests read the tickers alone. */
export function chosenPairRows(...pairs: readonly (readonly [string, string])[]) {
  return pairs.map(([ticker_1, ticker_2], i) => ({
    as_of: "2024-06-28",
    rank: i + 1,
    ticker_1,
    ticker_2,
    slope: 1,
    intercept: 0,
    adf_p_value: 0.01,
    engle_granger_p_value: 0.01,
    engle_granger_p_value_reversed: 0.02,
    adjusted_p_value: 0.1,
    half_life: 5,
    notional: 10_000,
    shares_1: -50,
    shares_2: 50,
    max_notional: 1_000_000,
    pinned: false,
    reason: null,
  }));
}
