import type { Child } from "hono/jsx";

export interface TableScrollerProps {
  /** What the table shows. */
  label: string;
  /**
   * Name of the file that it is downloaded as, without the ending: what is shown, written by the page itself. For tables whose rows
   * have no address of their own.
   */
  csv?: string;
  /** Whether it scrolls in its place, too, where it is higher than a screen. */
  bounded?: boolean;
  children: Child;
}

/** A table that scrolls in its place where it is wider than the screen. */
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
