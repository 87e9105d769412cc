import type { Child } from "hono/jsx";
import { Panel } from "./panel.tsx";

/** A panel whose content the page keeps up to date. */
export function LivePanel({ id, title, children }: { id: string; title: string; children: Child }) {
  return (
    <Panel id={id} title={title}>
      <div id={`${id}-body`} data-live>{children}</div>
    </Panel>
  );
}
