import type { PartitionReport } from "../../engine/mod.ts";
import type { AskedPartition } from "../asset_record.ts";
import { Field } from "./field.tsx";

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
        <Field label="Name" type="text" name="name" value={partition?.name ?? ""} spellcheck={false} />
      )}
      {report.axes.dates !== null && <Field label="Date" type="date" name="date" value={partition?.date ?? ""} />}
      <button type="submit">Why this partition?</button>
    </form>
  );
}
