import type { PartitionReport } from "../../engine/mod.ts";
import { backfillsPath } from "../backfills_path.ts";
import { counted } from "../figures.ts";

/** Offers a backfill of the partitions that were never requested, with all that they need; nothing if there are none. */
export function BackfillOffer({ report }: { report: PartitionReport }) {
  const { count, partitions } = report.states.missing;
  const dates = partitions.flatMap(({ dates }) => dates ?? []).flat().toSorted();
  const [from, to] = [dates[0], dates.at(-1)];
  if (count === 0 || from === undefined || to === undefined) return null;
  return (
    <p class="notice">
      {counted(count, "partition")} from {from} to {to} {count === 1 ? "was" : "were"} never requested.{" "}
      <a href={backfillsPath({ selection: `+${report.madeBy}`, from, to })}>Plan a backfill of them</a>
    </p>
  );
}
