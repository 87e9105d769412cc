import type { Child } from "hono/jsx";

export interface ChoiceLinksProps {
  /** Of the navigation element; its look. */
  class?: "tabs" | "segments" | "choices";
  /** Description of the choice. */
  label: string;
  links: readonly { href: string; title: Child; chosen: boolean; hint?: string }[];
  /** Whether the page stays at its place when a link is followed. */
  keep?: boolean;
}

/** Links to alternatives, of which one is shown. */
export function ChoiceLinks({ class: look = "tabs", label, links, keep }: ChoiceLinksProps) {
  return <nav class={look} aria-label={label}>{linksOf({ links, keep })}</nav>;
}

/** The links alone, for a navigation with further content. */
export function linksOf({ links, keep }: Pick<ChoiceLinksProps, "links" | "keep">) {
  return links.map(({ href, title, chosen, hint }) => (
    <a href={href} aria-current={chosen ? "true" : undefined} title={hint} data-keep={keep} key={href}>{title}</a>
  ));
}
