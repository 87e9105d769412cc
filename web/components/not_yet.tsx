import type { Child } from "hono/jsx";

/** Says that a part of a page appears once an asset is materialized. `children` begin the sentence: `No pair yet: they appear here`. */
export function NotYet({ of: { key }, children, link = "To" }: {
  of: { key: string };
  children: Child;
  link?: string;
}) {
  return (
    <p class="empty">
      {children} once {key} is materialized. <a href={`/assets/${key}`}>{link} {key}</a>
    </p>
  );
}
