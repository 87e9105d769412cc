import type { PartitionReport } from "../../engine/mod.ts";
import type { AskedPartition } from "../asset_record.ts";

/** Form to explain the state of one partition. */
export function PartitionQuestion(
  { assetKey, report, partition }: { assetKey: string; report: PartitionReport; partition: AskedPartition | null },
) {
  return (
    <form
      class="filters partition-question"
      action={`/assets/${assetKey}#why`}
      method="get"
      aria-label="Ask about a partition"
    >
      {report.axes.names !== null && (
        <label>
          Name
          <input type="text" name="name" value={partition?.name ?? ""} autocomplete="off" spellcheck={false} />
        </label>
      )}
      {report.axes.dates !== null && (
        <label>
          Date
          <input type="date" name="date" value={partition?.date ?? ""} />
        </label>
      )}
      <button type="submit">Why this partition?</button>
    </form>
  );
}
