import type { AssetStateName } from "../engine/mod.ts";
import { attentionLines, overallLine } from "./attention.ts";
import { parseArguments, UsageError } from "./arguments.ts";
import { type ListedAsset, UnreachableError } from "./control.ts";
import type { ControlSource, ExitCode } from "./materialize.ts";
import { type Paint, paintFor, type Style } from "./paint.ts";
import { type Cell, textTable } from "./table.ts";
import type { Terminal } from "./terminal.ts";
import { age, count } from "./text.ts";
import { usage } from "./usage.ts";

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
  try {
    const { values, positionals } = parseArguments(args, { json: "boolean", help: "boolean" });
    if (values.help) {
      terminal.stdout.write(usage("assets"));
      return 0;
    }
    if (positionals.length > 0) throw new UsageError(`"${positionals[0]}" is unexpected: the command takes no names.`);
    const assets = await (typeof control === "function" ? await control() : control).assets();
    if (values.json) terminal.stdout.write(JSON.stringify({ assets }, null, 2) + "\n");
    else for (const line of assetsLines(assets, terminal)) terminal.stdout.write(line + "\n");
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError) && !(error instanceof UnreachableError)) throw error;
    const bad = error instanceof UsageError;
    terminal.stderr.write(`${error.message}\n${bad ? `\n${usage("assets")}` : ""}`);
    return bad ? 2 : 1;
  }
}

function assetsLines(assets: readonly ListedAsset[], terminal: Terminal): string[] {
  const { stdout } = terminal;
  const shown = { width: stdout.isTerminal ? stdout.columns() : 200, paint: paintFor(terminal, stdout) };
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
