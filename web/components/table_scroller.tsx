import type { Child } from "hono/jsx";

export interface TableScrollerProps {
  /** Description of the table. */
  label: string;
  /**
   * File name of its download, without extension. The page itself writes the table as shown. For tables whose rows have no
   * address of their own.
   */
  csv?: string;
  /** Whether it also scrolls vertically if it is higher than the screen. */
  bounded?: boolean;
  children: Child;
}

/** A table that scrolls horizontally if it is wider than the screen. */
export function TableScroller({ label, csv, bounded, children }: TableScrollerProps) {
  return (
    <div class="table-place">
      <div
        class={bounded ? "scroller bounded" : "scroller"}
        tabindex={0}
        role="region"
        aria-label={`${label}, may scroll${bounded ? "" : " sideways"}`}
      >
        {children}
      </div>
      {csv && (
        <button type="button" class="quiet" data-csv={csv} aria-label={`As CSV: ${label.toLowerCase()}`}>As CSV</button>
      )}
    </div>
  );
}
