import type { Sql } from "../../resources/database/mod.ts";

/** Schemas that migrations make, with tables of their own and for those of assets; `public` is PostgreSQL's. */
const own = ["engine", "access"];
const forAssets = ["raw", "silver", "gold", "public"];

/** A table of more pages is truncated, which costs the same however many rows it has; a few rows are deleted ten times as fast. */
const pagesToDelete = 16;

/**
 * Takes every row and every table of assets out of a migrated database, and ends what its session has been told.
 *
 * @param sql Of the only session there is: another one could hold locks on what is dropped.
 */
export async function emptyDatabase(sql: Sql): Promise<void> {
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
        where relnamespace::regnamespace::text in (${
    quoted(own)
  }) and relkind = 'r' and oid <> 'engine.migration'::regclass
      loop
        if pages > ${pagesToDelete} then
          execute 'truncate ' || name || ' cascade';
        elsif pages > 0 then
          execute 'delete from ' || name;
        end if;
      end loop;
      perform setval(seqrelid, seqstart, false) from pg_sequence;
    end $$`).simple();
}

/**
 * A text that differs where anything does that migrations have made or recorded. Rows are not part of it.
 *
 * A change of a definition writes its catalog row anew, so that the transactions that wrote them tell (`xmin`), where nothing
 * else writes them. Texts of definitions cost three times as much.
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
      (select string_agg(s::text, ',' order by s::text) from pg_db_role_setting s),
      (select string_agg(m::text, ',' order by number) from engine.migration m)
    ) as structure`).simple();
  return row!.structure;
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `'${name}'`).join();
}
