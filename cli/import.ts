import { UsageError } from "./arguments.ts";
import type { ImportControl, ImportedTable, ImportOutcome } from "./import_control.ts";
import { textTable } from "./table.ts";
import type { Terminal } from "./terminal.ts";
import { answering, type ExitCode, layoutOf } from "./answering.ts";

/**
 * `import FROM [--dry-run] [--json]`, `import --held`: imports data from other services, and reports what was imported and what
 * was not.
 */
export async function importCommand(
  args: readonly string[],
  control: ImportControl,
  terminal: Terminal,
): Promise<ExitCode> {
  const options = { held: "boolean", "dry-run": "boolean" } as const;
  return await answering("import", { args, options, terminal }, async ({ values, positionals, answer }) => {
    const [from, ...more] = positionals;
    if (more.length > 0) throw new UsageError("One database or folder is imported at a time.");
    if (values.held ? from !== undefined : from === undefined) {
      throw new UsageError(
        values.held
          ? "--held imports this database's own data: it takes no address."
          : "Name the source to import: postgres://… or a folder of CSV dumps.",
      );
    }
    const outcome = await control.run(from ?? null, { dryRun: values["dry-run"] ?? false });
    return answer(outcome, () => outcomeLines(outcome, terminal));
  });
}

function outcomeLines({ report, assets, next }: ImportOutcome, terminal: Terminal): string[] {
  const layout = layoutOf(terminal);
  const right = (title: string) => ({ title, align: "right" as const });
  const lines = [`Read ${report.from}:`, ""];
  lines.push(
    ...textTable(
      [{ title: "table" }, right("rows"), right("taken"), right("repeated"), right("refused"), {
        title: "why",
        flexible: true,
      }],
      report.tables.map((table) => [
        table.table,
        ...[table.read, table.taken, table.repeated, table.refused].map(String),
        whyOf(table),
      ]),
      layout,
    ),
  );
  if (report.absent.length > 0) lines.push("", `Missing: ${report.absent.join(", ")}.`);
  if (report.unknown.length > 0) lines.push("", `Ignored, unknown tables: ${report.unknown.join(", ")}.`);
  for (const { table, reasons } of report.tables) {
    if (reasons.length === 0) continue;
    lines.push("", `Refused rows of ${table}:`);
    for (const { reason, rows, example } of reasons) lines.push(`  ${rows} × ${reason} (${example})`);
  }
  if (assets) {
    lines.push("", "Imported:", "");
    lines.push(
      ...textTable(
        [{ title: "asset" }, right("rows"), right("new"), right("gone")],
        assets.map(({ key, rows, added, removed }) => [key, String(rows), String(added), String(removed)]),
        layout,
      ),
    );
  } else lines.push("", "Nothing was written (--dry-run).");
  if (report.addresses.length > 0) {
    lines.push(
      "",
      "Users, with scope read; to allow their sign-in, set:",
      `SIGN_IN_ALLOW=${report.addresses.map((address) => `${address}=read`).join(",")}`,
    );
  }
  if (next !== null) lines.push("", next);
  return lines;
}

function whyOf({ note, reasons }: ImportedTable): string {
  if (note !== undefined) return note;
  const [first, ...more] = reasons;
  return first === undefined ? "" : `${first.reason}${more.length > 0 ? `, and ${more.length} more` : ""}`;
}
