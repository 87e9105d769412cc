import { signedPercent } from "../figures.ts";
import type { YearOfReturns } from "../monthly_returns.ts";
import { TableScroller } from "./table_scroller.tsx";

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
/** Number of shades on either side of 0. */
const shades = 4;

/** Returns by month in a table shaded by their size. */
export function MonthlyReturns(
  { years, label, csv, shaded = true }: {
    years: readonly YearOfReturns[];
    label: string;
    csv?: string;
    /** False inside `.look-ahead`, where nothing is coloured as a gain. */
    shaded?: boolean;
  },
) {
  const largest = largestOf(years);
  return (
    <>
      <h3 class="part">Returns by month</h3>
      <p class="about">
        {shaded && largest > 0 && `Shaded by gain and loss, fully at ${signedPercent(largest).replace("+", "±")}. `}
        {csv !== undefined && <a href={csv}>As CSV</a>}
      </p>
      <TableScroller label={`${label} by month`}>
        <MonthlyTable years={years} />
      </TableScroller>
    </>
  );
}

/** The table alone. */
export function MonthlyTable({ years }: { years: readonly YearOfReturns[] }) {
  const largest = largestOf(years);
  return (
    <table class="heat">
      <thead>
        <tr>
          <th scope="col">Year</th>
          {months.map((name) => <th scope="col" class="number" key={name}>{name}</th>)}
          <th scope="col" class="number">Year</th>
        </tr>
      </thead>
      <tbody>
        {years.map(({ year, months, total }) => (
          <tr>
            <th scope="row">{year}</th>
            {months.map((value, m) => <td class={`number ${shadeOf(value, largest)}`} key={m}>{text(value)}</td>)}
            <td class="number total">{text(total)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function largestOf(years: readonly YearOfReturns[]): number {
  return Math.max(...years.flatMap(({ months }) => months).map((value) => Math.abs(value ?? 0)));
}

function text(value: number | null): string {
  return value === null ? "" : signedPercent(value);
}

function shadeOf(value: number | null, largest: number): string {
  if (value === null || largest === 0) return "";
  const shade = Math.round(shades * Math.abs(value) / largest);
  return shade === 0 ? "" : `${value > 0 ? "up" : "down"}-${shade}`;
}
