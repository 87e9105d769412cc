import type { Child } from "hono/jsx";

/** A list of figures. */
export function FigureList({ children }: { children: Child }) {
  return <dl class="figures">{children}</dl>;
}

/** A figure with its title; the sign of `of` marks it as good or bad, and `beside` is what it is compared with. */
export function Figure(
  { title, hint, text, of = 0, beside }: { title: string; hint?: string; text: string; of?: number; beside?: string },
) {
  return (
    <div>
      <dt>{hint ? <abbr title={hint}>{title}</abbr> : title}</dt>
      <dd class={of > 0 ? "gain" : of < 0 ? "loss" : ""}>{text}</dd>
      {beside !== undefined && <dd class="beside">{beside}</dd>}
    </div>
  );
}
