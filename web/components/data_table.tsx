import type { Child } from "hono/jsx";
import type { Sort } from "../address.ts";
import { TableScroller } from "./table_scroller.tsx";
import { decimal, orDash } from "../figures.ts";

/** A column of a table. */
export interface Column<Row> {
  title: Child;
  /** Its tooltip. */
  hint?: string;
  /** Unit of its numbers, below the title. */
  unit?: string;
  /** Right-aligned with tabular figures. */
  number?: boolean;
  /** Whether it names the row; one column does. */
  header?: boolean;
  /** Value of the address's sort parameter for this column, if it can be sorted by. */
  sort?: string;
  /** Whether the first click on the title sorts in descending order. */
  descends?: boolean;
  class?: string;
  cellClass?(row: Row): string | undefined;
  cellTitle?(row: Row): string | undefined;
  cell(row: Row, index: number): Child;
}

type NumberIn<Row> = { [Name in keyof Row]: Row[Name] extends number | null ? Name : never }[keyof Row];

/**
 * A column of one of a row's numbers in words, with a dash for none.
 *
 * @param more.sorts Whether the table can be sorted by it, under the name of the number.
 */
export function numberColumn<Row>(
  title: string,
  name: NumberIn<Row> & string,
  text: (value: number) => string,
  { sorts = false, ...more }: Partial<Column<Row>> & { sorts?: boolean } = {},
): Column<Row> {
  const cell = (row: Row) => orDash(row[name] as number | null, text);
  return { title, number: true, sort: sorts ? name : undefined, cell, ...more };
}

/** A number with `decimals` places, for {@link numberColumn}. */
export const places = (decimals: number) => (value: number) => decimal(value, decimals);

export interface DataTableProps<Row> {
  /** Description of the table. */
  label: string;
  columns: readonly (Column<Row> | false | null | undefined)[];
  rows?: readonly Row[];
  /** Rows under group titles, instead of `rows`. */
  groups?: readonly { title: Child | null; class?: string; rows: readonly Row[] }[];
  /** The address's order, and the address of another order. */
  sorting?: { sort: Sort | undefined; path(sort: Sort): string };
  class?: string;
  /** Id of the element that describes it. */
  describedBy?: string;
  /** Whether it scrolls by itself if it is higher than the screen. */
  bounded?: boolean;
  /** File name of its download, without extension; for rows without an address of their own. */
  csv?: string;
  /** Attributes of a row. */
  row?(row: Row, index: number): Record<string, string | undefined>;
}

/** A table whose titles sort it, if its address can. */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { label, rows = [], groups, sorting, describedBy, bounded, csv } = props;
  const columns = props.columns.filter((column) => !!column);
  const line = (row: Row, index: number) => (
    <tr {...props.row?.(row, index)}>
      {columns.map((column, i) => <Cell key={i} column={column as Column<unknown>} row={row} index={index} />)}
    </tr>
  );
  return (
    <TableScroller label={label} csv={csv} bounded={bounded}>
      <table class={props.class} aria-describedby={describedBy}>
        <thead>
          <tr>
            {columns.map((column, i) => <ColumnTitle key={i} column={column as Column<never>} sorting={sorting} />)}
          </tr>
        </thead>
        {groups === undefined
          ? <tbody>{rows.map(line)}</tbody>
          : groups.map(({ title, class: name, rows }) => (
            <tbody class={name}>
              {title !== null && (
                <tr class="part">
                  <th scope="rowgroup" colspan={columns.length}>{title}</th>
                </tr>
              )}
              {rows.map(line)}
            </tbody>
          ))}
      </table>
    </TableScroller>
  );
}

/** The title of a column, which sorts by it: first in the column's own direction, then in the other. */
export function ColumnTitle(
  { column, sorting }: { column: Column<never>; sorting?: DataTableProps<never>["sorting"] },
) {
  const { title, hint, unit, number, sort: name, descends = false, class: classes } = column;
  const sorted = name !== undefined && sorting?.sort?.column === name ? sorting.sort : undefined;
  const order = sorted && (sorted.descending ? "descending" as const : "ascending" as const);
  return (
    <th scope="col" class={classesOf(number && "number", classes)} aria-sort={order}>
      {name !== undefined && sorting
        ? (
          <a href={sorting.path({ column: name, descending: sorted ? !sorted.descending : descends })} title={hint}>
            {title}
          </a>
        )
        : hint === undefined
        ? title
        : <abbr title={hint}>{title}</abbr>}
      {order && <span aria-hidden="true">{order === "ascending" ? " ▲" : " ▼"}</span>}
      {/* The space is for copies and downloads of the title. */}
      {unit && (
        <>
          {" "}
          <small class="faint">{unit}</small>
        </>
      )}
    </th>
  );
}

function Cell({ column, row, index }: { column: Column<unknown>; row: unknown; index: number }) {
  const { number, header, class: classes, cellClass, cellTitle, cell } = column;
  if (header) return <th scope="row" class={classesOf(cellClass?.(row))}>{cell(row, index)}</th>;
  return (
    <td class={classesOf(number && "number", classes, cellClass?.(row))} title={cellTitle?.(row)}>
      {cell(row, index)}
    </td>
  );
}

function classesOf(...names: (string | false | undefined)[]): string | undefined {
  return names.filter((name) => !!name).join(" ") || undefined;
}
