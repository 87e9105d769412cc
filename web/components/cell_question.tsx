import type { PartitionReport } from "../../engine/mod.ts";
import type { AskedCell } from "../asset_record.ts";

/** Asks why one cell is as it is. */
export function CellQuestion(
  { assetKey, report, cell }: { assetKey: string; report: PartitionReport; cell: AskedCell | null },
) {
  return (
    <form class="filters cell-question" action={`/assets/${assetKey}#why`} method="get" aria-label="Ask about a cell">
      {report.axes.names !== null && (
        <label>
          Name
          <input type="text" name="name" value={cell?.name ?? ""} autocomplete="off" spellcheck={false} />
        </label>
      )}
      {report.axes.dates !== null && (
        <label>
          Date
          <input type="date" name="date" value={cell?.date ?? ""} />
        </label>
      )}
      <button type="submit">Why this cell?</button>
    </form>
  );
}
