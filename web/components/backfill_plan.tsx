import type { BackfillPlan } from "../../engine/mod.ts";
import { count, counted, duration } from "../figures.ts";
import { TableScroller } from "./table_scroller.tsx";

/** What a backfill would make or was going to: in which order, with how many calls, and how long it takes. */
export function BackfillPlanTable({ plan }: { plan: BackfillPlan }) {
  return (
    <>
      <p class="about">{amountOf(plan)}</p>
      {plan.unknownNames.length > 0 && <p class="notice bad">No selected asset has {plan.unknownNames.join(", ")}.</p>}
      {plan.skipped.map(({ key, upstream, partitions }) => (
        <p class="notice">
          {counted(partitions.count, "partition")} of {key} are skipped: what they read of {upstream}{" "}
          is missing and no part of it.
        </p>
      ))}
      {plan.assets.length > 0 && (
        <TableScroller label="Plan" csv="backfill_plan">
          <table>
            <thead>
              <tr>
                <th scope="col">Asset</th>
                <th scope="col" class="number">Partitions</th>
                <th scope="col" class="number">Parts</th>
                <th scope="col" class="number">Vendor calls</th>
                <th scope="col" class="number">Time</th>
              </tr>
            </thead>
            <tbody>
              {plan.assets.map((asset) => (
                <tr>
                  <th scope="row">
                    <code>{asset.key}</code>
                  </th>
                  <td class="number">
                    {asset.partitions
                      ? (
                        <>
                          {count(asset.partitions.count)}
                          {!asset.certain && <abbr title="What is made before may bring more to light.">+</abbr>}
                        </>
                      )
                      : "whole"}
                  </td>
                  <td class="number">{count(asset.parts)}</td>
                  <td class="number">{asset.vendorCalls === null ? "–" : count(asset.vendorCalls)}</td>
                  <td class="number">
                    {asset.seconds === null
                      ? <abbr title="It has never run.">unknown</abbr>
                      : `${duration(asset.seconds * 1000)}${asset.boundBy === "calls" ? ", by calls" : ""}`}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableScroller>
      )}
      {plan.fresh.length > 0 && <p class="faint">Nothing to do: {plan.fresh.join(", ")}.</p>}
    </>
  );
}

function amountOf({ assets, partitions, vendorCalls, seconds, unknown }: BackfillPlan): string {
  if (assets.length === 0) return "There is nothing to make in this range.";
  const time = unknown.length === assets.length
    ? "duration unknown: no step has run before"
    : `${unknown.length > 0 ? "at least" : "about"} ${duration(seconds * 1000)}`;
  return [counted(partitions, "partition"), ...(vendorCalls > 0 ? [counted(vendorCalls, "vendor call")] : []), time]
    .join(", ") +
    ".";
}
