import type { AssetState } from "../../engine/mod.ts";
import { count } from "../figures.ts";
import { reasonInShort, shownState, shownStates } from "../shown_state.ts";
import { checksText } from "./check_badge.tsx";
import { stateMark } from "./state_badge.tsx";

/** Maximum number of assets shown one by one: more would slow down the page and could not be surveyed. */
const mostDrawn = 500;

interface AssetMapProps {
  assets: readonly AssetState[];
  /** Runs that assets wait for, by key. */
  waiting: ReadonlyMap<string, number>;
}

/** All assets by group, each with its state and a link; above {@link mostDrawn}, only the counts of each group by state. */
export function AssetMap({ assets, waiting }: AssetMapProps) {
  const groups = [...Map.groupBy(assets, ({ group }) => group)];
  if (assets.length > mostDrawn) return <GroupCounts groups={groups} waiting={waiting} />;
  return (
    <dl class="asset-map">
      {groups.map(([group, members]) => (
        <div key={group}>
          <dt>{group}</dt>
          <dd>
            <ul>
              {members.map((asset) => {
                const state = shownState(asset, waiting);
                const about = [reasonInShort(asset, waiting), checksText(asset.failedChecks)].filter(Boolean).join(
                  "; ",
                );
                return (
                  <li key={asset.key} data-asset={asset.key} data-state={state}>
                    <a class={`badge ${state}`} href={`/assets/${asset.key}`} title={about || undefined}>
                      <span aria-hidden="true">{stateMark(state)}</span> {asset.key}
                      <span class="read">, {state}</span>
                    </a>
                  </li>
                );
              })}
            </ul>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function GroupCounts(
  { groups, waiting }: { groups: [string, AssetState[]][]; waiting: AssetMapProps["waiting"] },
) {
  return (
    <dl class="asset-map">
      {groups.map(([group, members]) => {
        const byState = Map.groupBy(members, (asset) => shownState(asset, waiting));
        return (
          <div key={group} data-group={group}>
            <dt>
              <a href={`/assets?group=${encodeURIComponent(group)}`}>{group}</a>
            </dt>
            <dd>
              <ul>
                {shownStates.filter((state) => byState.has(state)).map((state) => (
                  <li key={state} class={`badge ${state}`}>
                    <span aria-hidden="true">{stateMark(state)}</span> {count(byState.get(state)!.length)} {state}
                  </li>
                ))}
              </ul>
            </dd>
          </div>
        );
      })}
    </dl>
  );
}
