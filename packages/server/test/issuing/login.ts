// A login without a browser, for tests of what comes after it: the response is issued by the very functions that /authorize
// calls, for a user who is said to have signed in.

import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { createUser } from '../../src/domain/accounts/create.ts';
import { findUser } from '../../src/domain/accounts/find.ts';
import { findClient } from '../../src/domain/clients/find.ts';
import { judgeAudience } from '../../src/domain/issuing/audience.ts';
import { issueAuthorizationResponse } from '../../src/domain/issuing/authorization-response.ts';
import { storeConsent } from '../../src/domain/issuing/consent.ts';
import { decideUser, withConsent } from '../../src/domain/issuing/decide-user.ts';
import type { UserDecision } from '../../src/domain/issuing/user-authorization.ts';
import { loadUserFacts } from '../../src/domain/issuing/user-facts.ts';
import { startSession } from '../../src/domain/sessions/lifecycle.ts';
import { defaultTenant } from '../../src/domain/tenants/hosts.ts';
import { settingsOf } from '../../src/domain/tenants/settings.ts';
import type { AuthorizationRequest } from '../../src/oauth/authorization-request.ts';
import type { TenantHost } from '../../src/schema/brand.ts';
import type { House } from '../../src/server.ts';
import type { Site } from '../support/running.ts';

export type Running = Site & { readonly house: House };

export const redirectUri = 'https://app.example.com/callback';
export const verifier = 'v'.repeat(20) + '-._~'.repeat(6);
export const challenge = hash('sha256', verifier, 'base64url');

let made = 0;

/** A user with a whole profile. */
export async function person(site: Running, more: Partial<Parameters<typeof createUser>[1]> = {}): Promise<string> {
  const n = ++made;
  const draft = {
    connection: 'Username-Password-Authentication',
    email: `user${n}@example.com`,
    email_verified: true,
    name: `User ${n}`,
    nickname: `user${n}`,
    ...more,
  };
  const created = await site.house.database
    .store(defaultTenant)
    .transact((tx) => createUser(tx, draft, site.house.now()));
  assert.equal(created.kind, 'created');
  return created.kind === 'created' ? created.user.user_id : '';
}

/** A client of users, made through the Management API. */
export async function application(site: Site, more: object = {}): Promise<{ id: string; secret: string }> {
  const reply = await site.manage('POST', '/clients', {
    name: `Application ${++made}`,
    app_type: 'regular_web',
    callbacks: [redirectUri],
    jwt_configuration: { alg: 'RS256' },
    ...more,
  });
  assert.equal(reply.status, 201, reply.text);
  return { id: reply.body.client_id, secret: reply.body.client_secret };
}

/** An API, whose consent is skipped unless said otherwise; answers its identifier. */
export async function api(site: Site, more: object = {}): Promise<string> {
  const identifier = `https://api-of-users-${++made}.example.com/`;
  const reply = await site.manage('POST', '/resource-servers', {
    name: `API ${made}`,
    identifier,
    scopes: [{ value: 'read:x', description: 'Read your x' }, { value: 'write:x' }],
    skip_consent_for_verifiable_first_party_clients: true,
    ...more,
  });
  assert.equal(reply.status, 201, reply.text);
  return identifier;
}

export type Request = Partial<Omit<AuthorizationRequest, 'scopes'>> & { readonly scope?: string };

function requestOf(clientId: string, { scope = 'openid', ...more }: Request): AuthorizationRequest {
  return {
    client_id: clientId,
    redirect_uri: redirectUri,
    redirect_uri_sent: true,
    response_type: ['code'],
    response_mode: 'query',
    prompt: [],
    ...more,
    scopes: scope.split(' ').filter((word) => word !== ''),
  };
}

/** What is decided about the request, as /authorize would ask. */
export async function decided(
  site: Running,
  clientId: string,
  userId: string,
  more: Request = {},
): Promise<UserDecision> {
  const { database, snapshot } = site.house;
  const client = await findClient(database, snapshot, defaultTenant, clientId);
  const user = await findUser(database.store(defaultTenant), userId);
  if (!client || !user) throw new Error('no such client or user');
  const { issuer } = site;
  const host = site.host as TenantHost;
  const asked = { audience: more.audience, resource: undefined, host, issuer };
  const verdict = await judgeAudience({ database, snapshot }, defaultTenant, client, asked);
  if (verdict.kind === 'refused') return { kind: 'refused', refusal: verdict.refusal, trace: [] };
  const { audience: _asked, ...rest } = requestOf(clientId, more);
  const request: AuthorizationRequest = verdict.kind === 'api' ? { ...rest, audience: verdict.audience } : rest;
  const facts = await loadUserFacts({ database, snapshot }, defaultTenant, { client, request, user, host });
  return decideUser({ client, request, user, issuer, host }, facts);
}

/** The members of a response to this request, after a login and the consent that it needs. */
export async function responseTo(
  site: Running,
  clientId: string,
  userId: string,
  more: Request = {},
): Promise<Record<string, string>> {
  const { database, snapshot, keyring, now } = site.house;
  const decision = await decided(site, clientId, userId, more);
  assert.equal(decision.kind, 'granted', JSON.stringify(decision));
  const client = await findClient(database, snapshot, defaultTenant, clientId);
  const user = await findUser(database.store(defaultTenant), userId);
  if (decision.kind !== 'granted' || !client || !user) throw new Error('not granted');
  const { target } = decision.authorization;
  const { audience: _asked, ...rest } = requestOf(clientId, more);
  const settings = await settingsOf(database, snapshot, defaultTenant);
  const { session } = await database
    .store(defaultTenant)
    .transact((tx) =>
      startSession(
        tx,
        { user_id: userId, connection: user.connection, method: 'pwd', ip: '127.0.0.1', user_agent: 'test' },
        settings,
        now(),
      ),
    );
  const response = await issueAuthorizationResponse(
    { database, keyring, now },
    {
      tenant: defaultTenant,
      client,
      request: target.kind === 'api' ? { ...rest, audience: target.audience } : rest,
      user,
      session,
      authenticatedAt: now() - 5_000,
      decision: withConsent(decision, decision.scopes),
    },
    async (tx) => {
      const given = { user_id: userId, client_id: clientId, scopes: decision.scopes };
      if (decision.consent.kind !== 'needed') return true;
      return storeConsent(tx, { ...given, audience: target.kind === 'api' ? target.api.identifier : undefined });
    },
  );
  if (response.kind !== 'issued') throw new Error('lost');
  return response.params;
}

/** The payload of a JWT, unverified. */
// biome-ignore lint/suspicious/noExplicitAny: claims, read by assertions
export function claimsOf(token: string): any {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
}

/** The header of a JWT. */
// biome-ignore lint/suspicious/noExplicitAny: members, read by assertions
export function headerOf(token: string): any {
  return JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString());
}
