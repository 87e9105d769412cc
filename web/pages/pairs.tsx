import { cointegratedPairs } from "../../assets/views.ts";
import { brieflyFigured, count, counted, halfLife, pValue } from "../figures.ts";
import { Layout } from "../layout.tsx";
import { pairPath } from "../pair_path.ts";
import {
  criteria,
  type FoundPairs,
  isUnsearched,
  mostInFile,
  pairsAddress,
  type PairSearch,
  pairsPerPage,
  type SortColumn,
  type TestedPair,
  type TestedPairReader,
} from "../tested_pairs.ts";
import type { Sort } from "../address.ts";
import { Accepted } from "../components/accepted.tsx";
import { type Column, DataTable, numberColumn, places } from "../components/data_table.tsx";
import { Pager } from "../components/pager.tsx";
import { invalid, type Problems, SearchProblems } from "../components/search_problems.tsx";
import { PageHead } from "../components/page_head.tsx";
import { Field, Select } from "../components/field.tsx";
import { TickerLinks } from "../components/ticker_links.tsx";
import { NotYet } from "../components/not_yet.tsx";
import { PageTabs } from "../components/page_tabs.tsx";

/** Data for the list of pairs. */
export interface PairsData {
  search: PairSearch;
  /** Invalid parameters, with the problem. */
  problems: Problems;
  /** `null` if no pair has ever been tested. */
  found: FoundPairs | null;
}

/** Reads the list of pairs, by the parameters of its address. */
export async function readPairs(
  { reader, parameters }: { reader: TestedPairReader; parameters: URLSearchParams },
): Promise<PairsData> {
  const { search, problems } = pairsAddress.read(parameters);
  return { search, problems, found: await reader.read(search) };
}

const columns: readonly Column<TestedPair>[] = [
  {
    title: "Pair",
    header: true,
    sort: "ticker_1",
    cell: (pair) => <a href={pairPath(pair.ticker_1, pair.ticker_2)}>{pair.ticker_1} / {pair.ticker_2}</a>,
  },
  { title: "Accepted", sort: "accepted", descends: true, cell: (pair) => <Accepted pair={pair} /> },
  numberColumn("Cluster", "cluster", String, { sorts: true }),
  numberColumn("p cointegration", "engle_granger_p_value", pValue, {
    hint: "Engle–Granger, the second ticker on the first; null hypothesis: not cointegrated",
    sorts: true,
  }),
  numberColumn("p reversed", "engle_granger_p_value_reversed", pValue, {
    hint: "Engle–Granger, the first ticker on the second. Chosen pairs are ranked by the larger of both orders",
  }),
  numberColumn("p adjusted", "adjusted_p_value", pValue, {
    hint: "The larger p-value of both orders, adjusted for all pairs tested",
    sorts: true,
  }),
  numberColumn("p spread", "adf_p_value", pValue, {
    hint: "Augmented Dickey–Fuller, as if the spread had been observed: too small, and the criterion of the original",
    sorts: true,
  }),
  numberColumn("Half-life", "half_life", halfLife, {
    unit: "sessions",
    hint: "Sessions (trading days) in which the spread halves its distance from the mean",
    sorts: true,
  }),
  numberColumn("Hurst", "hurst_exponent", places(2), { hint: "Below 0.5 the spread reverts", sorts: true }),
  numberColumn("Crossings", "mean_crossings", count, {
    hint: "How often the spread crossed its mean",
    sorts: true,
    descends: true,
  }),
  numberColumn("Hedge ratio", "slope", places(3), { hint: "Of the second ticker on the first", sorts: true }),
  { title: "Failed criteria", class: "cut", cellTitle: failures, cell: failures },
  { title: "Tickers", cell: (pair) => <TickerLinks of={[pair.ticker_1, pair.ticker_2]} /> },
];

/** Fields for bounds of numbers. */
const numberFields = [
  { label: "Cluster", name: "cluster", of: "cluster", step: "1" },
  { label: "p cointegration up to", name: "max_p_value", of: "maxPValue", max: "1", placeholder: "1" },
  { label: "Half-life up to (sessions)", name: "max_half_life", of: "maxHalfLife" },
  { label: "Hurst up to", name: "max_hurst", of: "maxHurst" },
  { label: "Crossings from", name: "min_crossings", of: "minCrossings", step: "1" },
] as const;

/** All tested pairs. The address alone filters, sorts and pages them. */
export function PairsPage({ search, problems, found }: PairsData) {
  return (
    <Layout title="Pairs · Tandem" path="/pairs" headline={<Headline search={search} found={found} />}>
      <section class="panel" aria-label="Tested pairs">
        <PageTabs of="Pairs" path="/pairs" />
        {found === null || found.asOfSessions.length === 0
          ? <NotYet of={cointegratedPairs} appears="they appear here">No pair has been tested yet</NotYet>
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

function Headline({ search, found }: Pick<PairsData, "search" | "found">) {
  return (
    <PageHead title="Pairs">
      {found === null || isUnsearched(search, found)
        ? "Every candidate pair, with its statistics."
        : found.asOf === null
        ? `No session has been searched for pairs yet, as of materialization ${found.materialization} of ${cointegratedPairs.key}.`
        : `Every candidate pair with its statistics as of ${found.asOf}, from data known then. From materialization ${found.materialization} of ${cointegratedPairs.key}.`}
    </PageHead>
  );
}

function SearchForm(
  { search, problems, asOfSessions }: Pick<PairsData, "search" | "problems"> & Pick<FoundPairs, "asOfSessions">,
) {
  const field = (name: string, value: string | number | undefined) => ({
    name,
    value: value === undefined ? "" : String(value),
    ...invalid(problems, name),
  });
  return (
    <form class="filters" action="/pairs" method="get" role="search" aria-label="Pairs">
      {(asOfSessions.length > 1 || search.asOf !== undefined) && (
        <Select
          label="As of"
          name="as_of"
          any="the newest session"
          options={asOfSessions}
          chosen={search.asOf}
        />
      )}
      <Field label="Ticker" type="search" {...field("ticker", search.ticker)} placeholder="any" />
      <Select
        label="Accepted"
        name="accepted"
        any="all pairs"
        options={["true", "false"]}
        chosen={search.accepted?.toString()}
        words={(accepted) => accepted === "true" ? "accepted" : "not accepted"}
      />
      {numberFields.map(({ name, of, ...more }) => (
        <Field type="number" min="0" step="any" placeholder="any" {...more} {...field(name, search[of])} />
      ))}
      <Select
        label="Failed criterion"
        name="failed"
        any="any or none"
        options={Object.keys(criteria)}
        chosen={search.failed}
        words={(name) => criteria[name as keyof typeof criteria]}
        {...invalid(problems, "failed")}
      />
      {search.sort && (
        <input type="hidden" name="sort" value={`${search.sort.descending ? "-" : ""}${search.sort.column}`} />
      )}
      <button type="submit" class="primary">Filter</button>
      {pairsAddress.write(search, { sort: undefined, page: 1 }) !== "/pairs" && <a href="/pairs">Show all</a>}
      <SearchProblems problems={problems} />
    </form>
  );
}

function Found({ search, found }: { search: PairSearch; found: FoundPairs }) {
  const { pairs, matching, cut } = found;
  if (isUnsearched(search, found)) {
    return (
      <p class="empty">
        There are no tested pairs as of {search.asOf}.{" "}
        <a href={pairsAddress.write(search, { asOf: undefined, page: 1 })}>Show the newest</a>
      </p>
    );
  }
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
        <a href={pairsAddress.write(search, { page: 1 })}>To the first page</a>
      </p>
    );
  }
  const first = (search.page - 1) * pairsPerPage + 1;
  return (
    <>
      <p class="about" id="pairs-about">
        {count(first)}–{count(first + pairs.length - 1)} of {counted(matching, "pair")}
        {cut ? ", and more: filter them" : ""}.{" "}
        {matching <= mostInFile && (
          <a href={pairsAddress.write(search, { page: 1 }, { path: "/pairs/tested.csv" })}>
            Download these pairs as CSV
          </a>
        )}
      </p>
      <DataTable
        label="Tested pairs"
        describedBy="pairs-about"
        columns={columns}
        rows={pairs}
        sorting={{
          sort: search.sort,
          path: (sort) => pairsAddress.write(search, { sort: sort as Sort<SortColumn>, page: 1 }),
        }}
      />
      <Pager
        of="pairs"
        page={search.page}
        size={pairsPerPage}
        rows={matching}
        path={(page) => pairsAddress.write(search, { page })}
      />
    </>
  );
}

function failures({ failed_criteria: failed }: TestedPair): string {
  return failed.map(({ reason }) => brieflyFigured(reason)).join(" ") || "–";
}
