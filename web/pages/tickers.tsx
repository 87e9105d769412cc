import { dailyBars, rawTickers } from "../../assets/views.ts";
import { Sparkline } from "../components/sparkline.tsx";
import { count, counted, sessionChange } from "../figures.ts";
import { Layout } from "../layout.tsx";
import type { TickerDirectory, TickerEntry } from "../ticker_directory.ts";
import { tickerPath } from "../ticker_path.ts";
import { tickerPageSizes, tickersAddress, type TickerSearch, type TickerSortColumn } from "../ticker_search.ts";
import type { Sort } from "../address.ts";
import { type Column, DataTable, numberColumn, places } from "../components/data_table.tsx";
import { Pager } from "../components/pager.tsx";
import { invalid, type Problems, SearchProblems } from "../components/search_problems.tsx";
import { PageHead } from "../components/page_head.tsx";
import { Select } from "../components/field.tsx";

/** Data for the list of tickers. */
export interface TickersData {
  search: TickerSearch;
  /** Invalid parameters, with the problem. */
  problems: Problems;
  /** `null` if nothing is materialized. */
  directory: TickerDirectory | null;
  /** All matches, on every page. */
  found: readonly TickerEntry[];
  /** Last closes of the tickers on the page, oldest first. */
  closes: ReadonlyMap<string, readonly number[]>;
}

/** The matches on the page of a search. */
export function tickersOnPage(found: readonly TickerEntry[], { page, size }: TickerSearch): readonly TickerEntry[] {
  return found.slice((page - 1) * size, page * size);
}

/** All tickers. The address alone filters, sorts and pages them; the list is searched during typing. */
export function TickersPage({ search, problems, directory, found, closes }: TickersData) {
  return (
    <Layout
      title="Tickers · Tandem"
      path="/tickers"
      script="tickers.js"
      styles={["tickers.css"]}
      headline={<Headline directory={directory} />}
    >
      <section class="panel" aria-label="Tickers">
        {directory === null
          ? (
            <p class="empty">
              There are no tickers yet: they appear here once {rawTickers.key} is materialized.{" "}
              <a href="/#assets">To the assets</a>
            </p>
          )
          : (
            <>
              <SearchForm search={search} problems={problems} directory={directory} />
              <div id="tickers-found">
                <SearchProblems problems={problems} />
                <Found search={search} found={found} directory={directory} closes={closes} />
              </div>
            </>
          )}
      </section>
    </Layout>
  );
}

function Headline({ directory }: { directory: TickerDirectory | null }) {
  return (
    <PageHead title="Tickers">
      {directory?.lastSession
        ? `Closes up to ${directory.lastSession}, adjusted for splits, from materialization ${directory.bars} of ${dailyBars.key}.${
          directory.pairsAsOf === null ? "" : ` Pairs and clusters as of ${directory.pairsAsOf}.`
        }`
        : "Instruments with last close and pairs."}
    </PageHead>
  );
}

function SearchForm(
  { search, problems, directory }: Pick<TickersData, "search" | "problems"> & { directory: TickerDirectory },
) {
  const { types, exchanges, clusters } = directory;
  return (
    <form class="filters" id="tickers-search" action="/tickers" method="get" role="search" aria-label="Tickers">
      <label class="wide">
        <span>
          Symbol or name <kbd aria-hidden="true">/</kbd>
        </span>
        <input
          type="search"
          name="q"
          id="tickers-text"
          value={search.text ?? ""}
          maxlength={100}
          placeholder="any"
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          aria-keyshortcuts="/"
          aria-describedby="tickers-keys"
        />
      </label>
      <Choice label="Type" name="type" chosen={search.type} options={types} any="any" />
      <Choice label="Exchange" name="exchange" chosen={search.exchange} options={exchanges} any="any" />
      <Select
        label="Trading"
        name="status"
        any="any"
        options={["active", "delisted"]}
        chosen={search.status}
        {...invalid(problems, "status")}
      />
      <YesOrNo label="Bars" name="bars" answer={search.hasBars} words={["any", "with bars", "without"]} />
      <YesOrNo
        label="Pairs"
        name="chosen"
        answer={search.chosen}
        words={["any", "in a chosen one", "in none chosen"]}
      />
      <Select
        label="Cluster"
        name="cluster"
        any="any"
        options={[
          ...new Set(["any", "none", ...typeof search.cluster === "number" ? [search.cluster] : [], ...clusters]),
        ]}
        chosen={search.cluster}
        words={(cluster) => cluster === "any" ? "in a cluster" : cluster === "none" ? "in none" : `cluster ${cluster}`}
        {...invalid(problems, "cluster")}
      />
      <label>
        On a page
        <select name="size" {...invalid(problems, "size")}>
          {tickerPageSizes.map((size) => (
            <option value={size === 50 ? "" : size} selected={search.size === size}>{size}</option>
          ))}
        </select>
      </label>
      {search.sort && (
        <input type="hidden" name="sort" value={`${search.sort.descending ? "-" : ""}${search.sort.column}`} />
      )}
      <button type="submit" class="primary">Find</button>
      {tickersAddress.write(search, { sort: undefined, page: 1 }) !== "/tickers" && <a href="/tickers">Show all</a>}
      <p class="keys faint" id="tickers-keys" hidden>
        Results update while you type: arrow keys move through the list, Enter opens, Escape returns here.
      </p>
    </form>
  );
}

function Choice({ label, name, chosen, options, any }: {
  label: string;
  name: string;
  chosen: string | undefined;
  options: readonly string[];
  any: string;
}) {
  // Bars from a file have neither types nor exchanges: a filter without options is left out.
  if (options.length === 0 && chosen === undefined) return null;
  return (
    <Select
      label={label}
      name={name}
      any={any}
      options={[...new Set([...chosen === undefined ? [] : [chosen], ...options])]}
      chosen={chosen}
    />
  );
}

function YesOrNo({ label, name, answer, words: [any, yes, no] }: {
  label: string;
  name: string;
  answer: boolean | undefined;
  words: readonly [string, string, string];
}) {
  return (
    <Select
      label={label}
      name={name}
      any={any}
      options={["yes", "no"]}
      chosen={answer === undefined ? undefined : answer ? "yes" : "no"}
      words={(option) => option === "yes" ? yes : no}
    />
  );
}

function Found(
  { search, found, directory, closes }: Pick<TickersData, "search" | "found" | "closes"> & {
    directory: TickerDirectory;
  },
) {
  const shown = tickersOnPage(found, search);
  if (shown.length === 0) {
    return (
      <p class="empty" id="tickers-about" role="status">
        {found.length === 0
          ? (
            <>
              No matching tickers. <a href="/tickers">Show all {count(directory.entries.length)}</a>
            </>
          )
          : (
            <>
              There is no page {count(search.page)}: {counted(found.length, "ticker")}{" "}
              {found.length === 1 ? "matches" : "match"}.{" "}
              <a href={tickersAddress.write(search, { page: 1 })}>To the first page</a>
            </>
          )}
      </p>
    );
  }
  const first = (search.page - 1) * search.size + 1;
  const last = first + shown.length - 1;
  return (
    <>
      <p class="about" id="tickers-about">
        <span role="status">{count(first)}–{count(last)} of {counted(found.length, "ticker")}.</span>{" "}
        <a href={tickersAddress.write(search, { page: 1, size: 50 }, { more: { format: "csv" } })}>
          Download {found.length === 1 ? "it" : `all ${count(found.length)}`} as CSV
        </a>
      </p>
      <DataTable
        label="Tickers"
        class="tickers"
        describedBy="tickers-about"
        columns={columnsOf({ directory, closes })}
        rows={shown}
        sorting={{
          sort: search.sort,
          path: (sort) => tickersAddress.write(search, { sort: sort as Sort<TickerSortColumn>, page: 1 }),
        }}
      />
      <Pager
        of="tickers"
        page={search.page}
        size={search.size}
        rows={found.length}
        path={(page) => tickersAddress.write(search, { page })}
      />
    </>
  );
}

/** The columns of the list; bars from a file have neither names nor types. */
function columnsOf(
  { directory, closes }: { directory: TickerDirectory; closes: TickersData["closes"] },
): (Column<TickerEntry> | false)[] {
  const hasNames = directory.entries.some(({ name }) => name !== null);
  return [
    {
      title: "Symbol",
      header: true,
      sort: "ticker",
      cell: ({ ticker }) => <a href={tickerPath(ticker)} data-ticker={ticker}>{ticker}</a>,
    },
    hasNames && { title: "Name", sort: "name", class: "name", cell: ({ name }) => name ?? "–" },
    directory.types.length > 0 && { title: "Type", sort: "type", cell: ({ type }) => type ?? "–" },
    { title: "Three months", cell: ({ ticker }) => <Sparkline closes={closes.get(ticker) ?? []} /> },
    {
      title: "Last session",
      sort: "last_session",
      descends: true,
      cell: ({ lastSession, active }) => (
        <>
          {lastSession ?? "no bars"}
          {!active && <span class="badge missing">⊘ delisted</span>}
        </>
      ),
    },
    numberColumn("Close", "close", places(2), { hint: "Adjusted for splits", unit: "USD", sorts: true }),
    numberColumn("Change", "change", sessionChange, {
      hint: "On the close of the session before",
      sorts: true,
      descends: true,
      cellClass: ({ change }) => change === null || change === 0 ? undefined : change > 0 ? "gain" : "loss",
    }),
    numberColumn("Volume", "volume", places(0), {
      unit: "shares",
      hint: "In the last session",
      sorts: true,
      descends: true,
    }),
    {
      title: "Pairs",
      hint: "Tested as of the newest session, and accepted",
      number: true,
      sort: "pairs",
      descends: true,
      cell: ({ pairs, accepted, chosen }) => (
        <>
          {chosen > 0 && <span class="badge fresh">● chosen</span>}
          {accepted > 0 && <span class="faint">{` ${count(accepted)} accepted of `}</span>}
          {pairs === 0 ? "–" : count(pairs)}
        </>
      ),
    },
  ];
}
