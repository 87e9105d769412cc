import { rawDividends, rawSplits } from "../../assets/views.ts";
import { equalTo } from "../../engine/mod.ts";
import { counted } from "../figures.ts";
import { rowsPath } from "../rows_path.ts";
import { ratioInWords, usd } from "../ticker_charts.ts";
import type { TickerRecord } from "../ticker_record.ts";
import { tickerChartId } from "./ticker_chart.tsx";

/** Splits and dividends of a ticker, the latest first, each joined to its place on the chart. */
export function TickerEvents({ record }: { record: TickerRecord }) {
  const { ticker, splits, dividends, bars } = record;
  if (splits.length === 0 && dividends.length === 0) {
    return <p class="empty">The source tells of no split and no dividend of {ticker}.</p>;
  }
  const [first, last] = [bars[0]?.session, bars.at(-1)?.session];
  const events = [
    ...splits.map(({ session, ratio }) => ({ session, what: `split ${ratioInWords(ratio)}`, cash: null })),
    ...dividends.map(({ session, cash }) => ({ session, what: "dividend", cash })),
  ].sort((a, b) => a.session < b.session ? 1 : a.session > b.session ? -1 : 0);
  return (
    <>
      <p class="about">
        {counted(splits.length, "split")} and {counted(dividends.length, "dividend")}{" "}
        by ex-date, dividends in USD a share as they were paid. As CSV:{" "}
        <a href={rowsPath(rawSplits, equalTo({ ticker }))}>splits</a>,{" "}
        <a href={rowsPath(rawDividends, equalTo({ ticker }))}>dividends</a>
      </p>
      <div
        class="scroller bounded"
        tabindex={0}
        role="region"
        aria-label={`Splits and dividends of ${ticker}, may scroll`}
      >
        <table>
          <thead>
            <tr>
              <th scope="col">Session</th>
              <th scope="col">What</th>
              <th scope="col" class="number">USD a share</th>
            </tr>
          </thead>
          <tbody>
            {events.map(({ session, what, cash }) => (
              <tr>
                <th scope="row">
                  {first !== undefined && last !== undefined && session >= first && session <= last
                    ? <a href={`#${tickerChartId}`} data-session={session} title="Show on the chart">{session}</a>
                    : session}
                </th>
                <td>{what}{last !== undefined && session > last && <span class="faint">, after the last bar</span>}</td>
                <td class="number">{cash === null ? "" : usd(cash)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
