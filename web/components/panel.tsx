import type { Child } from "hono/jsx";

/** A titled part of a page with an anchor. */
export function Panel({ id, title, children }: { id: string; title: string; children: Child }) {
  return (
    <section id={id} aria-labelledby={`${id}-title`} class="panel">
      <h2 id={`${id}-title`}>{title}</h2>
      {children}
    </section>
  );
}
