import { counted, decimal } from "../figures.ts";
import type { NewestSignals } from "../newest_signals.ts";
import { pairPath } from "../pair_path.ts";

/** What the newest close says of each pair that is traded now. */
export function SignalTable({ of: { strategy, session, signals } }: { of: NewestSignals }) {
  const acting = signals.filter(({ acts }) => acts).length;
  const csv = new URLSearchParams({ strategy, session, limit: "10000", format: "csv" });
  return (
    <>
      <p class="about" id="signals-about">
        What the close of {session} says by {strategy}, on what was known then:{" "}
        {acting === 0 ? "nothing to trade" : `${counted(acting, "pair")} to trade`} in the next session.{" "}
        <a href={`/v1/assets/walk_forward_daily/rows?${csv}`}>As CSV</a>
      </p>
      <div class="scroller bounded" tabindex={0} role="region" aria-label="Newest signals, may scroll">
        <table aria-describedby="signals-about">
          <thead>
            <tr>
              <th scope="col">Pair</th>
              <th scope="col">Signal</th>
              <th scope="col">Held now</th>
              <th scope="col">After the next fill</th>
              <th scope="col" class="number">
                <abbr title="What the thresholds judge">Score</abbr>
              </th>
              <th scope="col" class="number">
                <abbr title="Shares of the first ticker against one of the second">Hedge ratio</abbr>
              </th>
            </tr>
          </thead>
          <tbody>
            {signals.map(({ tickers, says, acts, position, target, score, hedgeRatio }) => (
              <tr>
                <th scope="row">
                  <a href={pairPath(...tickers)}>{tickers.join(" / ")}</a>
                </th>
                <td>{acts ? <strong>{says}</strong> : says}</td>
                <td>{held(position, tickers)}</td>
                <td>{acts ? held(target, tickers) : "the same"}</td>
                <td class="number">{score === null ? "–" : decimal(score, 2)}</td>
                <td class="number">{hedgeRatio === null ? "–" : decimal(hedgeRatio, 3)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function held(spreads: number, [first, second]: readonly [string, string]): string {
  if (spreads === 0) return "nothing";
  return spreads > 0 ? `long ${second}, short ${first}` : `short ${second}, long ${first}`;
}
