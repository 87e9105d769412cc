import type { AssetStateName } from "../engine/mod.ts";
import { attentionLines, overallLine } from "./attention.ts";
import { UsageError } from "./arguments.ts";
import type { ListedAsset } from "./control.ts";
import type { Paint, Style } from "./paint.ts";
import { type Cell, textTable } from "./table.ts";
import type { Terminal } from "./terminal.ts";
import { age, count } from "./text.ts";
import { answering, type ControlSource, type ExitCode, layoutOf, opened } from "./answering.ts";

const STATE_STYLES: Readonly<Record<AssetStateName, Style>> = {
  fresh: "green",
  stale: "yellow",
  missing: "dim",
  running: "cyan",
  failed: "red",
};

/** `assets [--json]`: all assets in dependency order with their state, what needs attention, and a summary. */
export async function assetsCommand(
  args: readonly string[],
  control: ControlSource,
  terminal: Terminal,
): Promise<ExitCode> {
  return await answering("assets", { args, options: {}, terminal }, async ({ positionals, answer }) => {
    if (positionals.length > 0) throw new UsageError(`"${positionals[0]}" is unexpected: the command takes no names.`);
    const assets = await (await opened(control)).assets();
    return answer({ assets }, () => assetsLines(assets, terminal));
  });
}

function assetsLines(assets: readonly ListedAsset[], terminal: Terminal): string[] {
  const shown = layoutOf(terminal);
  const attention = attentionLines(assets, shown);
  return [
    ...assetsTable(assets, shown, terminal.now()),
    ...attention.length > 0 ? ["", ...attention] : [],
    "",
    overallLine(assets, shown.paint),
  ];
}

function assetsTable(
  assets: readonly ListedAsset[],
  shown: { width: number; paint: Paint },
  now: number,
): string[] {
  return textTable(
    [
      { title: "asset" },
      { title: "group" },
      { title: "state" },
      { title: "rows", align: "right" },
      { title: "age", align: "right" },
      { title: "why", flexible: true },
    ],
    assets.map((asset): Cell[] => {
      const { key, group, state, external, lastMaterialization: last } = asset;
      return [
        key,
        group,
        { text: state, style: STATE_STYLES[state] },
        last && !external ? count(last.rowCount) : "",
        last ? age(now - Date.parse(last.at)) : "",
        why(asset),
      ];
    }),
    shown,
  );
}

/** Why an asset is not fresh; for a fresh asset, further information. */
function why({ state, reasons, lastStep, failedChecks, freshness }: ListedAsset): string {
  const reason = state === "failed" ? lastStep?.error?.message : reasons[0]?.message;
  const late = freshness?.state === "late" ? "late" : undefined;
  const checks = failedChecks.map(({ name }) => `check ${name} failed`);
  return [reason, late, ...checks].filter((text) => text !== undefined).join("; ");
}
