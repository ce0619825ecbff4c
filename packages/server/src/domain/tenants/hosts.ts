// Which tenant a host belongs to. An unknown host belongs to none: it must never get another tenant's issuer.

import type { TenantId } from '../../schema/brand.ts';
import type { Database } from '../../storage/store.ts';

export const defaultTenant = 'default' as TenantId;

export interface Hosts {
  /** The tenant of a `Host` header in lower case, with or without port. `undefined` for unknown hosts. */
  tenantOf(host: string): TenantId | undefined;
  /** Reads the tenants' hosts again; also done by itself when an unknown host comes, at most once a second. */
  refresh(): Promise<void>;
  /**
   * Where people reach a tenant, as `https://HOST/`, for links that leave the server: its first host. Never what a request
   * says of itself, but for one of the tenant's own public hosts as `preferred` (security-cases PWR-01).
   */
  originOf(tenant: TenantId, preferred?: string): string;
  /** Whether a tenant has no public host: it is reached from this machine only. */
  isLocal(tenant: TenantId): boolean;
  /** The port of plain HTTP, for links to loopback names. Told once the server listens. */
  listensOn(port: number): void;
}

const rereadEveryMs = 1_000;
/** Names that lead to the machine of whoever uses them, whatever the port. */
const localName = /^(?:localhost|[a-z0-9-]+(?:\.[a-z0-9-]+)*\.localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/;
const loopback = /^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/;
const wellFormed = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?$/;

/** Whether a host, with or without port, is a loopback name: what is sent there stays on the machine of whoever sends it. Pure. */
export function isLocalName(host: string): boolean {
  return localName.test(host);
}

/**
 * `domains` are the public hosts of the default tenant, from the configuration. If there are none, the loopback names
 * with any port belong to it, so that a laptop, a container with mapped ports and a test need no configuration.
 */
export function createHosts(database: Database, domains: readonly string[]): Hosts {
  const configured = new Set(domains.map((domain) => domain.toLowerCase()));
  let byHost = new Map<string, TenantId>();
  let byTenant = new Map<TenantId, readonly string[]>();
  let readAt = 0;
  let port: number | undefined;
  const hostsOf = (tenant: TenantId): readonly string[] => [
    ...(tenant === defaultTenant ? configured : []),
    ...(byTenant.get(tenant) ?? []),
  ];
  const refresh = async () => {
    readAt = Date.now();
    const tenants = await database.tenants();
    byHost = new Map(tenants.flatMap((tenant) => tenant.hosts.map((host) => [host, tenant.id] as const)));
    byTenant = new Map(tenants.map((tenant) => [tenant.id, tenant.hosts]));
  };
  return {
    tenantOf(host) {
      if (!wellFormed.test(host)) return undefined;
      const name = host.replace(/:\d+$/, '');
      if (configured.has(host) || configured.has(name)) return defaultTenant;
      const stored = byHost.get(host) ?? byHost.get(name);
      if (stored !== undefined) return stored;
      if (configured.size === 0 && loopback.test(host)) return defaultTenant;
      // A tenant may just have been added by another process; the next request for it will find it.
      if (Date.now() - readAt > rereadEveryMs) refresh().catch(() => undefined);
      return undefined;
    },
    refresh,
    originOf(tenant, preferred) {
      const hosts = hostsOf(tenant);
      const host = hosts.find((one) => one === preferred) ?? hosts[0] ?? 'localhost';
      if (!localName.test(host)) return `https://${host}/`;
      return /:\d+$/.test(host) || port === undefined ? `http://${host}/` : `http://${host}:${port}/`;
    },
    isLocal: (tenant) => hostsOf(tenant).every((host) => localName.test(host)),
    listensOn(actual) {
      port = actual;
    },
  };
}
