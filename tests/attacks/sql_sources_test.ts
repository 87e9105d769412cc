import assert from "node:assert/strict";
import { type SourceFile, sourceFiles, visit } from "../support/source_files.ts";

/**
 * The only files that hand the driver text rather than a tagged template, and why no text of a client comes into it. Values travel as
 * parameters in all of them.
 */
const allowed: Readonly<Record<string, string>> = {
  "engine/read/asset_dates.ts": "table and date column come from the declaration of the asset",
  "engine/store/asset_table.ts":
    "names of tables and columns come from declarations of assets, which are checked when the engine opens",
  "engine/store/changed_rows.ts": "table and key columns come from the declaration; partitions are parameters",
  "engine/store/file_history.ts": "conditions are constants; key and ids are parameters",
  "engine/store/latest_versions.ts": "columns are a constant; keys are a parameter",
  "engine/read/newest_date.ts": "table and key columns come from the declaration",
  "engine/read/newest_rows.ts": "table and columns come from the declaration of the asset",
  "engine/read/row_page.ts":
    "columns and operators are looked up in the row schema; a name that is not in it never gets here",
  "engine/store/differing_rows.ts": "tables and columns come from declarations of assets",
  "engine/store/row_pieces.ts": "the text of read_columns.ts with its parameters, for some blocks of the table",
  "engine/store/staged_rows.ts":
    "tables, columns and indexes come from declarations of assets and from the catalog of the database itself",
  "engine/read/row_stream.ts": "the text of row_query.ts with its parameters, under a cursor of a random name",
  "engine/read/row_version.ts": "columns and conditions are constants; key, id and moment are parameters",
  "engine/store/new_table.ts": "table, columns and indexes come from the declaration of the asset",
  "engine/store/row_files.ts": "columns are a constant; key and version are parameters",
  "engine/store/row_history.ts": "tables and keys come from declarations; numbers of blocks are this program's",
  "engine/store/secondary_indexes.ts": "names of tables, columns and indexes come from declarations of assets",
  "engine/store/table_change.ts": "tables and columns come from declarations of assets and from the catalog",
  "engine/store/table_reconciliation.ts":
    "tables, columns and indexes come from declarations of assets and from the catalog of the database itself",
  "engine/store/table_record.ts": "names of tables come from the catalog, of those that have the name of an asset",
  "engine/read/version_difference.ts": "identifiers of the row schema, with two ids as parameters",
  "engine/run/receipts.ts": "the text of row_query.ts with its parameters",
  "resources/database/connection.ts":
    "texts of this program without parameters: an empty one and commands of a session",
  "resources/database/insert_columns.ts":
    "COPY takes no parameters: table and columns come from declarations, and are quoted",
  "resources/database/migrations.ts": "the files of sql/migrations",
  "resources/database/queries.ts": "hands on what the files of this list give",
  "resources/database/select_columns.ts": "a cursor is declared for the text of row_page.ts, with its parameters",
};

/** Calls of `sql.unsafe(…)`, by whatever name the client is known, and `sql.file(…)`. */
function rawStatements(file: SourceFile): number[] {
  return visit(file, (context) => ({
    CallExpression(node) {
      const { callee } = node;
      if (callee.type !== "MemberExpression" || callee.computed || callee.property.type !== "Identifier") return;
      if (callee.property.name === "unsafe") context.report({ node, message: "raw" });
    },
    // Not hidden behind a name in brackets or taken off its client either.
    Literal(node) {
      if (node.value === "unsafe") context.report({ node, message: "raw" });
    },
    Property(node) {
      if (node.parent.type === "ObjectPattern" && node.key.type === "Identifier" && node.key.name === "unsafe") {
        context.report({ node, message: "raw" });
      }
    },
  })).map(({ line }) => line);
}

Deno.test("statements are built from text in the files that are known to, and nowhere else", async () => {
  const found = new Map<string, number[]>();
  for (const file of await sourceFiles()) {
    const lines = rawStatements(file);
    if (lines.length > 0) found.set(file.path, lines);
  }
  assert.deepEqual([...found.keys()], Object.keys(allowed).sort(), JSON.stringify([...found]));
});

Deno.test("the scan finds built statements", () => {
  const scan = (text: string) => rawStatements({ path: "example.ts", text });
  assert.deepEqual(scan("await sql.unsafe(`SELECT ${name}`);"), [1]);
  assert.deepEqual(scan("\nawait database.sql.unsafe<Row[]>(text, parameters).simple();"), [2]);
  assert.deepEqual(scan('await sql["unsafe"](text);'), [1]);
  assert.deepEqual(scan("const { unsafe } = sql;"), [1]);
  assert.deepEqual(scan("const { unsafe: run } = sql;"), [1]);
  assert.deepEqual(scan("await sql`SELECT ${name}`; const unsafeName = 1;"), []);
});
