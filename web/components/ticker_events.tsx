import { rawDividends, rawSplits } from "../../assets/views.ts";
import { equalTo } from "../../engine/mod.ts";
import { counted } from "../figures.ts";
import { rowsPath } from "../rows_path.ts";
import { ratioInWords, usd } from "../ticker_charts.ts";
import type { TickerRecord } from "../ticker_record.ts";
import { DataTable } from "./data_table.tsx";
import { tickerChartId } from "./ticker_chart.tsx";

/** Splits and dividends of a ticker, latest first, each linked to its place on the chart. */
export function TickerEvents({ record }: { record: TickerRecord }) {
  const { ticker, splits, dividends, bars } = record;
  if (splits.length === 0 && dividends.length === 0) {
    return <p class="empty">The source has no splits or dividends of {ticker}.</p>;
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
      <DataTable
        label={`Splits and dividends of ${ticker}`}
        bounded
        columns={[
          {
            title: "Session",
            header: true,
            cell: ({ session }) =>
              first !== undefined && last !== undefined && session >= first && session <= last
                ? <a href={`#${tickerChartId}`} data-session={session} title="Show on the chart">{session}</a>
                : session,
          },
          {
            title: "What",
            cell: ({ session, what }) => (
              <>
                {what}
                {last !== undefined && session > last && <span class="faint">, after the last bar</span>}
              </>
            ),
          },
          { title: "USD a share", number: true, cell: ({ cash }) => cash === null ? "" : usd(cash) },
        ]}
        rows={events}
      />
    </>
  );
}
