import type { GraphRecord } from "../graph_record.ts";
import { assetKinds, graphPath, kindWords } from "../graph_search.ts";
import { shownStates } from "../shown_state.ts";
import { invalid } from "./search_problems.tsx";
import { Field, Select } from "./field.tsx";

/** Filters of the assets shown. All are in the address. */
export function GraphFilters({ record: { search, problems, groups } }: { record: GraphRecord }) {
  return (
    <form class="filters" id="graph-filters" action="/assets" method="get" role="search" aria-label="Assets">
      <Field
        label="Search"
        type="search"
        id="search"
        aria-keyshortcuts="/"
        name="q"
        value={search.q ?? ""}
        placeholder="key or words"
      />
      <Select label="Group" name="group" any="all groups" options={groups} chosen={search.group} />
      <Select label="State" name="state" any="all states" options={shownStates} chosen={search.state} />
      <Select
        label="Kind"
        name="kind"
        any="all kinds"
        options={assetKinds}
        chosen={search.kind}
        words={(kind) => kindWords[kind]}
      />
      <Field
        label="Lineage of"
        type="text"
        name="focus"
        value={search.focus ?? ""}
        placeholder="+key, key+ or +key+"
        spellcheck={false}
        {...invalid(problems, "focus")}
      />
      {search.view !== "auto" && <input type="hidden" name="view" value={search.view} />}
      {search.open && <input type="hidden" name="open" value={search.open.join(",") || "none"} />}
      <button type="submit" class="primary">Show</button>
      {graphPath(search, { view: "auto", page: 1, open: undefined }) !== "/assets" && (
        <a href={graphPath({ view: search.view, page: 1, open: search.open })}>Show all</a>
      )}
    </form>
  );
}
