import { type Child, useContext } from "hono/jsx";
import { ShownDataContext } from "../data_status_context.ts";

/**
 * Says why a part of a page is empty: its asset was never materialized, or was with 0 rows.
 *
 * @param props `children` say what is not there, a sentence without its full stop; `appears` is what the asset changes: `they
 * appear here`; `why` is a known reason of 0 rows, instead of that of the data status.
 */
export function NotYet({ of: { key }, children, appears, why, link = "To" }: {
  of: { key: string };
  children: Child;
  appears: string;
  why?: Child;
  link?: string;
}) {
  const { status } = useContext(ShownDataContext);
  const reason = status === null || status === "unreadable" ? undefined : status.empty.get(key);
  if (reason === undefined) {
    return (
      <p class="empty">
        {children}: {appears} once {key} is materialized. <a href={`/assets/${key}`}>{link} {key}</a>
      </p>
    );
  }
  return (
    <p class="empty">
      {children}: {key} was materialized with 0 rows. {why ?? reason}{" "}
      <a href={`/assets/${key}#checks`}>Checks of {key}</a>
    </p>
  );
}
