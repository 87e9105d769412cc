import { count, counted } from "../figures.ts";
import type { PairDividends as Dividends } from "../pair_events.ts";

/** Dividends included in a pair's prices and returns. Without dividends they are price returns, and the page must say so. */
export function PairDividends({ dividends, tickers }: { dividends: Dividends; tickers: readonly [string, string] }) {
  if (!dividends.inSource) {
    return (
      <p class="notice" id="dividends">
        <strong>No dividends in the source.</strong>{" "}
        All returns here are price returns, not total returns: dividends of the legs are missing, and the spread may
        step at their ex-dates.
      </p>
    );
  }
  const [first, second] = dividends.ofLegs;
  return (
    <p class="faint" id="dividends">
      {first + second === 0
        ? `The source has no dividends of ${tickers[0]} or ${tickers[1]}.`
        : `The source has ${first === 0 ? "no dividends" : counted(first, "dividend")} of ${tickers[0]} and ${
          second === 0 ? "none" : count(second)
        } of ${
          tickers[1]
        }. Closes are not adjusted for them; the walk-forward backtest books them, the reference backtest does not.`}
    </p>
  );
}
