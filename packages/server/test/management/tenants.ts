// Two tenants on one server, each asked by its own host: `fetch` cannot set a Host header, so this asks by hand.

import { request } from 'node:http';
import { readConfig } from '../../src/config.ts';
import type { TenantHost, TenantId } from '../../src/schema/brand.ts';
import { prepareTenant } from '../../src/seed/prepare.ts';
import type { Reply, serveHere } from '../support/running.ts';

type Running = Pick<Awaited<ReturnType<typeof serveHere>>, 'house' | 'admin' | 'data' | 'base'>;

const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** Adds a tenant at this host and gives the calls of its administrator. */
export async function addTenant(site: Running, name: string) {
  const host = `${name}.test` as TenantHost;
  const tenant = name as TenantId;
  await site.house.database.addTenant({ id: tenant, name, hosts: [host] });
  await site.house.hosts.refresh();
  const { clientId, clientSecret } = site.admin;
  const environment = { COUNTERSIGN_ADMIN_CLIENT_ID: clientId, COUNTERSIGN_ADMIN_CLIENT_SECRET: clientSecret };
  const config = readConfig(['--data', site.data, '--no-demo'], environment);
  await prepareTenant(site.house, config, { tenant, host, issuer: `http://${host}/` }, silent);
  const send = (method: string, path: string, headers: Record<string, string> = {}, body = '') =>
    sendTo(site.base, host, method, path, headers, body);
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
    audience: `https://${host}/api/v2/`,
  });
  const token = await send(
    'POST',
    '/oauth/token',
    { 'content-type': 'application/x-www-form-urlencoded' },
    form.toString(),
  );
  if (token.status !== 200) throw new Error(`no token of ${name}: ${token.text}`);
  const accessToken: string = token.body.access_token;
  return {
    host,
    accessToken,
    send,
    manage: (method: string, path: string, body?: unknown) =>
      send(
        method,
        `/api/v2${path}`,
        {
          authorization: `Bearer ${accessToken}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        body === undefined ? '' : JSON.stringify(body),
      ),
  };
}

function sendTo(
  base: string,
  host: string,
  method: string,
  path: string,
  headers: Record<string, string>,
  body: string,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const asked = request(
      `${base}${path}`,
      { method, headers: { ...headers, host, 'content-length': Buffer.byteLength(body) } },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          const seen = new Headers(
            Object.entries(answer.headers).map(([name, value]) => [name, String(value)] as [string, string]),
          );
          resolve({
            status: answer.statusCode ?? 0,
            headers: seen,
            text,
            body: text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : undefined,
          });
        });
      },
    );
    asked.on('error', reject);
    asked.end(body);
  });
}
