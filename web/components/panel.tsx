import type { Child } from "hono/jsx";

/** A part of a page that can be jumped to, under its title. */
export function Panel({ id, title, children }: { id: string; title: string; children: Child }) {
  return (
    <section id={id} aria-labelledby={`${id}-title`} class="panel">
      <h2 id={`${id}-title`}>{title}</h2>
      {children}
    </section>
  );
}
