// The schema of a database as data, in the same words for both engines.

import type { DatabasePlace } from '../index.ts';
import { execute } from './subject.ts';

export interface SchemaOf {
  /** `table.column type`, with `not null`, and with its default if it has one. */
  readonly columns: readonly string[];
  /** `table (columns)`, with `unique`; primary keys are unique. */
  readonly indexes: readonly string[];
  readonly foreignKeys: readonly string[];
  /** Columns in indexes that are not compared by their bytes. */
  readonly notByBytes: readonly string[];
  readonly version: string;
}

export async function schemaOf(place: DatabasePlace): Promise<SchemaOf> {
  const read = async (sql: string) => (await execute(place, sql)).map((row) => String(row.line)).sort();
  const queries = place.url === undefined ? SQLITE : POSTGRES;
  const [version = ''] = await read(`select value as line from meta where name = 'schema'`);
  return {
    columns: await read(queries.columns),
    indexes: await read(queries.indexes),
    foreignKeys: await read(queries.foreignKeys),
    notByBytes: await read(queries.notByBytes),
    version,
  };
}

const TABLES = `(select name from sqlite_schema where type = 'table' and name not like 'sqlite%') as t`;
const SQLITE = {
  columns: `select t.name || '.' || c.name || ' ' || lower(c.type) || iif(c."notnull", ' not null', '')
      || coalesce(' default ' || c.dflt_value, '') as line from ${TABLES} join pragma_table_info(t.name) as c`,
  indexes: `select t.name || ' (' || (select group_concat(name, ', ' order by seqno) from pragma_index_info(i.name)) || ')'
      || iif(i."unique", ' unique', '') as line from ${TABLES} join pragma_index_list(t.name) as i`,
  foreignKeys: `select t.name || '.' || f."from" || ' to ' || f."table" || '.' || f."to" || ' on delete '
      || lower(f.on_delete) as line from ${TABLES} join pragma_foreign_key_list(t.name) as f`,
  notByBytes: `select i.name || '.' || x.name as line from ${TABLES} join pragma_index_list(t.name) as i
      join pragma_index_xinfo(i.name) as x where x.key and x.coll <> 'BINARY'`,
};

const INDEXED = `pg_index as i join pg_class as t on t.oid = i.indrelid join pg_class as x on x.oid = i.indexrelid
  join pg_namespace as n on n.oid = t.relnamespace and n.nspname = current_schema()`;
const POSTGRES = {
  columns: `select table_name || '.' || column_name || ' ' || data_type
      || case when is_nullable = 'NO' then ' not null' else '' end || coalesce(' default ' || column_default, '') as line
    from information_schema.columns where table_schema = current_schema()`,
  indexes: `select t.relname || ' (' || (select string_agg(a.attname, ', ' order by k.place)
      from unnest(i.indkey::int2[]) with ordinality as k (num, place)
      join pg_attribute as a on a.attrelid = t.oid and a.attnum = k.num) || ')'
      || case when i.indisunique then ' unique' else '' end as line from ${INDEXED}`,
  foreignKeys: `select t.relname || '.' || a.attname || ' to ' || r.relname || '.' || b.attname || ' on delete '
      || case c.confdeltype when 'a' then 'no action' else c.confdeltype::text end as line
    from pg_constraint as c join pg_class as t on t.oid = c.conrelid join pg_class as r on r.oid = c.confrelid
    join pg_attribute as a on a.attrelid = t.oid and a.attnum = c.conkey[1]
    join pg_attribute as b on b.attrelid = r.oid and b.attnum = c.confkey[1] where c.contype = 'f' and c.connamespace = current_schema()::regnamespace`,
  notByBytes: `select x.relname || '.' || a.attname as line from ${INDEXED}
    join pg_attribute as a on a.attrelid = x.oid join pg_collation as c on c.oid = a.attcollation
    where c.collname <> 'C'`,
};
