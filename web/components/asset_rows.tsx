import { useContext } from "hono/jsx";
import { type AnyAsset, type Materialization, operators } from "../../engine/mod.ts";
import { filterText, type FoundRows, operatorWords, type RowSearch, rowsFilePath, rowsPath } from "../asset_rows.ts";
import { shownValue } from "../cell_value.ts";
import { counted, moment } from "../figures.ts";
import { PreferencesContext } from "../preferences.ts";
import { inWords, isFraction } from "../words.ts";
import { type Column, DataTable } from "./data_table.tsx";
import { Field, Select } from "./field.tsx";

export interface AssetRowsProps {
  asset: AnyAsset;
  rows: FoundRows;
  /** Older materializations to choose from, newest first. */
  materializations: readonly Materialization[];
}

/** Rows of an asset. The address alone filters, sorts and pages them. */
export function AssetRows(
  { asset: { key, schema }, rows: { search, problem, page }, materializations }: AssetRowsProps,
) {
  const { filters, order, asOf } = search;
  const { timeZone } = useContext(PreferencesContext);
  return (
    <>
      <form class="filters" action={`/assets/${key}#rows`} method="get" aria-label="Rows">
        {filters.map((filter) => (
          <input key={filterText(filter)} type="hidden" name="where" value={filterText(filter)} />
        ))}
        {order && <input type="hidden" name="order" value={`${order.descending ? "-" : ""}${order.column}`} />}
        <Select
          label="Column"
          name="column"
          any="no further filter"
          options={schema.columns.filter(({ type }) =>
            type !== "jsonb"
          ).map(({ name }) => name)}
          chosen={null}
        />
        <Select
          label="Comparison"
          name="op"
          options={operators}
          chosen={null}
          words={(operator) => operatorWords[operator]}
        />
        <Field label="Value" type="text" name="value" spellcheck={false} />
        <label>
          As of
          <select name="as_of">
            <option value="">the newest materialization</option>
            {asOf !== null && !materializations.some(({ id }) => id === asOf) &&
              <option value={asOf} selected>materialization {asOf}</option>}
            {materializations.map(({ id, committedAt }) => (
              <option value={id} selected={id === asOf} key={id}>{id}, {moment(committedAt, timeZone)}</option>
            ))}
          </select>
        </label>
        <button type="submit">Show rows</button>
        {rowsPath(key, search) !== `/assets/${key}#rows` && <a href={`/assets/${key}#rows`}>Show all</a>}
      </form>
      {filters.length > 0 && <Chips of={key} search={search} />}
      {problem !== null && (
        <p class="notice bad" role="alert">
          {problem} <a href={`/assets/${key}#rows`}>Show all rows</a>
        </p>
      )}
      {page && page.rows.length === 0 && (
        <p class="empty">
          {page.materialization === null
            ? "It has never been materialized: there are no rows yet."
            : filters.length > 0
            ? "No matching rows."
            : "It has no rows."}
        </p>
      )}
      {page && page.rows.length > 0 && (
        <>
          <p class="about" id="rows-about">
            {search.cursor !== null ? "The next " : page.nextCursor === null ? "" : "The first "}
            {counted(page.rows.length, "row")} of materialization {page.materialization}. As{" "}
            <a href={rowsFilePath(key, search, "csv")}>CSV</a>, <a href={rowsFilePath(key, search, "json")}>JSON</a>
            {" "}
            (10,000 at most) or <a href={rowsFilePath(key, search, "parquet")}>Parquet</a>.
          </p>
          <DataTable
            label="Rows"
            bounded
            describedBy="rows-about"
            columns={[
              { title: "Made by", cell: (row) => <a href={receiptPath(key, schema, { row, asOf })}>Receipt</a> },
              ...page.columns.map((column): Column<Record<string, unknown>> => {
                const { name, type } = column;
                const percent = isFraction(column);
                return {
                  title: `${inWords(name)}${percent ? " (%)" : ""}`,
                  hint: name,
                  number: isNumeric(type),
                  sort: type === "jsonb" ? undefined : name,
                  cellClass: () => type === "jsonb" ? "value" : undefined,
                  cell: (row) => shownValue(row[name], { percent }),
                };
              }),
            ]}
            rows={page.rows}
            sorting={{ sort: order ?? undefined, path: (order) => rowsPath(key, search, { order }) }}
          />
          <nav class="pager" aria-label="Pages of the rows">
            {search.cursor !== null ? <a href={rowsPath(key, search)}>← To the first rows</a> : <span></span>}
            {page.nextCursor !== null
              ? (
                <a href={rowsPath(key, search, { cursor: page.nextCursor, asOf: page.materialization })} rel="next">
                  Next rows →
                </a>
              )
              : search.cursor !== null && <span class="faint">End of the rows.</span>}
          </nav>
        </>
      )}
    </>
  );
}

function isNumeric(type: string): boolean {
  return type === "double precision" || type === "bigint";
}

function Chips({ of, search }: { of: string; search: RowSearch }) {
  return (
    <ul class="chips" aria-label="Filters">
      {search.filters.map((filter, i) => (
        <li>
          <code>{filter.column}</code> {operatorWords[filter.operator]} <code>{filter.value}</code>{" "}
          <a
            href={rowsPath(of, search, { filters: search.filters.filter((_, at) => at !== i) })}
            aria-label={`Remove the filter ${filter.column} ${operatorWords[filter.operator]} ${filter.value}`}
          >
            ✕
          </a>
        </li>
      ))}
    </ul>
  );
}

/** The address of a row's receipt: the primary key names the row. */
function receiptPath(
  key: string,
  { primaryKey }: Pick<AnyAsset["schema"], "primaryKey">,
  { row, asOf }: { row: Readonly<Record<string, unknown>>; asOf: number | null },
): string {
  const parameters = new URLSearchParams(primaryKey.map((column) => [`${column}.eq`, String(row[column])]));
  if (asOf !== null) parameters.set("as_of", String(asOf));
  return `/assets/${key}/receipt?${parameters}`;
}
