import type { CheckRun } from "../engine/mod.ts";
import { UsageError } from "./arguments.ts";
import type { Style } from "./paint.ts";
import { type Cell, textTable } from "./table.ts";
import type { Terminal } from "./terminal.ts";
import { answering, type ControlSource, type ExitCode, layoutOf, opened } from "./answering.ts";

/** `check SELECTION… [--names A,B] [--json]`: runs checks on published rows and shows the results. */
export async function checkCommand(
  args: readonly string[],
  control: ControlSource,
  terminal: Terminal,
): Promise<ExitCode> {
  const options = { names: "string" } as const;
  return await answering("check", { args, options, terminal }, async ({ values, positionals, answer }) => {
    if (positionals.length === 0) throw new UsageError('Nothing is selected. Name assets, or "*" for all.');
    const names = values.names?.split(",").map((name) => name.trim()).filter((name) => name !== "");
    if (names?.length === 0) throw new UsageError("--names is empty: name at least one check.");
    const assets = await (await opened(control)).check(positionals.join(" "), names);
    answer({ assets }, () => checkTable(assets, terminal));
    const failed = assets.some(({ results }) =>
      results.some(({ passed, severity }) => !passed && severity === "error")
    );
    return failed ? 1 : 0;
  });
}

function checkTable(assets: readonly CheckRun[], terminal: Terminal): string[] {
  if (assets.length === 0) return ["None of the selected assets has a check."];
  const rows = assets.flatMap(({ asset, materialization, results }): Cell[][] =>
    materialization === null
      ? [[asset, "", { text: "missing", style: "dim" }, "no version to check"]]
      : results.map(({ name, passed, severity, message }) => {
        const [text, style]: [string, Style] = passed
          ? ["passed", "green"]
          : severity === "warn"
          ? ["failed (warning)", "yellow"]
          : ["failed", "red"];
        return [asset, name, { text, style }, message];
      })
  );
  return textTable(
    [{ title: "asset" }, { title: "check" }, { title: "result" }, { title: "details", flexible: true }],
    rows,
    layoutOf(terminal),
  );
}
