import type { PrunedHistory } from "../engine/mod.ts";
import { parseArguments, UsageError } from "./arguments.ts";
import { answering, type ControlSource, type ExitCode } from "./materialize.ts";
import { paintFor } from "./paint.ts";
import { textTable } from "./table.ts";
import type { Terminal } from "./terminal.ts";
import { usage } from "./usage.ts";

/** `prune [--dry-run] [--json]`: deletes rows of versions that are no longer kept, or lists them. */
export async function pruneCommand(
  args: readonly string[],
  control: ControlSource,
  terminal: Terminal,
): Promise<ExitCode> {
  return await answering("prune", terminal, async () => {
    const { values, positionals } = parseArguments(args, { "dry-run": "boolean", json: "boolean", help: "boolean" });
    if (values.help) {
      terminal.stdout.write(usage("prune"));
      return 0;
    }
    if (positionals.length > 0) {
      throw new UsageError(`prune takes no "${positionals[0]}": each asset declares its own retention.`);
    }
    const opened = typeof control === "function" ? await control() : control;
    const dryRun = values["dry-run"] ?? false;
    const assets = await opened.prune({ dryRun });
    if (values.json) terminal.stdout.write(JSON.stringify({ dryRun, assets }, null, 2) + "\n");
    else for (const line of prunedLines(assets, { dryRun, terminal })) terminal.stdout.write(line + "\n");
    return 0;
  });
}

function prunedLines(
  assets: readonly PrunedHistory[],
  { dryRun, terminal }: { dryRun: boolean; terminal: Terminal },
): string[] {
  const { stdout } = terminal;
  if (assets.length === 0) return ["Nothing to prune: all versions are kept."];
  const table = textTable(
    [
      { title: "asset" },
      { title: "versions", align: "right" },
      { title: "rows", align: "right" },
      { title: "table MB", align: "right" },
      { title: "keeps", flexible: true },
    ],
    assets.map(({ key, versions, rows, bytes, keeps }) => [
      key,
      String(versions),
      String(rows),
      (bytes / 2 ** 20).toFixed(1),
      keeps,
    ]),
    { width: stdout.isTerminal ? stdout.columns() : 200, paint: paintFor(terminal, stdout) },
  );
  const rows = assets.reduce((sum, asset) => sum + asset.rows, 0);
  const said = dryRun ? "would be deleted. Nothing was changed" : "deleted";
  const fileBytes = assets.reduce((sum, asset) => sum + (asset.fileBytes ?? 0), 0);
  const inFiles = fileBytes === 0 ? "" : ` and ${(fileBytes / 2 ** 20).toFixed(1)} MB of Parquet files`;
  return [...table, "", `${rows} ${rows === 1 ? "row" : "rows"}${inFiles} ${said}.`];
}
