import type { Child } from "hono/jsx";

export interface PageHeadProps {
  title: Child;
  /** Whether it is replaced while the page is open. */
  live?: boolean;
  /** Ids of the open runs that the page follows. */
  "data-open-runs"?: string;
  /** Below the title. */
  children: Child;
  /** Actions or links on the right. */
  beside?: Child;
}

/** The title of a page with its summary. */
export function PageHead({ title, live, children, beside, ...data }: PageHeadProps) {
  return (
    <div class="headline" id={live ? "headline" : undefined} data-live={live} {...data}>
      <div>
        <h1>{title}</h1>
        {children && <p>{children}</p>}
      </div>
      {beside}
    </div>
  );
}
