// Multiplies one user of a stopped server's SQLite file, in the database itself: a million rows in a minute. The copies have
// ids and e-mail addresses of their own and the same password.

import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** The address of a copy. */
export function emailOf(index: number): string {
  return `user${index}@example.com`;
}

const tables = ['users', 'identifiers', 'passwords'] as const;

/** Makes copies 1 to `count` of the user with this id (`auth0|` + 24 hexadecimal digits) and address. */
export function multiplyUser(data: string, userId: string, email: string, count: number): void {
  const id = userId.replace('auth0|', '');
  const database = new DatabaseSync(join(data, 'countersign.db'));
  try {
    database.exec('begin immediate');
    for (const table of tables) {
      const columns = (database.prepare(`pragma table_info(${table})`).all() as { name: string }[]).map(
        ({ name }) => name,
      );
      const copied = columns.map((column) => {
        if (column === 'tenant') return 'tenant';
        if (column === 'seq') return '(select max(seq) from template) + i';
        return `replace(replace(${column}, :id, printf('%024x', i)), :email, 'user' || i || '@example.com')`;
      });
      const of = table === 'identifiers' ? 'user_id' : 'id';
      database
        .prepare(`with recursive numbers (i) as (select 1 union all select i + 1 from numbers where i < :count),
          template as (select * from ${table} where ${of} = :user)
          insert into ${table} (${columns.join(', ')}) select ${copied.join(', ')} from template, numbers`)
        .run({ id, email, count, user: userId });
      database.prepare(`update versions set version = (select max(seq) from ${table}) where name = ?`).run(table);
    }
    database.exec('commit');
  } finally {
    database.close();
  }
}
