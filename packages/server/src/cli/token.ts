// `countersign token --audience A [--scope S] [--organization O]`: issues a token as the token endpoint would, through the same decision,
// and shows what is in it. It works on the store of this machine; the server need not run.

import { parseArgs } from 'node:util';
import { readConfig, StartRefused } from '../config.ts';
import type { AuthenticatedClient } from '../domain/clients/authenticate.ts';
import { findClient } from '../domain/clients/find.ts';
import { issueAccessToken } from '../domain/issuing/access-token.ts';
import {
  findApi,
  findMachineGrant,
  findOrganization,
  isAssociated,
  similarIdentifiers,
} from '../domain/issuing/find.ts';
import { defaultTenant } from '../domain/tenants/hosts.ts';
import { settingsOf } from '../domain/tenants/settings.ts';
import { storedIdentifier } from '../domain/tenants/system-apis.ts';
import { decide } from '../endpoints/token/grants/client-credentials.ts';
import { loadOrganization } from '../endpoints/token/organization.ts';
import { createProcessLog } from '../log.ts';
import { parseScope } from '../oauth/scope.ts';
import { clientGrants } from '../resources/index.ts';
import type { TenantHost } from '../schema/brand.ts';
import { tableOf } from '../schema/collection.ts';
import { type House, openHouse } from '../server.ts';
import { shownClaims } from './claims.ts';
import { issuerFor } from './place.ts';

interface Asked {
  readonly audience: string;
  readonly scope: string | undefined;
  readonly client: string | undefined;
  readonly issuer: string | undefined;
  readonly organization: string | undefined;
}

const own = ['audience', 'scope', 'client', 'issuer', 'organization'] as const;

/** Splits our own flags from those that find the store (`--data`, `--database`...). */
function readFlags(args: string[]): { asked: Asked; rest: string[] } {
  const { values, tokens } = parseArgs({
    args,
    options: Object.fromEntries(own.map((name) => [name, { type: 'string' as const }])),
    strict: false,
    tokens: true,
  });
  const taken = new Set<number>();
  for (const token of tokens) {
    if (token.kind !== 'option' || !own.some((name) => name === token.name)) continue;
    taken.add(token.index);
    if (token.inlineValue === false) taken.add(token.index + 1);
  }
  const text = (name: (typeof own)[number]) => (typeof values[name] === 'string' ? values[name] : undefined);
  const audience = text('audience');
  if (!audience)
    throw new StartRefused(
      'Name the API: countersign token --audience https://example.com/health-api [--scope "read:patients"]',
    );
  return {
    asked: {
      audience,
      scope: text('scope'),
      client: text('client'),
      issuer: text('issuer'),
      organization: text('organization'),
    },
    rest: args.filter((_, index) => !taken.has(index)),
  };
}

async function firstClientFor(house: House, storedAudience: string): Promise<string | undefined> {
  const store = house.database.store(defaultTenant);
  const grant = await store.find(tableOf(clientGrants), { audience: storedAudience, subject_type: 'client' });
  return grant?.client_id;
}

/** The command. @throws StartRefused with the reason of the decision when no token may be issued */
export async function token(args: string[]): Promise<void> {
  const { asked, rest } = readFlags(args);
  const config = readConfig(rest, process.env);
  const issuer = issuerFor(config, asked.issuer);
  const host = new URL(issuer).host as TenantHost;
  const house = await openHouse(config, createProcessLog('warn', true));
  try {
    const { database, snapshot, keyring } = house;
    const audience = { value: asked.audience, from: 'audience' as const };
    const stored = storedIdentifier(asked.audience, host);
    const api = await findApi(database, snapshot, defaultTenant, stored);
    const clientId = asked.client ?? (await firstClientFor(house, stored));
    const client = clientId === undefined ? undefined : await findClient(database, snapshot, defaultTenant, clientId);
    if (!client) {
      const similar = api ? [] : await similarIdentifiers(database, snapshot, defaultTenant, asked.audience);
      const hint = similar[0] ? ` Did you mean ${similar[0]}?` : '';
      throw new StartRefused(
        asked.client
          ? `There is no client ${asked.client}.`
          : api
            ? `No machine client has a client grant for ${asked.audience}; create one with POST /api/v2/client-grants.`
            : `There is no API with the identifier ${asked.audience}.${hint}${
                asked.audience.endsWith('/api/v2/')
                  ? ` The Management API is https://${host}/api/v2/ here; give --port or --issuer as the server runs.`
                  : ''
              }`,
      );
    }
    const grant = api && (await findMachineGrant(database, snapshot, defaultTenant, client, api));
    const settings = await settingsOf(database, snapshot, defaultTenant);
    const organization =
      grant &&
      (await loadOrganization(asked.organization, client, grant, {
        organizationNames: settings.allow_organization_name_in_authentication_api === true,
        organization: (by) => findOrganization(database, snapshot, defaultTenant, by),
        isAssociated: (id, grantId) => isAssociated(database, snapshot, defaultTenant, id, grantId),
      }));
    const scopes = asked.scope === undefined ? undefined : parseScope(asked.scope);
    const decision = decide(
      {
        audience: asked.audience,
        resource: undefined,
        scopes: scopes?.length ? scopes : undefined,
        organization: asked.organization,
      },
      { audience, api, grant, organization, similar: [] },
      // The operator at the machine stands in for the client's secret: whoever reads the key file can read that too.
      { client: client as AuthenticatedClient, host, issuer },
    );
    if (decision.kind === 'refused')
      throw new StartRefused(`${decision.refusal.description} Because ${decision.refusal.because}.`);
    const issued = await issueAccessToken(keyring, defaultTenant, decision.authorization, house.now());
    house.record({
      tenant: defaultTenant,
      type: 'seccft',
      description: 'Access token issued on the command line',
      client_id: client.clientId,
      client_name: client.name,
      organization_id: decision.authorization.organization?.id,
      organization_name: decision.authorization.organization?.name,
      audience: asked.audience,
      // Without it the Management API is not known by its name, and is counted as one that is gone.
      hostname: host,
      scope: decision.authorization.scopes.join(' ') || undefined,
      details: { trace: decision.authorization.trace, token: { sha256: issued.digest, expires_in: issued.expiresIn } },
    });
    // The token alone goes to stdout, so that it can be piped; the rest is for the person.
    process.stdout.write(`${issued.token}\n`);
    process.stderr.write(shownClaims(issued.token, decision.authorization.trace));
  } finally {
    await house.close();
  }
}
