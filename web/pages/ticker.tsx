import { dailyBars, rawDividends, rawSplits } from "../../assets/views.ts";
import { ChartCredit } from "../components/chart.tsx";
import { Figure, FigureList } from "../components/figure_list.tsx";
import { Panel } from "../components/panel.tsx";
import { Sources } from "../components/sources.tsx";
import { TickerChart, tickerChartId, type TickerView } from "../components/ticker_chart.tsx";
import { RejectedBars, TickerFacts } from "../components/ticker_facts.tsx";
import { TickerNews } from "../components/ticker_news.tsx";
import { TickerPairs } from "../components/ticker_pairs.tsx";
import { count, counted, decimal, sessionChange, signedPercent } from "../figures.ts";
import { Layout } from "../layout.tsx";
import { tickerPath } from "../ticker_path.ts";
import type { TickerRecord } from "../ticker_record.ts";
import { PageHead } from "../components/page_head.tsx";
import { equalTo } from "../../engine/mod.ts";
import { rowsPath } from "../rows_path.ts";
import { ratioInWords, usd } from "../ticker_charts.ts";
import { DataTable } from "../components/data_table.tsx";

const sections = [
  { id: "prices", title: "Prices" },
  { id: "pairs", title: "Pairs" },
  { id: "news", title: "News" },
  { id: "events", title: "Splits and dividends" },
  { id: "details", title: "Details" },
];

/** One ticker: prices with indicators, events, details, and its pairs. */
export function TickerPage({ record, view }: { record: TickerRecord; view: TickerView }) {
  const { ticker, details, bars } = record;
  return (
    <Layout
      title={`${ticker}${details?.name ? `, ${details.name}` : ""} · Tandem`}
      path={tickerPath(ticker)}
      script="charts.js"
      styles={["tickers.css"]}
      sections={sections}
      headline={<Headline record={record} />}
    >
      <Panel id="prices" title="Prices">
        <Summary record={record} />
        {bars.length === 0 ? <NoBars record={record} /> : <TickerChart record={record} view={view} />}
      </Panel>
      <Panel id="pairs" title="Pairs">
        <TickerPairs record={record} />
      </Panel>
      <Panel id="news" title="News">
        <TickerNews record={record} />
      </Panel>
      <div class="columns">
        <Panel id="events" title="Splits and dividends">
          <TickerEvents record={record} />
        </Panel>
        <Panel id="details" title="Details">
          <TickerFacts ticker={ticker} details={details} />
        </Panel>
      </div>
      <Panel id="rejected" title="Rejected bars">
        <RejectedBars record={record} />
      </Panel>
      <Panel id="sources" title="Sources">
        <Sources sources={record.sources} />
      </Panel>
      {bars.length > 0 && <ChartCredit />}
    </Layout>
  );
}

/** Kind of instrument, range of its bars, and their materialization. */
function Headline({ record: { ticker, details, bars, marketSession, sources } }: { record: TickerRecord }) {
  const made = sources.get(dailyBars.key);
  const last = bars.at(-1)?.session;
  const delisted = details?.active === false;
  const late = !delisted && last !== undefined && marketSession !== null && last < marketSession;
  return (
    <PageHead title={[ticker, details?.name && <span key="name" class="named">{details.name}</span>]}>
      {delisted && (
        <span class="badge missing">
          <span aria-hidden="true">⊘</span> delisted{details.delisted_on && ` on ${details.delisted_on}`}
        </span>
      )} {late && (
        <span class="badge stale">
          <span aria-hidden="true">◐</span> no bar since {last}, others have {marketSession}
        </span>
      )} {last === undefined ? "No bars. " : `${counted(bars.length, "session")} from ${bars[0]!.session} to ${last}. `}
      {made && (
        <>
          From materialization {made.id} of <a href={`/assets/${dailyBars.key}`}>{dailyBars.key}</a>
          {made.runId !== null && (
            <>
              {" "}
              by <a href={`/runs/${made.runId}`}>run {made.runId}</a>
            </>
          )}.{" "}
        </>
      )}
      <a href="/tickers">All tickers</a>
    </PageHead>
  );
}

function Summary({ record: { bars, indicators } }: { record: TickerRecord }) {
  const last = bars.at(-1);
  if (!last) return null;
  const before = bars.at(-2);
  const change = before ? last.close / before.close - 1 : null;
  const yearAgo = Temporal.PlainDate.from(last.session).subtract({ years: 1 }).toString();
  const year = bars.filter(({ session }) => session > yearAgo);
  const start = bars.findLast(({ session }) => session <= yearAgo);
  const gained = start ? last.close / start.close - 1 : null;
  const rsi = indicators.at(-1)?.session === last.session ? indicators.at(-1)!.rsi_30 : null;
  return (
    <FigureList>
      <Figure title="Close, USD" hint={`On ${last.session}`} text={decimal(last.close, 2)} />
      {change !== null && (
        <Figure
          title="Change"
          hint={`On the close of ${before!.session}`}
          text={sessionChange(change)}
          of={change}
        />
      )}
      {last.volume !== null && (
        <Figure title="Volume" hint={`Shares on ${last.session}`} text={count(Math.round(last.volume))} />
      )}
      {gained !== null && (
        <Figure
          title="One-year return"
          hint={`On the close of ${start!.session}, without dividends`}
          text={signedPercent(gained)}
          of={gained}
        />
      )}
      <Figure
        title="52-week low"
        hint="Lowest and highest price of the last year, of closes where there are no others; adjusted for splits"
        text={decimal(Math.min(...year.map(({ low, close }) => low ?? close)), 2)}
      />
      <Figure
        title="52-week high"
        text={decimal(Math.max(...year.map(({ high, close }) => high ?? close)), 2)}
      />
      {rsi !== null && (
        <Figure title="RSI 30" hint="Relative strength over 30 closes, 0 to 100" text={decimal(rsi, 1)} />
      )}
    </FigureList>
  );
}

function NoBars({ record: { ticker, rejected, sources } }: { record: TickerRecord }) {
  return (
    <p class="empty">
      {!sources.has(dailyBars.key)
        ? `There are no bars yet: they appear here once ${dailyBars.key} is materialized.`
        : rejected.length > 0
        ? `No bar of ${ticker} is usable: `
        : `${ticker} is listed, and no bar of it was received.`}
      {sources.has(dailyBars.key) && rejected.length > 0 && <a href="#rejected">see why</a>}
    </p>
  );
}

/** Splits and dividends of a ticker, latest first, each linked to its place on the chart. */
function TickerEvents({ record }: { record: TickerRecord }) {
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
