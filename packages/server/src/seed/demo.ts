// What the demo needs in the tenant: an API, a machine client, three applications for people, a role and somebody who
// holds it. Made once through the Management API's own routes: whoever deletes a part of it keeps it deleted.

import { createHash, createHmac } from 'node:crypto';
import { clients } from '../resources/index.ts';
import { tableOf } from '../schema/collection.ts';
import type { Store } from '../storage/store.ts';
import type { Call } from './trusted.ts';

const clientTable = tableOf(clients);

export interface Credentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** What the tenant has of the demo now. */
export interface Demo {
  readonly audience: string;
  readonly machine: Credentials;
  /** Client ids of the examples of the same name. */
  readonly singlePageApp?: string;
  readonly nativeApp?: string;
  readonly webApp?: Credentials;
  /** Absent once somebody else chose the password, or removed the user. */
  readonly user?: { readonly email: string; readonly password: string };
}

const audience = 'https://example.com/health-api';
const email = 'demo@example.com';
const connection = 'Username-Password-Authentication';
const role = 'Health reader (demo)';
const webAppAddress = 'http://localhost:4003';
const nativeCallback = 'http://127.0.0.1:4004/callback';

/** What was made, kept so that it is made once. `begun` (ms): a start that died on the way is taken over after `makingMs`. */
interface Made {
  readonly begun?: number;
  readonly machine?: string;
  readonly apps?: {
    readonly singlePageApp: string;
    readonly nativeApp: string;
    readonly webApp: string;
    readonly user: string;
    /** SHA-256 of the machine client's secret that the password was made from. */
    readonly from: string;
  };
}
const madeDocument = 'demo';
const makingMs = 20_000;

async function must(call: Call, method: Parameters<Call>[0], path: string, body?: object) {
  const reply = await call(method, path, body);
  if (reply.status >= 400) throw new Error(`${method} ${path} answered ${reply.status}: ${reply.body?.message}`);
  return reply.body;
}

const hashOf = (secret: string) => createHash('sha256').update(secret).digest('base64url');

/**
 * The demo user's password: 60 bits that follow from the machine client's random secret, which is kept sealed. So every
 * start can show it without its being stored anywhere, and nothing but the usual slow hash of it is.
 */
function passwordFrom(secret: string): string {
  const letters = 'abcdefghijkmnpqrstuvwxyz23456789';
  const bytes = createHmac('sha256', secret).update("the demo user's password").digest();
  const text = Array.from(bytes.subarray(0, 12), (byte) => letters[byte % letters.length]).join('');
  // Upper case, digit and punctuation for password policies that count kinds of characters.
  return `Health7-${text.slice(0, 4)}-${text.slice(4, 8)}-${text.slice(8)}`;
}

/** The API and the machine. */
async function makeMachine(call: Call): Promise<string> {
  if ((await call('GET', `/resource-servers/${encodeURIComponent(audience)}`)).status === 404) {
    await must(call, 'POST', '/resource-servers', {
      name: 'Health API (demo)',
      identifier: audience,
      scopes: [
        { value: 'read:patients', description: 'Read patients' },
        { value: 'read:admin', description: 'Read administrative data' },
      ],
    });
  }
  const client = await must(call, 'POST', '/clients', {
    name: 'Health machine client (demo)',
    app_type: 'non_interactive',
    token_endpoint_auth_method: 'client_secret_post',
    grant_types: ['client_credentials'],
  });
  await must(call, 'POST', '/client-grants', { client_id: client.client_id, audience, scope: ['read:patients'] });
  return client.client_id;
}

/** The role, and the user who holds it. Finds what a start that died on the way left. */
async function makeUser(call: Call, password: string): Promise<string> {
  const roles = await must(call, 'GET', `/roles?name_filter=${encodeURIComponent(role)}`);
  const found = roles.find((one: { name: string }) => one.name === role);
  const description = 'May read patients at the demo API';
  const { id } = found ?? (await must(call, 'POST', '/roles', { name: role, description }));
  await must(call, 'POST', `/roles/${id}/permissions`, {
    permissions: [{ resource_server_identifier: audience, permission_name: 'read:patients' }],
  });
  const [known] = await must(call, 'GET', `/users-by-email?email=${encodeURIComponent(email)}`);
  const draft = { connection, email, password, name: 'Demo Doctor', given_name: 'Demo', family_name: 'Doctor' };
  const user = known ?? (await must(call, 'POST', '/users', { ...draft, email_verified: true }));
  await must(call, 'POST', `/users/${encodeURIComponent(user.user_id)}/roles`, { roles: [id] });
  return user.user_id;
}

/** The applications for people. They are first party and known to be on this machine, so nobody is asked to confirm that. */
async function makeApps(call: Call, secret: string): Promise<NonNullable<Made['apps']>> {
  // What a user may do follows from the role; our own apps ask no consent for our own API, and may have refresh tokens.
  await must(call, 'PATCH', `/resource-servers/${encodeURIComponent(audience)}`, {
    enforce_policies: true,
    allow_offline_access: true,
    skip_consent_for_verifiable_first_party_clients: true,
  });
  const make = async (draft: object) => {
    const { client_id } = await must(call, 'POST', '/clients', {
      oidc_conformant: true,
      // What SDKs expect; a client with a secret that says nothing gets HS256, as at Auth0.
      jwt_configuration: { alg: 'RS256' },
      skip_non_verifiable_callback_uri_confirmation_prompt: true,
      ...draft,
    });
    return client_id as string;
  };
  const grant_types = ['authorization_code', 'refresh_token'];
  const rotating = { rotation_type: 'rotating', expiration_type: 'expiring' };
  const singlePageApp = await make({
    name: 'Health single-page app (demo)',
    app_type: 'spa',
    token_endpoint_auth_method: 'none',
    grant_types,
    refresh_token: rotating,
  });
  const nativeApp = await make({
    name: 'Health native app (demo)',
    app_type: 'native',
    token_endpoint_auth_method: 'none',
    grant_types,
    refresh_token: rotating,
    callbacks: [nativeCallback],
  });
  const webApp = await make({
    name: 'Health web application (demo)',
    app_type: 'regular_web',
    token_endpoint_auth_method: 'client_secret_post',
    grant_types,
    refresh_token: rotating,
    callbacks: [`${webAppAddress}/callback`],
    allowed_logout_urls: [webAppAddress],
    oidc_logout: { backchannel_logout_urls: [`${webAppAddress}/backchannel-logout`] },
  });
  await enable(call, [singlePageApp, nativeApp, webApp]);
  const user = await makeUser(call, passwordFrom(secret));
  return { singlePageApp, nativeApp, webApp, user, from: hashOf(secret) };
}

/** Lets users of the built-in database sign in to these clients. */
async function enable(call: Call, clientIds: readonly string[]): Promise<void> {
  const [database] = await must(call, 'GET', `/connections?name=${connection}`);
  const status = clientIds.map((client_id) => ({ client_id, status: true }));
  await must(call, 'PATCH', `/connections/${database.id}/clients`, status);
}

/** Does what has not been done yet, and says what is there. `now` in ms. Of nodes that start together one makes it. */
export async function prepareDemo(store: Store, call: Call, now: number): Promise<Demo | undefined> {
  const { made, ours } = await store.transact(async (tx) => {
    const found = (await tx.lockDocument<Made>(madeDocument)) ?? (await before(tx));
    const whole = found.machine !== undefined && found.apps !== undefined;
    const free = !whole && (found.begun === undefined || found.begun < now - makingMs);
    if (free) await tx.put(madeDocument, { ...found, begun: now });
    return { made: found, ours: free };
  });
  if (!ours) return present(store, call, made);
  const machine = made.machine ?? (await makeMachine(call));
  await keep(store, { machine });
  const secret = (await store.get(clientTable, machine))?.client_secret;
  // Without its machine client a demo of an earlier version is one that somebody took apart.
  if (!secret) return undefined;
  const apps = await makeApps(call, secret);
  await keep(store, { machine, apps });
  return present(store, call, { machine, apps });
}

async function keep(store: Store, made: Made): Promise<void> {
  await store.transact(async (tx) => {
    const found = (await tx.lockDocument<Made>(madeDocument)) ?? {};
    await tx.put(madeDocument, { ...found, ...made });
  });
}

/** Data folders of version 0.1.0 kept the machine client elsewhere. */
async function before(reads: Pick<Store, 'document'>): Promise<Made> {
  const done = await reads.document<{ demo?: string }>('prepared');
  return done?.demo === undefined ? {} : { machine: done.demo };
}

async function present(store: Store, call: Call, made: Made): Promise<Demo | undefined> {
  const idAndSecret = async (id: string | undefined): Promise<Credentials | undefined> => {
    const client = id === undefined ? undefined : await store.get(clientTable, id);
    return client && { clientId: client.client_id, clientSecret: client.client_secret ?? '' };
  };
  const machine = await idAndSecret(made.machine);
  if (!machine?.clientSecret) return undefined;
  const { apps } = made;
  if (!apps) return { audience, machine };
  const singlePageApp = await idAndSecret(apps.singlePageApp);
  const nativeApp = await idAndSecret(apps.nativeApp);
  const webApp = await idAndSecret(apps.webApp);
  const known = await call('GET', `/users/${encodeURIComponent(apps.user)}`);
  const ours =
    known.status === 200 &&
    known.body.email === email &&
    known.body.last_password_reset === undefined &&
    apps.from === hashOf(machine.clientSecret);
  return {
    audience,
    machine,
    ...(singlePageApp ? { singlePageApp: singlePageApp.clientId } : {}),
    ...(nativeApp ? { nativeApp: nativeApp.clientId } : {}),
    ...(webApp?.clientSecret ? { webApp } : {}),
    ...(ours ? { user: { email, password: passwordFrom(machine.clientSecret) } } : {}),
  };
}

/** Lets the single-page app be at this address (`http://localhost:4002`), beside those that it has. */
export async function registerAddress(call: Call, clientId: string, address: string): Promise<void> {
  const client = await must(call, 'GET', `/clients/${clientId}`);
  const patch = Object.fromEntries(
    [
      ['callbacks', `${address}/`],
      ['allowed_logout_urls', `${address}/`],
      ['web_origins', address],
    ].flatMap(([member = '', value = '']) => {
      const listed: readonly string[] = client[member] ?? [];
      return listed.includes(value) ? [] : [[member, [...listed, value]]];
    }),
  );
  if (Object.keys(patch).length > 0) await must(call, 'PATCH', `/clients/${clientId}`, patch);
}
