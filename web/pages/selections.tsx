import { backfillsPath } from "../backfills_path.ts";
import { chosenPairs } from "../../assets/views.ts";
import { counted } from "../figures.ts";
import { Layout } from "../layout.tsx";
import { pairPath } from "../pair_path.ts";
import { rowsPath } from "../rows_path.ts";
import { type SelectedPair, type SelectionHistory, shownSelections } from "../selection_history.ts";
import { type Column, DataTable } from "../components/data_table.tsx";
import { percentText } from "../time_axis.ts";
import { PageHead } from "../components/page_head.tsx";
import { Field } from "../components/field.tsx";
import { NotYet } from "../components/not_yet.tsx";
import { PageTabs } from "../components/page_tabs.tsx";

const stripHeight = 16;
const shownPairs = 200;

/** Pairs chosen in each selection. */
export function SelectionsPage({ history, ticker }: { history: SelectionHistory | null; ticker: string | undefined }) {
  return (
    <Layout
      title="Selections · Tandem"
      path="/pairs/selections"
      styles={["pairs.css"]}
      headline={
        <PageHead title="Selections over time">
          The chosen pairs as of each session, from data known then{history === null
            ? "."
            : `. From materialization ${history.materialization} of ${chosenPairs.key}.`}
        </PageHead>
      }
    >
      <section class="panel" aria-label="Selections over time">
        <PageTabs of="Pairs" path="/pairs/selections" />
        {history === null || history.sessions.length === 0
          ? (
            <NotYet
              of={chosenPairs}
              appears="selections appear here"
              why={
                <>
                  No tested pair met the criteria.{" "}
                  <a href="/pairs">Tested pairs, with the criteria that each failed</a>.
                </>
              }
            >
              No pair has been chosen yet
            </NotYet>
          )
          : <Found history={history} ticker={ticker} />}
      </section>
    </Layout>
  );
}

function Found({ history, ticker }: { history: SelectionHistory; ticker: string | undefined }) {
  const { sessions, cut, pairs, turnover } = history;
  const shown = pairs.slice(0, shownPairs);
  return (
    <>
      <form class="filters" action="/pairs/selections" method="get" role="search" aria-label="Selections">
        <Field label="Ticker" type="search" name="ticker" value={ticker ?? ""} placeholder="any" />
        <button type="submit" class="primary">Filter</button>
        {ticker !== undefined && <a href="/pairs/selections">Show all</a>}
      </form>
      {sessions.length === 1 && (
        <p class="notice">
          There is one selection so far. Earlier ones are made on request:{" "}
          <a href={backfillsPath({ selection: `+${chosenPairs.key}` })}>plan a backfill of them</a>.
        </p>
      )}
      {shown.length === 0 ? <p class="empty">No pair with {ticker!.slice(0, 40)} was chosen.</p> : (
        <>
          <p class="about" id="selections-about">
            {counted(pairs.length, "pair")} in {counted(sessions.length, "selection")}, {rangeWords(sessions)}
            {cut ? `, the newest ${shownSelections}` : ""}. A mark is a selection with the pair, deeper for a better
            rank. {shown.length < pairs.length && `Shown are the ${shownPairs} most often chosen. `}
            <a href={rowsPath(chosenPairs, [], { order: ["-as_of", "rank"] })}>All as CSV</a>
          </p>
          <DataTable
            label="Chosen pairs"
            describedBy="selections-about"
            class="selections-table"
            columns={columnsOf(sessions)}
            rows={shown}
          />
        </>
      )}
      {sessions.length > 1 && ticker === undefined && <Turnover turnover={turnover} />}
    </>
  );
}

/** One mark for each selection that includes the pair, over the whole width of its column. */
function Strip({ pair: { tickers, ranks, times }, sessions }: { pair: SelectedPair; sessions: readonly string[] }) {
  const lowest = 20;
  return (
    <svg
      class="selections"
      width="100%"
      height={stripHeight}
      role="img"
      aria-label={`${tickers.join(" and ")}: in ${times} of ${sessions.length} selections`}
    >
      <rect class="ground" width="100%" height={stripHeight} />
      {ranks.map((rank, i) =>
        rank !== null && (
          <rect
            x={percentText(100 * i / sessions.length)}
            y="0"
            width={percentText(100 / sessions.length)}
            height={stripHeight}
            class={rank <= lowest / 4 ? "rank-1" : rank <= lowest / 2 ? "rank-2" : "rank-3"}
          >
            <title>{`${tickers.join(" / ")}, ${sessions[i]}: number ${rank}`}</title>
          </rect>
        )
      )}
    </svg>
  );
}

/** Dates above the marks: the first selection of a month, of a quarter or of a year, so that about eight fit. */
function Dates({ sessions }: { sessions: readonly string[] }) {
  const isLast = (i: number) => i > 0 && i >= sessions.length * (1 - 1 / mostDates);
  return (
    <svg class="selections" width="100%" height={stripHeight} role="img" aria-label={rangeWords(sessions)}>
      {datedSelections(sessions).map((i) => (
        <text
          // A date at the right edge ends there.
          x={percentText(isLast(i) ? 100 : 100 * i / sessions.length)}
          text-anchor={isLast(i) ? "end" : "start"}
          y={stripHeight - 4}
          key={i}
        >
          {sessions[i]}
        </text>
      ))}
    </svg>
  );
}

/** At most this many dates are written above the marks. */
const mostDates = 8;

/** Places of the selections whose date is written. */
function datedSelections(sessions: readonly string[]): number[] {
  const places = [...sessions.keys()];
  if (sessions.length <= mostDates) return places;
  const periods: ((session: string) => string)[] = [
    (session) => session.slice(0, 7),
    (session) => `${session.slice(0, 4)} ${Math.floor((Number(session.slice(5, 7)) - 1) / 3)}`,
    (session) => session.slice(0, 4),
  ];
  for (const of of periods) {
    const firsts = places.filter((i) => i > 0 && of(sessions[i]!) !== of(sessions[i - 1]!));
    if (firsts.length > 0 && firsts.length <= mostDates) {
      // The first selection too, if its date has the room.
      return firsts[0]! >= sessions.length / mostDates ? [0, ...firsts] : firsts;
    }
  }
  const step = Math.ceil(sessions.length / mostDates);
  return places.filter((i) => i % step === 0);
}

function rangeWords(sessions: readonly string[]): string {
  return sessions.length === 1 ? sessions[0]! : `${sessions[0]} to ${sessions.at(-1)}`;
}

const columnsOf = (sessions: readonly string[]): Column<SelectedPair>[] => [
  { title: "Pair", header: true, cell: ({ tickers }) => <a href={pairPath(...tickers)}>{tickers.join(" / ")}</a> },
  { title: "Chosen", number: true, cell: ({ times }) => `${times} of ${sessions.length}` },
  { title: "First", cell: ({ first }) => first },
  { title: "Last", cell: ({ last }) => last === sessions.at(-1) ? "now" : last },
  {
    title: <Dates sessions={sessions} />,
    class: "strip",
    cell: (pair) => <Strip pair={pair} sessions={sessions} />,
  },
];

const turnoverColumns: readonly Column<SelectionHistory["turnover"][number]>[] = [
  {
    title: "As of",
    header: true,
    cell: ({ session }) => <a href={`/pairs?as_of=${session}&accepted=true`}>{session}</a>,
  },
  { title: "Chosen", number: true, cell: ({ chosen }) => chosen },
  { title: "Added", number: true, cell: ({ came }) => came ?? "–" },
  { title: "Removed", number: true, cell: ({ left }) => left ?? "–" },
];

function Turnover({ turnover }: { turnover: SelectionHistory["turnover"] }) {
  return (
    <details>
      <summary>Pairs added and removed</summary>
      <DataTable label="Selections" bounded columns={turnoverColumns} rows={turnover.toReversed()} />
    </details>
  );
}
