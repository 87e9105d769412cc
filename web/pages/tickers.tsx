import { dailyBars, rawTickers } from "../../assets/views.ts";
import { Sparkline } from "../components/sparkline.tsx";
import { count, counted, decimal, sessionChange } from "../figures.ts";
import { Layout } from "../layout.tsx";
import type { TickerDirectory, TickerEntry } from "../ticker_directory.ts";
import { tickerPath } from "../ticker_path.ts";
import { tickerPageSizes, type TickerSearch, tickerSearchPath, type TickerSortColumn } from "../ticker_search.ts";
import { TableScroller } from "../components/table_scroller.tsx";

/** Everything that the list of tickers shows. */
export interface TickersData {
  search: TickerSearch;
  /** What was asked for and cannot be, by parameter. */
  problems: ReadonlyMap<string, string>;
  /** `null` where nothing is materialized. */
  directory: TickerDirectory | null;
  /** All that were found, whatever the page. */
  found: readonly TickerEntry[];
  /** Last closes of those on the page, oldest first. */
  closes: ReadonlyMap<string, readonly number[]>;
}

/** The part of what was found that is on the page of a search. */
export function tickersOnPage(found: readonly TickerEntry[], { page, size }: TickerSearch): readonly TickerEntry[] {
  return found.slice((page - 1) * size, page * size);
}

/** All tickers: searched as one types, filtered, sorted and leafed through by the address alone. */
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
                {problems.size > 0 && (
                  <ul class="notice bad" id="search-problems" role="alert">
                    {[...problems.values()].map((problem) => <li key={problem}>{problem} It was left out.</li>)}
                  </ul>
                )}
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
    <div class="headline">
      <div>
        <h1>Tickers</h1>
        <p>
          {directory?.lastSession
            ? `Closes up to ${directory.lastSession}, adjusted for splits, from materialization ${directory.bars} of ${dailyBars.key}.${
              directory.pairsAsOf === null ? "" : ` Pairs and clusters as of ${directory.pairsAsOf}.`
            }`
            : "What trades, with its last close and its pairs."}
        </p>
      </div>
    </div>
  );
}

function SearchForm(
  { search, problems, directory }: Pick<TickersData, "search" | "problems"> & { directory: TickerDirectory },
) {
  const { types, exchanges, clusters } = directory;
  const invalid = (name: string) =>
    problems.has(name) ? { "aria-invalid": "true" as const, "aria-describedby": "search-problems" } : {};
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
      <label>
        Trading
        <select name="status" {...invalid("status")}>
          <option value="">any</option>
          <option value="active" selected={search.status === "active"}>active</option>
          <option value="delisted" selected={search.status === "delisted"}>delisted</option>
        </select>
      </label>
      <YesOrNo label="Bars" name="bars" answer={search.hasBars} words={["any", "with bars", "without"]} />
      <YesOrNo
        label="Pairs"
        name="chosen"
        answer={search.chosen}
        words={["any", "in a chosen one", "in none chosen"]}
      />
      <label>
        Cluster
        <select name="cluster" {...invalid("cluster")}>
          <option value="">any</option>
          <option value="any" selected={search.cluster === "any"}>in a cluster</option>
          <option value="none" selected={search.cluster === "none"}>in none</option>
          {[...new Set([...typeof search.cluster === "number" ? [search.cluster] : [], ...clusters])].map((cluster) => (
            <option value={cluster} selected={search.cluster === cluster}>cluster {cluster}</option>
          ))}
        </select>
      </label>
      <label>
        On a page
        <select name="size" {...invalid("size")}>
          {tickerPageSizes.map((size) => (
            <option value={size === 50 ? "" : size} selected={search.size === size}>{size}</option>
          ))}
        </select>
      </label>
      {search.sort && (
        <input type="hidden" name="sort" value={`${search.sort.descending ? "-" : ""}${search.sort.column}`} />
      )}
      <button type="submit" class="primary">Find</button>
      {tickerSearchPath(search, { sort: undefined, page: 1 }) !== "/tickers" && <a href="/tickers">Show all</a>}
      <p class="keys faint" id="tickers-keys" hidden>
        Found while you type: arrow keys go through the list, Enter opens, Escape comes back here.
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
  // A file has neither types nor exchanges: what chooses nothing is left out.
  if (options.length === 0 && chosen === undefined) return null;
  return (
    <label>
      {label}
      <select name={name}>
        <option value="">{any}</option>
        {[...new Set([...chosen === undefined ? [] : [chosen], ...options])].map((option) => (
          <option value={option} selected={option === chosen}>{option}</option>
        ))}
      </select>
    </label>
  );
}

function YesOrNo({ label, name, answer, words: [any, yes, no] }: {
  label: string;
  name: string;
  answer: boolean | undefined;
  words: readonly [string, string, string];
}) {
  return (
    <label>
      {label}
      <select name={name}>
        <option value="">{any}</option>
        <option value="yes" selected={answer === true}>{yes}</option>
        <option value="no" selected={answer === false}>{no}</option>
      </select>
    </label>
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
              <a href={tickerSearchPath(search, { page: 1 })}>To the first page</a>
            </>
          )}
      </p>
    );
  }
  // A file names neither.
  const told = { name: directory.entries.some(({ name }) => name !== null), type: directory.types.length > 0 };
  const first = (search.page - 1) * search.size + 1;
  const last = first + shown.length - 1;
  return (
    <>
      <p class="about" id="tickers-about">
        <span role="status">{count(first)}–{count(last)} of {counted(found.length, "ticker")}.</span>{" "}
        <a href={tickerSearchPath(search, { page: 1, size: 50 }, { format: "csv" })}>
          Download {found.length === 1 ? "it" : `all ${count(found.length)}`} as CSV
        </a>
      </p>
      <TableScroller label="Tickers">
        <table class="tickers" aria-describedby="tickers-about">
          <thead>
            <tr>
              <SortHeader search={search} name="ticker" title="Symbol" />
              {told.name && <SortHeader search={search} name="name" title="Name" />}
              {told.type && <SortHeader search={search} name="type" title="Type" />}
              <th scope="col">Three months</th>
              <SortHeader search={search} name="last_session" title="Last session" />
              <SortHeader search={search} name="close" title="Close" hint="USD, adjusted for splits" numeric />
              <SortHeader
                search={search}
                name="change"
                title="Change"
                hint="On the close of the session before"
                numeric
              />
              <SortHeader search={search} name="volume" title="Volume" hint="Shares in the last session" numeric />
              <SortHeader
                search={search}
                name="pairs"
                title="Pairs"
                hint="Tested as of the newest session, and accepted"
                numeric
              />
            </tr>
          </thead>
          <tbody>
            {shown.map((entry) => (
              <Row key={entry.ticker} entry={entry} told={told} closes={closes.get(entry.ticker) ?? []} />
            ))}
          </tbody>
        </table>
      </TableScroller>
      <Pager search={search} of={found.length} />
    </>
  );
}

function Row({ entry, told, closes }: {
  entry: TickerEntry;
  /** Which columns there are. */
  told: { name: boolean; type: boolean };
  closes: readonly number[];
}) {
  const { ticker, name, type, active, lastSession, close, change, volume, pairs, accepted, chosen } = entry;
  return (
    <tr>
      <th scope="row">
        <a href={tickerPath(ticker)} data-ticker={ticker}>{ticker}</a>
      </th>
      {told.name && <td class="name">{name ?? "–"}</td>}
      {told.type && <td>{type ?? "–"}</td>}
      <td>
        <Sparkline closes={closes} />
      </td>
      <td>
        {lastSession ?? "no bars"}
        {!active && <span class="badge missing">⊘ delisted</span>}
      </td>
      <td class="number">{close === null ? "–" : decimal(close, 2)}</td>
      <td class={`number ${change === null || change === 0 ? "" : change > 0 ? "gain" : "loss"}`.trim()}>
        {change === null ? "–" : sessionChange(change)}
      </td>
      <td class="number">{volume === null ? "–" : count(Math.round(volume))}</td>
      <td class="number">
        {pairs === 0 ? "–" : count(pairs)}
        {accepted > 0 && <span class="faint">{`, ${count(accepted)} accepted`}</span>}
        {chosen > 0 && <span class="badge fresh">● chosen</span>}
      </td>
    </tr>
  );
}

function Pager({ search, of }: { search: TickerSearch; of: number }) {
  const { page, size } = search;
  if (page === 1 && of <= size) return null;
  return (
    <nav class="pager" aria-label="Pages of the table">
      {page > 1
        ? <a href={tickerSearchPath(search, { page: page - 1 })} rel="prev">← Previous tickers</a>
        : <span></span>}
      <span class="faint">Page {count(page)} of {count(Math.ceil(of / size))}</span>
      {page * size < of
        ? <a href={tickerSearchPath(search, { page: page + 1 })} rel="next">Next tickers →</a>
        : <span></span>}
    </nav>
  );
}

const fallingFirst: ReadonlySet<TickerSortColumn> = new Set(["last_session", "change", "volume", "pairs"]);

/** The title of a column, by which a press sorts: first with what is wanted on top, then the other way round. */
function SortHeader({ search, name, title, hint, numeric = false }: {
  search: TickerSearch;
  name: TickerSortColumn;
  title: string;
  hint?: string;
  numeric?: boolean;
}) {
  const sorted = search.sort?.column === name ? search.sort : undefined;
  const descending = sorted ? !sorted.descending : fallingFirst.has(name);
  const order = sorted && (sorted.descending ? "descending" as const : "ascending" as const);
  return (
    <th scope="col" class={numeric ? "number" : ""} aria-sort={order}>
      <a href={tickerSearchPath(search, { sort: { column: name, descending }, page: 1 })} title={hint}>{title}</a>
      {order && <span aria-hidden="true">{order === "ascending" ? " ▲" : " ▼"}</span>}
    </th>
  );
}
