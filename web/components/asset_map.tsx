import type { AssetState } from "../../engine/mod.ts";
import { reasonInShort, shownState } from "../shown_state.ts";
import { checksText } from "./check_badge.tsx";
import { stateMark } from "./state_badge.tsx";

/** All assets at a glance, group by group, each with its state and the way to it. */
export function AssetMap(
  { assets, waiting }: { assets: readonly AssetState[]; waiting: ReadonlyMap<string, number> },
) {
  return (
    <dl class="asset-map">
      {[...Map.groupBy(assets, ({ group }) => group)].map(([group, members]) => (
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
