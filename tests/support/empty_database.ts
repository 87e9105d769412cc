import type { Sql } from "../../resources/database/mod.ts";

/** Schemas created by migrations, with their own tables and those of assets; `public` is PostgreSQL's. */
const own = ["engine", "access", "research"];
const forAssets = ["raw", "silver", "gold", "retired", "public"];

/** Tables with more pages are truncated, at a cost independent of rows; deleting a few rows is ten times as fast. */
const pagesToDelete = 16;

/**
 * Restores a migrated database: drops the tables of assets, deletes all rows, inserts those of the migrations again, and resets
 * the session.
 *
 * @param sql The only session: another one could hold locks on tables to be dropped.
 * @param contents Result of {@link contentsOf} before the first test.
 */
export async function emptyDatabase(sql: Sql, contents: string): Promise<void> {
  await sql.unsafe("discard all").simple();
  await sql.unsafe(`do $$
    declare
      name text;
      pages bigint;
    begin
      for name in
        select quote_ident(nspname) from pg_namespace
        where nspname !~ '^pg_' and nspname not in ('information_schema', ${quoted([...own, ...forAssets])})
      loop
        execute 'drop schema ' || name || ' cascade';
      end loop;
      for name in
        select string_agg(oid::regclass::text, ',') from pg_class
        where relnamespace::regnamespace::text in (${quoted(forAssets)}) and relkind in ('r', 'p')
        having count(*) > 0
      loop
        execute 'drop table ' || name || ' cascade';
      end loop;
      -- Foreign keys are checked at once: without them, the order does not matter.
      set local session_replication_role = replica;
      for name, pages in
        select oid::regclass, pg_relation_size(oid) / current_setting('block_size')::bigint from pg_class
        where relnamespace::regnamespace::text in (${quoted(own)}) and relkind = 'r'
      loop
        if pages > ${pagesToDelete} then
          execute 'truncate ' || name || ' cascade';
        elsif pages > 0 then
          execute 'delete from ' || name;
        end if;
      end loop;
      ${contents}
    end $$`).simple();
}

/** Statements that insert the current rows and sequences of the {@link own} schemas into empty tables. */
export async function contentsOf(sql: Sql): Promise<string> {
  const statements = await sql.unsafe<{ statement: string }[]>(`
    select format('perform setval(%L, %s, %L);', format('%I.%I', schemaname, sequencename), coalesce(last_value, start_value), last_value is not null)
      as statement
    from pg_sequences where schemaname in (${quoted(own)}) order by 1`).simple();
  const tables = await sql.unsafe<{ name: string }[]>(`
    select oid::regclass::text as name from pg_class
    where relnamespace::regnamespace::text in (${quoted(own)}) and relkind = 'r' order by 1`).simple();
  for (const { name } of tables) {
    const [row] = await sql.unsafe<{ statement: string | null }[]>(`
      select format('insert into ${name} overriding system value select * from json_populate_recordset(null::${name}, %L);', json_agg(t))
        as statement
      from ${name} t having count(*) > 0`).simple();
    if (row?.statement) statements.push(row as { statement: string });
  }
  return statements.map(({ statement }) => statement).join("\n");
}

/**
 * A text that changes with any definition made by migrations.
 *
 * A changed definition rewrites its catalog row, so that the writing transactions (`xmin`) reveal it, for catalogs that nothing
 * else writes. Comparing texts of definitions would cost three times as much.
 */
export async function structureOf(sql: Sql): Promise<string> {
  const written = (catalog: string, condition = "true") =>
    `(select concat_ws(' ', count(*), sum(oid::bigint), sum(xmin::text::bigint)) from ${catalog} where ${condition})`;
  const [row] = await sql.unsafe<{ structure: string }[]>(`
    with schemas as (select oid from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'),
      relations as (select * from pg_class where relnamespace in (table schemas))
    select concat_ws(e'\\n',
      ${written("pg_namespace", "oid in (table schemas)")},
      (select string_agg(concat_ws(' ', oid, relname, relkind, relowner, relacl, reloptions), ',' order by oid) from relations),
      (select concat_ws(' ', count(*), sum(xmin::text::bigint)) from pg_attribute
        where attrelid in (select oid from relations)),
      ${written("pg_attrdef")},
      ${written("pg_constraint")},
      ${written("pg_trigger")},
      ${written("pg_proc")},
      ${written("pg_type", "typnamespace in (table schemas)")},
      ${written("pg_extension")},
      ${written("pg_authid")},
      (select string_agg(s::text, ',' order by s::text) from pg_db_role_setting s)
    ) as structure`).simple();
  return row!.structure;
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `'${name}'`).join();
}
