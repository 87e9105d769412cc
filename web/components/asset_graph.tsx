import type { FailedCheck } from "../../engine/mod.ts";
import { type GraphLayout, groupKey, nodeHeight, shownKeyLength } from "../graph_layout.ts";
import type { ShownAsset } from "../graph_record.ts";
import { count, counted, shortCount } from "../figures.ts";
import { type ShownState, shownStates } from "../shown_state.ts";
import { checksMark, outcomeOf } from "./check_badge.tsx";
import { stateMark } from "./state_badge.tsx";

type GraphAsset = Omit<ShownAsset, "matches">;

/** The parts of a node that change, as the client gets them. */
export interface NodeTexts {
  key: string;
  state: ShownState;
  mark: string;
  /** Second line: state and number of rows. */
  detail: string;
  /** Badge of its checks: `✓ 3` if all passed, `▲ 1` or `✕ 1` if some failed; empty if there are none. */
  checks: string;
  /** Class of the badge, by the worst outcome. */
  checksClass: "checks" | "checks warned" | "checks bad";
  /** For screen readers and the line below the graph. */
  label: string;
  faded: boolean;
}

export interface AssetGraphProps {
  layout: GraphLayout;
  /** What the nodes of the layout show. */
  texts: readonly NodeTexts[];
  /** Keys of assets that are made outside. */
  external: ReadonlySet<string>;
  label: string;
  /** Key of the highlighted asset. */
  current?: string;
  /** The address that opens or closes a group; required if the layout has groups. */
  toggle?(group: string): string;
}

/**
 * Assets as a graph from left to right: a box for each open group, a card for each closed one, and a node for each asset that leads
 * to its page. The client pans and zooms it (`client/graph_view.js`); without JavaScript it scrolls.
 *
 * One more element per node would be thousands of elements: a node has only its box, mark, name, second line and checks.
 */
export function AssetGraph({ layout, texts, external, label, current, toggle }: AssetGraphProps) {
  const byKey = new Map(texts.map((one) => [one.key, one]));
  const { width, height, groups, edges, nodes } = layout;
  return (
    <svg
      class="asset-graph"
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      role="group"
      aria-label={label}
      data-narrow={layout.narrow ? "" : undefined}
    >
      <g class="clusters" aria-hidden="true">
        {groups.map(({ name, ...box }) => <rect key={name} {...box} rx="8" />)}
      </g>
      <g class="edges" aria-hidden="true">
        {edges.map(({ from, to, path, quiet }) => (
          <path key={path} d={path} data-from={from} data-to={to} class={quiet ? "quiet" : undefined} />
        ))}
      </g>
      {nodes.map(({ key, x, y, width }) => {
        const { state, mark, detail, checks, checksClass, label, faded } = byKey.get(key)!;
        const group = key.startsWith(groupKey("")) ? key.slice(groupKey("").length) : undefined;
        const name = group === undefined ? key : `▸ ${group}`;
        return (
          <a
            href={group === undefined ? `/assets/${key}` : toggle?.(group)}
            class={`node ${state}${faded ? " faded" : ""}`}
            data-key={key}
            data-group={group}
            transform={`translate(${Math.round(x)} ${Math.round(y)})`}
            aria-label={label}
            aria-current={key === current ? "true" : undefined}
          >
            <rect class={external.has(key) ? "external" : undefined} width={width} height={nodeHeight} rx="5" />
            <text class="mark" x="9" y="16" aria-hidden="true">{mark}</text>
            <text class="name" x="24" y="16">
              {name.length > shownKeyLength ? `${name.slice(0, shownKeyLength - 1)}…` : name}
            </text>{" "}
            <text class="word" x="24" y="30">{detail}</text>
            {checks !== "" && (
              <text class={checksClass} x={width - 8} y="30" aria-hidden="true">
                {checks}
              </text>
            )}
          </a>
        );
      })}
      {groups.map(({ name, x, y }) => (
        <a href={toggle?.(name)} class="group-title" key={name} aria-label={`Collapse ${name}`}>
          <text x={x + 10} y={y + 16}>▾ {name}</text>
        </a>
      ))}
    </svg>
  );
}

/** Keys of the assets that are made outside. */
export function externalKeys(assets: readonly GraphAsset[]): Set<string> {
  return new Set(assets.filter(({ asset }) => asset.external).map(({ asset }) => asset.key));
}

/** Class of the badge of checks, by the worst of those that failed. */
function checksClass(failed: readonly FailedCheck[]): NodeTexts["checksClass"] {
  if (failed.length === 0) return "checks";
  return failed.some((check) => outcomeOf(check) === "failed") ? "checks bad" : "checks warned";
}

/** What a node of an asset shows. */
export function nodeTexts({ asset, state, reason, checks }: GraphAsset, faded = false): NodeTexts {
  const { key, failedChecks, lastMaterialization: last, external } = asset;
  const failed = failedChecks.length;
  const short = reason.length > 160 ? `${reason.slice(0, 159)}…` : reason;
  const rows = last && !external ? last.rowCount : null;
  const detail = rows === null ? state : `${state} · ${shortCount(rows)} ${rows === 1 ? "row" : "rows"}`;
  return {
    key,
    state,
    mark: stateMark(state),
    detail,
    checks: failed > 0 ? `${checksMark(failedChecks)} ${failed}` : checks > 0 && last ? `✓ ${checks}` : "",
    checksClass: checksClass(failedChecks),
    // What is seen comes first, as those who speak to their browser need it.
    label: [
      `${key}, ${detail}${short === "" ? "" : `: ${short}`}`,
      failed > 0
        ? `${counted(failed, "check")} failed: ${failedChecks.map(({ name }) => name).join(", ")}`
        : checks > 0 && last
        ? `${counted(checks, "check")} passed`
        : "",
    ].filter((text) => text !== "").join("; "),
    faded,
  };
}

/** What the card of a closed group shows: the number of its assets in each state, as the worst of them. */
export function cardTexts(group: string, members: readonly ShownAsset[]): NodeTexts {
  const byState = Map.groupBy(members, ({ state }) => state);
  const states = shownStates.filter((state) => byState.has(state));
  const failed = members.flatMap(({ asset }) => asset.failedChecks);
  const matching = members.filter(({ matches }) => matches).length;
  const counts = states.map((state) => `${count(byState.get(state)!.length)} ${state}`).join(", ");
  const detail = matching < members.length
    ? `${count(matching)} of ${counted(members.length, "asset")} match`
    : states.length === 1
    ? `${counted(members.length, "asset")}, ${states[0]}`
    : counts;
  return {
    key: groupKey(group),
    state: states[0]!,
    mark: stateMark(states[0]!),
    detail,
    checks: failed.length > 0 ? `${checksMark(failed)} ${failed.length}` : "",
    checksClass: checksClass(failed),
    label: [
      `${group}, ${detail}`,
      failed.length > 0 ? `${counted(failed.length, "check")} failed` : "",
      "expand",
    ].filter((text) => text !== "").join("; "),
    faded: matching === 0,
  };
}
