// Tenants and the hosts that lead to them.

import { sql } from 'kysely';
import type { Connection } from './engine.ts';
import type { TenantRow } from './store.ts';
import { keyText } from './text.ts';

/** Every tenant with its hosts in the order in which they were given. */
export async function listTenants({ run }: Connection): Promise<TenantRow[]> {
  const rows = await run(sql<{ id: TenantRow['id']; name: string; host: string | null }>`
    select tenants.id, tenants.name, tenant_hosts.host from tenants
    left join tenant_hosts on tenant_hosts.tenant = tenants.id order by tenants.id, tenant_hosts.position`);
  const byId = new Map<string, { id: TenantRow['id']; name: string; hosts: string[] }>();
  for (const { id, name, host } of rows) {
    const tenant = byId.get(id) ?? { id, name, hosts: [] };
    if (host !== null) tenant.hosts.push(host);
    byId.set(id, tenant);
  }
  return [...byId.values()];
}

/** `false` if the tenant is there already. @throws UniqueConflict if a host leads to another tenant */
export async function insertTenant({ run }: Connection, tenant: TenantRow): Promise<boolean> {
  const id = keyText(tenant.id, 'tenant.id');
  if (id !== tenant.id || id === '') throw new TypeError('the id of a tenant must have 1 to 600 bytes');
  const created = await run(sql`insert into tenants (id, name) values (${id}, ${keyText(tenant.name, 'tenant.name')})
    on conflict (id) do nothing returning id`);
  if (!created.length) return false;
  for (const [position, host] of tenant.hosts.entries()) {
    await run(sql`insert into tenant_hosts (host, tenant, position)
      values (${keyText(host, 'tenant.hosts')}, ${id}, ${position})`);
  }
  return true;
}
