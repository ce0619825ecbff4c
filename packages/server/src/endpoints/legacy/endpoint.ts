// Endpoints of old Auth0 that are refused (auth0-behaviour §41), in the documented words. The developer is told what replaces them: in
// the log event, and by a `Link` to a page of this server.

import { findClient } from '../../domain/clients/find.ts';
import type { LogEvent } from '../../domain/logs/event.ts';
import { telemetry } from '../../domain/logs/telemetry.ts';
import { lookOf } from '../../domain/tenants/look.ts';
import type { Snapshot } from '../../domain/tenants/snapshot.ts';
import type { Database } from '../../storage/store.ts';
import { noStore } from '../../web/answers.ts';
import { anyOrigin } from '../../web/cors.ts';
import { type Answer, type Ask, json, type Route } from '../../web/exchange.ts';
import { page } from '../../web/page.ts';
import { readBody, readForm } from '../../web/params.ts';
import { legacyPage } from './page.ts';
import { type LegacyRow, legacy } from './rows.ts';

export interface LegacyDeps {
  readonly database: Database;
  readonly snapshot: Snapshot;
  readonly record: (event: LogEvent) => void;
}

const docs = 'docs/migrate-from-id-tokens';

/** The routes of what is no more, and of the page about it. */
export function legacyRoutes(deps: LegacyDeps): Route[] {
  const refusals = legacy.map(
    (row): Route => ({
      method: row.method,
      path: row.path,
      family: 'oauth',
      bodyLimit: 32 * 1024,
      handle: (ask) => refuse(deps, ask, row),
    }),
  );
  return [...refusals, { method: 'GET', path: `/${docs}`, family: 'page', handle: (ask) => help(deps, ask) }];
}

async function refuse(deps: LegacyDeps, ask: Ask, row: LegacyRow): Promise<Answer> {
  const client = await clientOf(deps, ask);
  const help = `${ask.issuer}${docs}#${row.anchor}`;
  deps.record({
    tenant: ask.tenant,
    type: row.event,
    description: `${row.path} was called, which this server does not offer`,
    client_id: client?.clientId,
    client_name: client?.name,
    ip: ask.ip,
    user_agent: ask.headers['user-agent'],
    hostname: ask.host,
    auth0_client: telemetry(ask.headers['auth0-client']),
    details: {
      error: { message: row.description, oauthError: row.error, type: 'legacy_endpoint' },
      instead: row.instead,
      example: row.example,
      help,
      request_id: ask.id,
    },
  });
  // Scripts of any site may read it: it says nothing about anybody.
  const headers = { ...noStore, ...anyOrigin, 'access-control-expose-headers': 'link', link: `<${help}>; rel="help"` };
  return json(row.status, { error: row.error, error_description: row.description }, headers);
}

/** The client that a request names, for the log. What it sends else is not looked at: there may be a password in it. */
async function clientOf({ database, snapshot }: LegacyDeps, ask: Ask) {
  const read = ask.method === 'POST' ? readBody(ask.body, ask.headers['content-type']) : readForm(ask.query);
  const id = read.kind === 'params' ? read.params.get('client_id') : undefined;
  return id === undefined ? undefined : findClient(database, snapshot, ask.tenant, id);
}

async function help({ database, snapshot }: LegacyDeps, ask: Ask): Promise<Answer> {
  const look = await lookOf(database, snapshot, ask.tenant);
  return page(200, { title: 'Old endpoints', body: legacyPage(), look, language: 'en', wide: true });
}
