import { cointegratedPairs } from "../../assets/views.ts";
import { PairTabs } from "../components/pair_tabs.tsx";
import { LegLinks } from "../components/leg_links.tsx";
import { brieflyFigured, count, counted, decimal, pValue } from "../figures.ts";
import { Layout } from "../layout.tsx";
import { pairPath } from "../pair_path.ts";
import {
  criteria,
  csvPath,
  type FoundPairs,
  type PairSearch,
  type PairsEngine,
  pairsPerPage,
  readSearch,
  readTestedPairs,
  searchPath,
  type SortColumn,
  type TestedPair,
} from "../tested_pairs.ts";
import { TableScroller } from "../components/table_scroller.tsx";

/** Everything that the list of pairs shows. */
export interface PairsData {
  search: PairSearch;
  /** What was asked for and cannot be, by parameter. */
  problems: ReadonlyMap<string, string>;
  /** `null` where no pair has ever been tested. */
  found: FoundPairs | null;
}

/** Reads what the list of pairs shows, for the parameters of its address. */
export async function readPairs(
  { engine, parameters }: { engine: PairsEngine; parameters: URLSearchParams },
): Promise<PairsData> {
  const { search, problems } = readSearch(parameters);
  return { search, problems, found: await readTestedPairs(engine, search) };
}

interface Column {
  name: SortColumn;
  title: string;
  hint?: string;
  cell(pair: TestedPair): string;
}

const orDash = (value: number | null, text: (value: number) => string) => value === null ? "–" : text(value);

const columns: readonly Column[] = [
  { name: "cluster", title: "Cluster", cell: (pair) => orDash(pair.cluster, String) },
  {
    name: "engle_granger_p_value",
    title: "p cointegration",
    hint: "Engle–Granger, the second ticker on the first; null hypothesis: not cointegrated",
    cell: (pair) => orDash(pair.engle_granger_p_value, pValue),
  },
  {
    name: "adjusted_p_value",
    title: "p adjusted",
    hint: "The larger p-value of both orders, adjusted for all pairs tested",
    cell: (pair) => orDash(pair.adjusted_p_value, pValue),
  },
  {
    name: "adf_p_value",
    title: "p spread",
    hint: "Augmented Dickey–Fuller, as if the spread had been observed: too small, and the criterion of the original",
    cell: (pair) => orDash(pair.adf_p_value, pValue),
  },
  {
    name: "half_life",
    title: "Half-life",
    hint: "Sessions (trading days) in which the spread halves its distance from the mean",
    cell: (pair) => orDash(pair.half_life, (value) => value > 0 ? decimal(value, 1) : "never"),
  },
  {
    name: "hurst_exponent",
    title: "Hurst",
    hint: "Below 0.5 the spread reverts",
    cell: (pair) => orDash(pair.hurst_exponent, (value) => decimal(value, 2)),
  },
  {
    name: "mean_crossings",
    title: "Crossings",
    hint: "How often the spread crossed its mean",
    cell: (pair) => orDash(pair.mean_crossings, count),
  },
  {
    name: "slope",
    title: "Hedge ratio",
    hint: "Of the second ticker on the first",
    cell: (pair) => orDash(pair.slope, (value) => decimal(value, 3)),
  },
];

/** All tested pairs: searched, sorted and leafed through by the address alone. */
export function PairsPage({ search, problems, found }: PairsData) {
  return (
    <Layout title="Pairs · Tandem" path="/pairs" headline={<Headline found={found} />}>
      <section class="panel" aria-label="Tested pairs">
        <PairTabs path="/pairs" />
        {found === null
          ? (
            <p class="empty">
              No pair has been tested yet: they appear here once {cointegratedPairs.key} is materialized.{" "}
              <a href={`/assets/${cointegratedPairs.key}`}>To {cointegratedPairs.key}</a>
            </p>
          )
          : (
            <>
              <SearchForm search={search} problems={problems} asOfSessions={found.asOfSessions} />
              <Found search={search} found={found} />
            </>
          )}
      </section>
    </Layout>
  );
}

function Headline({ found }: { found: FoundPairs | null }) {
  return (
    <div class="headline">
      <div>
        <h1>Pairs</h1>
        <p>
          {found === null
            ? "Every candidate pair, with its statistics."
            : found.asOf === null
            ? `No session has been searched for pairs yet, as of materialization ${found.materialization} of ${cointegratedPairs.key}.`
            : `Every candidate pair with its statistics as of ${found.asOf}, by what was known then. From materialization ${found.materialization} of ${cointegratedPairs.key}.`}
        </p>
      </div>
    </div>
  );
}

function SearchForm(
  { search, problems, asOfSessions }: Pick<PairsData, "search" | "problems"> & Pick<FoundPairs, "asOfSessions">,
) {
  const field = (name: string, value: string | number | undefined) => ({
    name,
    value: value === undefined ? "" : String(value),
    "aria-invalid": problems.has(name) ? "true" as const : undefined,
    "aria-describedby": problems.has(name) ? "search-problems" : undefined,
  });
  return (
    <form class="filters" action="/pairs" method="get" role="search" aria-label="Pairs">
      {(asOfSessions.length > 1 || search.asOf !== undefined) && (
        <label>
          As of
          <select name="as_of">
            <option value="">the newest session</option>
            {[...new Set([...search.asOf === undefined ? [] : [search.asOf], ...asOfSessions])].map((session) => (
              <option value={session} selected={search.asOf === session}>{session}</option>
            ))}
          </select>
        </label>
      )}
      <label>
        Ticker
        <input type="search" {...field("ticker", search.ticker)} placeholder="any" autocomplete="off" />
      </label>
      <label>
        Accepted
        <select name="accepted">
          <option value="">all pairs</option>
          <option value="true" selected={search.accepted === true}>accepted</option>
          <option value="false" selected={search.accepted === false}>not accepted</option>
        </select>
      </label>
      <label>
        Cluster
        <input type="number" min="0" step="1" {...field("cluster", search.cluster)} placeholder="any" />
      </label>
      <label>
        p cointegration up to
        <input type="number" min="0" max="1" step="any" {...field("max_p_value", search.maxPValue)} placeholder="1" />
      </label>
      <label>
        Half-life up to (sessions)
        <input
          type="number"
          min="0"
          step="any"
          {...field("max_half_life", search.maxHalfLife)}
          placeholder="any"
        />
      </label>
      <label>
        Hurst up to
        <input type="number" min="0" step="any" {...field("max_hurst", search.maxHurst)} placeholder="any" />
      </label>
      <label>
        Crossings from
        <input type="number" min="0" step="1" {...field("min_crossings", search.minCrossings)} placeholder="any" />
      </label>
      <label>
        Failed criterion
        <select name="failed" {...(problems.has("failed") ? { "aria-invalid": "true" as const } : {})}>
          <option value="">any or none</option>
          {Object.entries(criteria).map(([name, title]) => (
            <option value={name} selected={search.failed === name}>{title}</option>
          ))}
        </select>
      </label>
      {search.sort && (
        <input type="hidden" name="sort" value={`${search.sort.descending ? "-" : ""}${search.sort.column}`} />
      )}
      <button type="submit" class="primary">Filter</button>
      {searchPath(search, { sort: undefined, page: 1 }) !== "/pairs" && <a href="/pairs">Show all</a>}
      {problems.size > 0 && (
        <ul class="notice bad" id="search-problems" role="alert">
          {[...problems.values()].map((problem) => <li key={problem}>{problem} It was left out.</li>)}
        </ul>
      )}
    </form>
  );
}

function Found({ search, found }: { search: PairSearch; found: FoundPairs }) {
  const { pairs, matching, cut } = found;
  if (matching === 0) {
    return (
      <p class="empty">
        No matching pairs. <a href="/pairs">Show all pairs</a>
      </p>
    );
  }
  if (pairs.length === 0) {
    return (
      <p class="empty">
        There is no page {count(search.page)}: {counted(matching, "pair")} {matching === 1 ? "matches" : "match"}.{" "}
        <a href={searchPath(search, { page: 1 })}>To the first page</a>
      </p>
    );
  }
  const first = (search.page - 1) * pairsPerPage + 1;
  const more = first + pairs.length <= matching;
  return (
    <>
      <p class="about" id="pairs-about">
        {count(first)}–{count(first + pairs.length - 1)} of {counted(matching, "pair")}
        {cut ? " looked through: there are more, filter them" : ""}.{" "}
        <a href={csvPath(search)}>Download these pairs as CSV</a>
      </p>
      <TableScroller label="Tested pairs">
        <table aria-describedby="pairs-about">
          <thead>
            <tr>
              <SortHeader search={search} name="ticker_1" title="Pair" />
              <SortHeader search={search} name="accepted" title="Accepted" />
              {columns.map(({ name, title, hint }) => (
                <SortHeader search={search} name={name} title={title} hint={hint} numeric />
              ))}
              <th scope="col">Failed criteria</th>
              <th scope="col">Tickers</th>
            </tr>
          </thead>
          <tbody>
            {pairs.map((pair) => (
              <tr>
                <th scope="row">
                  <a href={pairPath(pair.ticker_1, pair.ticker_2)}>{pair.ticker_1} / {pair.ticker_2}</a>
                </th>
                <td>
                  <Accepted pair={pair} />
                </td>
                {columns.map(({ name, cell }) => <td class="number" key={name}>{cell(pair)}</td>)}
                <td class="cut" title={failures(pair)}>{failures(pair)}</td>
                <td>
                  <LegLinks tickers={[pair.ticker_1, pair.ticker_2]} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableScroller>
      {(search.page > 1 || more) && (
        <nav class="pager" aria-label="Pages of the table">
          {search.page > 1
            ? <a href={searchPath(search, { page: search.page - 1 })} rel="prev">← Previous pairs</a>
            : <span></span>}
          <span class="faint">Page {count(search.page)} of {count(Math.ceil(matching / pairsPerPage))}</span>
          {more ? <a href={searchPath(search, { page: search.page + 1 })} rel="next">Next pairs →</a> : <span></span>}
        </nav>
      )}
    </>
  );
}

/** Whether a pair was accepted: a shape, a word, and a colour that repeats them. */
export function Accepted({ pair: { accepted } }: { pair: TestedPair }) {
  return accepted
    ? (
      <span class="badge fresh">
        <span aria-hidden="true">●</span> yes
      </span>
    )
    : (
      <span class="badge missing">
        <span aria-hidden="true">○</span> no
      </span>
    );
}

function failures({ failed_criteria: failed }: TestedPair): string {
  return failed.map(({ reason }) => brieflyFigured(reason)).join(" ") || "–";
}

/** The title of a column, by which a press sorts: first with what is wanted on top, then the other way round. */
function SortHeader(
  { search, name, title, hint, numeric = false }: {
    search: PairSearch;
    name: SortColumn;
    title: string;
    hint?: string;
    numeric?: boolean;
  },
) {
  const sorted = search.sort?.column === name ? search.sort : undefined;
  const descending = sorted ? !sorted.descending : name === "accepted" || name === "mean_crossings";
  const order = sorted && (sorted.descending ? "descending" as const : "ascending" as const);
  return (
    <th scope="col" class={numeric ? "number" : ""} aria-sort={order}>
      <a href={searchPath(search, { sort: { column: name, descending }, page: 1 })} title={hint}>
        {title}
      </a>
      {order && <span aria-hidden="true">{order === "ascending" ? " ▲" : " ▼"}</span>}
    </th>
  );
}
