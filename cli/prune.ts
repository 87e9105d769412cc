import type { PrunedHistory } from "../engine/mod.ts";
import { UsageError } from "./arguments.ts";
import { textTable } from "./table.ts";
import type { Terminal } from "./terminal.ts";
import { answering, type ControlSource, type ExitCode, layoutOf, opened } from "./answering.ts";

/** `prune [--dry-run] [--json]`: deletes rows of versions that are no longer kept, or lists them. */
export async function pruneCommand(
  args: readonly string[],
  control: ControlSource,
  terminal: Terminal,
): Promise<ExitCode> {
  const options = { "dry-run": "boolean" } as const;
  return await answering("prune", { args, options, terminal }, async ({ values, positionals, answer }) => {
    if (positionals.length > 0) {
      throw new UsageError(`prune takes no "${positionals[0]}": each asset declares its own retention.`);
    }
    const dryRun = values["dry-run"] ?? false;
    const assets = await (await opened(control)).prune({ dryRun });
    return answer({ dryRun, assets }, () => prunedLines(assets, { dryRun, terminal }));
  });
}

function prunedLines(
  assets: readonly PrunedHistory[],
  { dryRun, terminal }: { dryRun: boolean; terminal: Terminal },
): string[] {
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
    layoutOf(terminal),
  );
  const rows = assets.reduce((sum, asset) => sum + asset.rows, 0);
  const said = dryRun ? "would be deleted. Nothing was changed" : "deleted";
  const fileBytes = assets.reduce((sum, asset) => sum + (asset.fileBytes ?? 0), 0);
  const inFiles = fileBytes === 0 ? "" : ` and ${(fileBytes / 2 ** 20).toFixed(1)} MB of Parquet files`;
  return [...table, "", `${rows} ${rows === 1 ? "row" : "rows"}${inFiles} ${said}.`];
}
