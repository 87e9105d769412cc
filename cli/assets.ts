import type { AssetStateName } from "../engine/mod.ts";
import { parseArguments, UsageError } from "./arguments.ts";
import { type ListedAsset, UnreachableError } from "./control.ts";
import type { ControlSource, ExitCode } from "./materialize.ts";
import { paintFor, type Style } from "./paint.ts";
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

/** `assets [--json]`: all assets in dependency order with their state. */
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
    if (positionals.length > 0) throw new UsageError(`"${positionals[0]}" is too much: the command takes no names.`);
    const assets = await (typeof control === "function" ? await control() : control).assets();
    if (values.json) terminal.stdout.write(JSON.stringify({ assets }, null, 2) + "\n");
    else for (const line of assetsTable(assets, terminal)) terminal.stdout.write(line + "\n");
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError) && !(error instanceof UnreachableError)) throw error;
    const bad = error instanceof UsageError;
    terminal.stderr.write(`${error.message}\n${bad ? `\n${usage("assets")}` : ""}`);
    return bad ? 2 : 1;
  }
}

function assetsTable(assets: readonly ListedAsset[], terminal: Terminal): string[] {
  const { stdout } = terminal;
  return textTable(
    [
      { title: "asset" },
      { title: "group" },
      { title: "state" },
      { title: "rows", align: "right" },
      { title: "age", align: "right" },
      { title: "why", flexible: true },
    ],
    assets.map(({ key, group, state, reasons, external, lastMaterialization, lastStep }): Cell[] => [
      key,
      group,
      { text: state, style: STATE_STYLES[state] },
      lastMaterialization && !external ? count(lastMaterialization.rowCount) : "",
      lastMaterialization ? age(terminal.now() - Date.parse(lastMaterialization.at)) : "",
      (state === "failed" ? lastStep?.error?.message : reasons[0]?.message) ?? "",
    ]),
    { width: stdout.isTerminal ? stdout.columns() : 200, paint: paintFor(terminal, stdout) },
  );
}
