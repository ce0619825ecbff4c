// `countersign login [--issuer I]`: signs in at a server in the browser and keeps a credential for the other commands, which may
// do there what those need and the user holds. `countersign test login` is the same for any client and API, and shows what came.

import { readConfig, StartRefused } from '../config.ts';
import { findIssuance } from '../domain/explaining/recognise.ts';
import { defaultTenant } from '../domain/tenants/hosts.ts';
import { MANAGEMENT_API, managementIdentifier } from '../domain/tenants/system-apis.ts';
import {
  clientGrants,
  clients,
  commandLineClient,
  commandLineClientId,
  commandLineScopes,
} from '../resources/index.ts';
import type { TenantHost } from '../schema/brand.ts';
import { tableOf } from '../schema/collection.ts';
import { commandLineGrant, keepCommandLine } from '../seed/command-line.ts';
import { loginInBrowser, type Tokens } from './browser-login.ts';
import { shownClaims } from './claims.ts';
import { credentialPath, keepCredential } from './credential.ts';
import { readFlags } from './flags.ts';
import { issuerFor, type Place, withPlace } from './place.ts';

const clientTable = tableOf(clients);
const grantTable = tableOf(clientGrants);
const say = (text: string) => void process.stderr.write(text);
const flags = ['client', 'audience', 'scope', 'issuer', 'organization', 'callback-port'] as const;

/** The native client of the command line, made when it is first needed, with its grant. */
async function ownClient(place: Place): Promise<string> {
  const isNew = await made(place);
  const isChanged = await place.house.database.store(defaultTenant).transact(keepCommandLine);
  const isGranted = await grantAtManagementApi(place);
  // A server that runs over this store hears of it within a second.
  if (isNew || isChanged || isGranted) await new Promise((resolve) => setTimeout(resolve, 1000));
  return commandLineClientId;
}

/** Without it users get no more there than what everybody may do to the own profile; with it, of this what they hold. Whether it was made now. */
async function grantAtManagementApi({ house, host, call }: Place): Promise<boolean> {
  const key = { ...commandLineGrant, audience: MANAGEMENT_API };
  if (await house.database.store(defaultTenant).find(grantTable, key)) return false;
  const grant = { ...commandLineGrant, audience: managementIdentifier(host), scope: commandLineScopes };
  const reply = await call('POST', '/client-grants', grant);
  if (reply.status !== 201 && reply.status !== 409)
    throw new StartRefused(`The client grant cannot be made: ${reply.body?.message}`);
  return true;
}

/** Makes it if it is not there. Whether it was made now. */
async function made({ house, call }: Place): Promise<boolean> {
  if (await house.database.store(defaultTenant).get(clientTable, commandLineClientId)) return false;
  const reply = await call('POST', '/clients', { ...commandLineClient, client_id: commandLineClientId });
  // 409: another login made it meanwhile.
  if (reply.status !== 201 && reply.status !== 409)
    throw new StartRefused(`The client cannot be made: ${reply.body?.message}`);
  return true;
}

async function clientFor(place: Place, said: string | undefined) {
  const clientId = said ?? (await ownClient(place));
  const row = await place.house.database.store(defaultTenant).get(clientTable, clientId);
  if (!row) throw new StartRefused(`There is no client ${clientId}.`);
  const confidential = row.token_endpoint_auth_method !== 'none';
  return { clientId, clientSecret: confidential ? row.client_secret : undefined };
}

function portOf(text: string | undefined): number {
  const port = Number(text ?? 0);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new StartRefused('--callback-port is a port.');
  return port;
}

/** What the other commands need there. */
const ownScopes = ['openid', 'offline_access', ...commandLineScopes].join(' ');

/** `countersign login`. The server must run; one on another machine needs --client. @throws StartRefused */
export async function login(args: string[]): Promise<void> {
  const { values, switches, rest } = readFlags(args, ['issuer', 'client', 'scope', 'callback-port'], ['no-browser']);
  const issuer = issuerFor(readConfig(rest, process.env), values.issuer);
  const who =
    values.client === undefined
      ? await withPlace(rest, issuer, (place) => clientFor(place, undefined))
      : { clientId: values.client, clientSecret: undefined };
  const tokens = await loginInBrowser({
    issuer,
    ...who,
    audience: managementIdentifier(new URL(issuer).host as TenantHost),
    scope: values.scope ?? ownScopes,
    port: portOf(values['callback-port']),
    openBrowser: !switches.has('no-browser'),
    say,
  });
  await keepCredential({
    issuer,
    clientId: who.clientId,
    accessToken: tokens.access_token,
    ...(tokens.refresh_token === undefined ? {} : { refreshToken: tokens.refresh_token }),
    expiresAt: Date.now() + tokens.expires_in * 1000,
  });
  say(`You are logged in at ${issuer}. The credential is in ${credentialPath()}; only you can read it.\n`);
  if (tokens.scope !== undefined) say(`What you may do there: ${tokens.scope}\n`);
}

/** `countersign test login`: any client, any API. The server must run. @throws StartRefused */
export async function testLogin(args: string[]): Promise<void> {
  const { values, switches, rest } = readFlags(args, flags, ['no-browser']);
  const at = await withPlace(rest, values.issuer, async (place) => ({
    issuer: place.issuer,
    ...(await clientFor(place, values.client)),
  }));
  const tokens = await loginInBrowser({
    ...at,
    scope: values.scope ?? 'openid profile email',
    audience: values.audience,
    organization: values.organization,
    port: portOf(values['callback-port']),
    openBrowser: !switches.has('no-browser'),
    say,
  });
  await show(tokens, rest, values.issuer);
}

/** The tokens on stdout, as the client got them; what is in them, and why, on stderr. */
async function show(tokens: Tokens, rest: string[], issuer: string | undefined): Promise<void> {
  process.stdout.write(`${JSON.stringify(tokens, null, 2)}\n`);
  const issuance = await withPlace(rest, issuer, async ({ house }) => {
    const { logs } = house.database.store(defaultTenant);
    // The server writes its events in batches.
    for (let tries = 0; ; tries++) {
      const hint = { issuedAt: undefined, clientId: undefined };
      const found = await findIssuance(logs, tokens.access_token, hint, Date.now());
      if (found || tries === 20) return found;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  });
  if (tokens.access_token.includes('.'))
    say(`\naccess token${shownClaims(tokens.access_token, issuance?.trace ?? [])}`);
  else {
    say('\naccess token: opaque, good at /userinfo only, since the request named no API (--audience)\n\nwhy:\n');
    for (const { rule, because } of issuance?.trace ?? []) say(`  ${rule}: ${because}\n`);
  }
  if (tokens.id_token !== undefined) say(`\nID token${shownClaims(tokens.id_token, [])}`);
}
