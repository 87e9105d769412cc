import { useContext } from "hono/jsx";
import { type AnyAsset, type Materialization, operators } from "../../engine/mod.ts";
import { filterText, type FoundRows, operatorWords, type RowSearch, rowsFilePath, rowsPath } from "../asset_rows.ts";
import { receiptPath } from "../receipt_path.ts";
import { shownValue } from "../cell_value.ts";
import { counted, moment } from "../figures.ts";
import { PreferencesContext } from "../preferences.ts";
import { inWords, isFraction } from "../words.ts";

export interface AssetRowsProps {
  asset: AnyAsset;
  rows: FoundRows;
  /** Older ones that can be looked at, newest first. */
  materializations: readonly Materialization[];
}

/** Rows of an asset: filtered, sorted and leafed through by the address alone. */
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
        <label>
          Column
          <select name="column">
            <option value="">no further filter</option>
            {schema.columns.filter(({ type }) =>
              type !== "jsonb"
            ).map(({ name }) => <option value={name} key={name}>{name}</option>)}
          </select>
        </label>
        <label>
          Comparison
          <select name="op">
            {operators.map((operator) => <option value={operator} key={operator}>{operatorWords[operator]}</option>)}
          </select>
        </label>
        <label>
          Value
          <input type="text" name="value" autocomplete="off" spellcheck={false} />
        </label>
        <label>
          As of
          <select name="as_of">
            <option value="">the newest materialization</option>
            {asOf !== null && !materializations.some(({ id }) =>
              id === asOf
            ) && <option value={asOf} selected>materialization {asOf}</option>}
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
            {search.cursor === null ? "The first " : "The next "}
            {counted(page.rows.length, "row")} of materialization {page.materialization}. As{" "}
            <a href={rowsFilePath(key, search, "csv")}>CSV</a>, <a href={rowsFilePath(key, search, "json")}>JSON</a>
            {" "}
            (10,000 at most) or <a href={rowsFilePath(key, search, "parquet")}>Parquet</a>.
          </p>
          <div class="scroller bounded" tabindex={0} role="region" aria-label="Rows, may scroll">
            <table aria-describedby="rows-about">
              <thead>
                <tr>
                  <th scope="col">Made by</th>
                  {page.columns.map(({ name, type }) => (
                    <SortHeader
                      key={name}
                      of={key}
                      search={search}
                      name={name}
                      title={`${inWords(name)}${isFraction({ name, type }) ? " (%)" : ""}`}
                      numeric={isNumeric(type)}
                      fixed={type === "jsonb"}
                    />
                  ))}
                </tr>
              </thead>
              <tbody>
                {page.rows.map((row) => (
                  <tr>
                    <td>
                      <a href={receiptPath(key, schema, { row, asOf })}>Receipt</a>
                    </td>
                    {page.columns.map(({ name, type }) => (
                      <td key={name} class={isNumeric(type) ? "number" : type === "jsonb" ? "value" : undefined}>
                        {shownValue(row[name], { percent: isFraction({ name, type }) })}
                      </td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          <nav class="pager" aria-label="Pages of the rows">
            {search.cursor !== null ? <a href={rowsPath(key, search)}>← To the first rows</a> : <span></span>}
            {page.nextCursor !== null
              ? (
                <a href={rowsPath(key, search, { cursor: page.nextCursor, asOf: page.materialization })} rel="next">
                  Next rows →
                </a>
              )
              : <span class="faint">End of the rows.</span>}
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
            aria-label={`Take away the filter ${filter.column} ${operatorWords[filter.operator]} ${filter.value}`}
          >
            ✕
          </a>
        </li>
      ))}
    </ul>
  );
}

function SortHeader(
  { of, search, name, title, numeric, fixed }: {
    of: string;
    search: RowSearch;
    name: string;
    title: string;
    numeric: boolean;
    fixed: boolean;
  },
) {
  const sorted = search.order?.column === name ? search.order : null;
  const order = sorted ? sorted.descending ? "descending" as const : "ascending" as const : undefined;
  return (
    <th scope="col" class={numeric ? "number" : undefined} title={name} aria-sort={order}>
      {fixed
        ? title
        : (
          <a href={rowsPath(of, search, { order: { column: name, descending: sorted ? !sorted.descending : false } })}>
            {title}
          </a>
        )}
      {order && <span aria-hidden="true">{order === "ascending" ? " ▲" : " ▼"}</span>}
    </th>
  );
}
