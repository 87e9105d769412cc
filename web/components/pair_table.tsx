import type { PairTable as Pairs } from "../chosen_pairs.ts";
import { counted } from "../figures.ts";
import { pairPath } from "../pair_path.ts";
import { LegLinks } from "./leg_links.tsx";
import { TableScroller } from "./table_scroller.tsx";

/** The chosen pairs with their statistics and how their backtests came out. */
export function PairTable({ pairs, about }: { pairs: Pairs; about: string }) {
  return (
    <>
      <p class="about" id="pairs-about">{about}</p>
      <TableScroller label="Chosen pairs">
        <table aria-describedby="pairs-about">
          <thead>
            <tr>
              <th scope="col">Pair</th>
              {pairs.columns.map(({ title, hint, numeric }) => (
                <th scope="col" class={numeric ? "number" : ""}>
                  {hint ? <abbr title={hint}>{title}</abbr> : title}
                </th>
              ))}
              <th scope="col">Tickers</th>
            </tr>
          </thead>
          <tbody>
            {pairs.rows.map(({ tickers: [first, second], cells }) => (
              <tr>
                <th scope="row">
                  <a href={pairPath(first, second)}>{first} / {second}</a>
                </th>
                {cells.map(({ text, sign }, i) => (
                  <td class={[pairs.columns[i]!.numeric ? "number" : "", sign ?? ""].join(" ").trim()}>{text}</td>
                ))}
                <td>
                  <LegLinks tickers={[first, second]} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableScroller>
      {pairs.cut && (
        <p class="faint">
          The first {counted(pairs.rows.length, "row")}. All of them:{" "}
          <a href="/v1/assets/chosen_pairs/rows?format=csv">chosen_pairs</a>,{" "}
          <a href="/v1/assets/pair_metrics/rows?format=csv">pair_metrics</a> as CSV.
        </p>
      )}
    </>
  );
}
