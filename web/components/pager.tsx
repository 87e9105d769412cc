import { count } from "../figures.ts";

export interface PagerProps {
  /** Noun for the rows, such as "pairs". */
  of: string;
  /** From 1. */
  page: number;
  size: number;
  /** Rows on all pages. */
  rows: number;
  path(page: number): string;
}

/** Links to the pages of a table; renders nothing for a single page. */
export function Pager({ of, page, size, rows, path }: PagerProps) {
  if (page === 1 && rows <= size) return null;
  return (
    <nav class="pager" aria-label="Pages of the table">
      {page > 1 ? <a href={path(page - 1)} rel="prev">← Previous {of}</a> : <span></span>}
      <span class="faint">Page {count(page)} of {count(Math.ceil(rows / size))}</span>
      {page * size < rows ? <a href={path(page + 1)} rel="next">Next {of} →</a> : <span></span>}
    </nav>
  );
}
