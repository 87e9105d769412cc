/** Words of identifiers with a fixed spelling. */
const written: Readonly<Record<string, string>> = {
  adf: "ADF",
  arima: "ARIMA",
  bps: "(bps)",
  cagr: "CAGR",
  ema: "EMA",
  engle: "Engle",
  id: "ID",
  macd: "MACD",
  mae: "MAE",
  mse: "MSE",
  ou: "OU",
  rsi: "RSI",
  sma: "SMA",
  usd: "(USD)",
  vwap: "VWAP",
};

/** An identifier in words: `rolling_trend` as `Rolling trend`, `cost_bps` as `Cost (bps)`. */
export function inWords(name: string): string {
  const text = name.split("_").map((word) => written[word] ?? word).join(" ");
  const joined = text.replace("Engle granger", "Engle–Granger").replace(/\bp value\b/, "p-value");
  return joined.slice(0, 1).toUpperCase() + joined.slice(1);
}

/** Columns of fractions that are shown as percentages. */
const fractions = /(?:^|_)(?:returns?|drawdown|volatility|turnover)$/;

/** Whether the numbers of a column are fractions that are shown as percentages. */
export function isFraction({ name, type }: { name: string; type: string }): boolean {
  return type === "double precision" && fractions.test(name);
}
