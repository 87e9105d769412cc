import type { PriceMatrix, ReferencePrices } from "../../quant/mod.ts";

/** Closes of two legs in their common sessions, oldest first; `null` if there are none, or the matrix lacks a leg. */
export function commonCloses(
  { sessions, tickers, closes }: PriceMatrix,
  ticker1: string,
  ticker2: string,
): ReferencePrices & { sessions: string[] } | null {
  const [first, second] = [closes[tickers.indexOf(ticker1)], closes[tickers.indexOf(ticker2)]];
  if (!first || !second) return null;
  const common = Array.from(sessions.keys()).filter((t) => Number.isFinite(first[t]!) && Number.isFinite(second[t]!));
  if (common.length === 0) return null;
  const of = (leg: Float64Array) => Float64Array.from(common, (t) => leg[t]!);
  return { sessions: common.map((t) => sessions[t]!), price1: of(first), price2: of(second) };
}
