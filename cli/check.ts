import type { CheckRun } from "../engine/mod.ts";
import { parseArguments, UsageError } from "./arguments.ts";
import { answering, type ControlSource, type ExitCode } from "./materialize.ts";
import { paintFor, type Style } from "./paint.ts";
import { type Cell, textTable } from "./table.ts";
import type { Terminal } from "./terminal.ts";
import { usage } from "./usage.ts";

/** `check SELECTION… [--names A,B] [--json]`: runs checks on published rows and shows the results. */
export async function checkCommand(
  args: readonly string[],
  control: ControlSource,
  terminal: Terminal,
): Promise<ExitCode> {
  return await answering("check", terminal, async () => {
    const { values, positionals } = parseArguments(args, { names: "string", json: "boolean", help: "boolean" });
    if (values.help) {
      terminal.stdout.write(usage("check"));
      return 0;
    }
    if (positionals.length === 0) throw new UsageError('Nothing is selected. Name assets, or "*" for all.');
    const names = values.names?.split(",").map((name) => name.trim()).filter((name) => name !== "");
    if (names?.length === 0) throw new UsageError("--names is empty: name at least one check.");
    const opened = typeof control === "function" ? await control() : control;
    const assets = await opened.check(positionals.join(" "), names);
    if (values.json) terminal.stdout.write(JSON.stringify({ assets }, null, 2) + "\n");
    else for (const line of checkTable(assets, terminal)) terminal.stdout.write(line + "\n");
    const failed = assets.some(({ results }) =>
      results.some(({ passed, severity }) => !passed && severity === "error")
    );
    return failed ? 1 : 0;
  });
}

function checkTable(assets: readonly CheckRun[], terminal: Terminal): string[] {
  const { stdout } = terminal;
  if (assets.length === 0) return ["None of the selected assets has a check."];
  const rows = assets.flatMap(({ asset, materialization, results }): Cell[][] =>
    materialization === null
      ? [[asset, "", { text: "missing", style: "dim" }, "no version to check"]]
      : results.map(({ name, passed, severity, message }) => {
        const [text, style]: [string, Style] = passed
          ? ["passed", "green"]
          : severity === "warn"
          ? ["warns", "yellow"]
          : ["failed", "red"];
        return [asset, name, { text, style }, message];
      })
  );
  return textTable(
    [{ title: "asset" }, { title: "check" }, { title: "result" }, { title: "details", flexible: true }],
    rows,
    { width: stdout.isTerminal ? stdout.columns() : 200, paint: paintFor(terminal, stdout) },
  );
}
