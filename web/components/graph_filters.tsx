import type { GraphRecord } from "../graph_record.ts";
import { assetKinds, graphPath, kindWords } from "../graph_search.ts";
import { shownStates } from "../shown_state.ts";
import { invalid } from "./search_problems.tsx";

/** Filters of the assets shown. All are in the address. */
export function GraphFilters({ record: { search, problems, groups } }: { record: GraphRecord }) {
  return (
    <form class="filters" id="graph-filters" action="/assets" method="get" role="search" aria-label="Assets">
      <label>
        Search
        <input
          type="search"
          id="search"
          aria-keyshortcuts="/"
          name="q"
          value={search.q ?? ""}
          placeholder="key or words"
          autocomplete="off"
        />
      </label>
      <label>
        Group
        <select name="group">
          <option value="">all groups</option>
          {groups.map((group) => <option key={group} value={group} selected={search.group === group}>{group}</option>)}
        </select>
      </label>
      <label>
        State
        <select name="state">
          <option value="">all states</option>
          {shownStates.map((state) => (
            <option key={state} value={state} selected={search.state === state}>{state}</option>
          ))}
        </select>
      </label>
      <label>
        Kind
        <select name="kind">
          <option value="">all kinds</option>
          {assetKinds.map((kind) => (
            <option key={kind} value={kind} selected={search.kind === kind}>{kindWords[kind]}</option>
          ))}
        </select>
      </label>
      <label>
        Lineage of
        <input
          type="text"
          name="focus"
          value={search.focus ?? ""}
          placeholder="+key, key+ or +key+"
          autocomplete="off"
          spellcheck={false}
          {...invalid(problems, "focus")}
        />
      </label>
      {search.view !== "auto" && <input type="hidden" name="view" value={search.view} />}
      {search.open && <input type="hidden" name="open" value={search.open.join(",") || "none"} />}
      <button type="submit" class="primary">Show</button>
      {graphPath(search, { view: "auto", page: 1, open: undefined }) !== "/assets" && (
        <a href={graphPath({ view: search.view, page: 1, open: search.open })}>Show all</a>
      )}
    </form>
  );
}
