import { count, signedPercent } from "../figures.ts";
import type { Drawdown } from "../tear_sheet.ts";

/** The worst falls from a peak, the deepest first. */
export function DrawdownTable({ drawdowns }: { drawdowns: readonly Drawdown[] }) {
  if (drawdowns.length === 0) return <p class="empty">The equity never fell below an earlier peak.</p>;
  return (
    <div class="scroller" tabindex={0} role="region" aria-label="Worst drawdowns, may scroll sideways">
      <table>
        <thead>
          <tr>
            <th scope="col">Peak</th>
            <th scope="col">Trough</th>
            <th scope="col">Recovered</th>
            <th scope="col" class="number">Depth</th>
            <th scope="col" class="number">Sessions</th>
          </tr>
        </thead>
        <tbody>
          {drawdowns.map(({ peak, trough, recovered, depth, sessions }) => (
            <tr key={trough}>
              <th scope="row">{peak ?? "Start"}</th>
              <td>{trough}</td>
              <td>{recovered ?? "not yet"}</td>
              <td class="number">{signedPercent(depth)}</td>
              <td class="number">{count(sessions)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
