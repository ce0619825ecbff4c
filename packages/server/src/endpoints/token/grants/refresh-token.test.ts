// The decision about a refresh token as a table: what is kept of its family, who presents what, and what is known by now.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { User } from '../../../domain/accounts/user.ts';
import type { AuthenticatedClient } from '../../../domain/clients/authenticate.ts';
import { type ClientRow, clientFacts } from '../../../domain/clients/facts.ts';
import { type ApiRow, apiFacts } from '../../../domain/issuing/api-facts.ts';
import type { EndedFamily, RefreshFamily } from '../../../domain/issuing/refresh-family.ts';
import { firstToken, hashOfPart, newFamily, nextToken, sealSuccessor } from '../../../domain/issuing/refresh-token.ts';
import type { UserFacts } from '../../../domain/issuing/user-authorization.ts';
import type { TenantHost } from '../../../schema/brand.ts';
import { decide, type Found, refreshToken } from './refresh-token.ts';

const arrived = Date.parse('2026-11-28T12:00:00.000Z');
const before = firstToken(newFamily());
const token = nextToken(before);
const at = new Date(arrived).toISOString();
const never = '9999-12-31T23:59:59.999Z';
const family: RefreshFamily = {
  id: token.family,
  user_id: 'auth0|1',
  client_id: 'CID',
  holder: 'auth0|1 CID',
  session_id: 's',
  audience: 'https://api/',
  issuer: 'https://i/',
  scopes: ['openid', 'read:x', 'offline_access'],
  proof_hash: hashOfPart(token.proof),
  counter: 1,
  current_hash: hashOfPart(token.secret),
  rotating: true,
  previous: { hash: hashOfPart(before.secret), replaced_at: at, successor: sealSuccessor(before, token) },
  created_at: at,
  ends_at: never,
  device: { initial_ip: '', initial_user_agent: '', last_ip: '', last_user_agent: '' },
};
const ended = (why: EndedFamily['why'], more: Partial<EndedFamily> = {}): Partial<Found> => ({
  found: {
    token,
    family: undefined,
    ended: {
      id: token.family,
      client_id: 'CID',
      proof_hash: family.proof_hash,
      counter: 1,
      at,
      why,
      ends_at: never,
      ...more,
    },
  },
});
const user: User = { user_id: 'auth0|1', connection: 'c', created_at: '', updated_at: '', identities: [] };
const facts = (row: Partial<ApiRow> = {}, more: Partial<UserFacts> = {}): UserFacts => ({
  target: {
    kind: 'api',
    audience: 'https://api/',
    api: apiFacts({
      id: 'a',
      identifier: 'https://api/',
      scopes: [{ value: 'read:x' }],
      skip_consent_for_verifiable_first_party_clients: true,
      allow_offline_access: true,
      ...row,
    }),
  },
  grant: undefined,
  permissions: undefined,
  consented: undefined,
  dialect: 'auth0',
  ...more,
});

interface Case {
  readonly found?: Partial<Found>;
  readonly row?: Partial<RefreshFamily>;
  readonly presented?: typeof token;
  readonly facts?: UserFacts;
  readonly client?: Partial<ClientRow>;
  readonly issuer?: string;
  readonly audience?: string;
}
function judged(one: Case) {
  const client = clientFacts({ client_id: 'CID', grant_types: ['refresh_token'], ...one.client }, []);
  return decide(
    { refreshToken: 't', scopes: undefined, audience: one.audience, resource: undefined },
    {
      found: { token: one.presented ?? token, family: { ...family, ...one.row }, ended: undefined },
      user,
      targets: { original: one.facts ?? facts(), other: undefined },
      wish: { scopes: undefined, audience: undefined },
      arrived,
      raceWindow: 1,
      ...one.found,
    },
    { client: client as AuthenticatedClient, host: 'i' as TenantHost, issuer: one.issuer ?? 'https://i/' },
  );
}

test('a good token is exchanged with what its user may have now, and with the window of the tenant', () => {
  const decision = judged({});
  assert.ok(decision.kind === 'refreshed');
  assert.deepEqual(decision.exchange.decision.scopes, family.scopes);
  assert.deepEqual(decision.exchange.window, { arrived, windowMs: 1000 });
  assert.match(decision.exchange.decision.trace[0]?.because ?? '', /refresh token 1 of family .* of session s$/);
});

test('the leeway of the client beats the window of the tenant', () => {
  const decision = judged({ client: { refresh_token: { leeway: 30 } } });
  assert.ok(decision.kind === 'refreshed');
  assert.equal(decision.exchange.window.windowMs, 30_000);
});

test('the token before is exchanged again in its window, and says so', () => {
  const decision = judged({ presented: before });
  assert.ok(decision.kind === 'refreshed');
  assert.match(decision.exchange.decision.trace[0]?.because ?? '', /the same successor again/);
});

test('a permission that the user lost is lost in the tokens too', () => {
  const decision = judged({ facts: facts({ enforce_policies: true }, { permissions: new Set() }) });
  assert.ok(decision.kind === 'refreshed');
  assert.deepEqual(decision.exchange.decision.scopes, ['openid', 'offline_access']);
});

const unknown = 'Unknown or invalid refresh token.';
const nobody = "The refresh_token was generated for a user who doesn't exist anymore.";
const rows: readonly [name: string, one: Case, description: string, because: RegExp, revokes?: boolean][] = [
  ['a text that is no token', { found: { found: undefined } }, unknown, /no refresh token of this server/],
  [
    'a family that is not there',
    { found: { found: { token, family: undefined, ended: undefined } } },
    unknown,
    /no such family/,
  ],
  ['a revoked family', { found: ended('password-changed') }, unknown, /the password of the user was changed; token 1/],
  ['a family of a deleted account', { found: ended('account-deleted') }, nobody, /the account was deleted/],
  [
    'a revoked family to another client',
    { found: ended('account-deleted', { client_id: 'other' }) },
    unknown,
    /issued to client other/,
  ],
  [
    'a revoked family to somebody without its proof',
    { found: ended('account-deleted', { proof_hash: 'x' }) },
    unknown,
    /no such family/,
  ],
  [
    'the name of a family without its proof',
    { presented: { ...token, proof: token.secret } },
    unknown,
    /not its proof/,
  ],
  ['the token of another client', { row: { client_id: 'other' } }, unknown, /issued to client other, and CID/],
  [
    'an old token of another client',
    { row: { client_id: 'other' }, presented: { ...before, counter: 0 } },
    unknown,
    /issued to client other/,
  ],
  [
    'the token of another domain',
    { issuer: 'https://j/' },
    unknown,
    /issued by https:\/\/i\/, and it was presented to https:\/\/j\//,
  ],
  ['a token that has ended', { row: { expires_at: at } }, unknown, /ended at 2026/],
  ['a token that was not used for long', { row: { idle_expires_at: at } }, unknown, /not used until/],
  ['a token that was replaced', { row: { counter: 2 } }, unknown, /was replaced/, true],
  [
    'the token before without a window',
    { presented: before, found: { raceWindow: 0 } },
    unknown,
    /there is no window/,
    true,
  ],
  ['a user who is gone', { found: { user: undefined, targets: undefined } }, nobody, /auth0\|1 does not exist/],
  ['a user who is blocked', { found: { user: { ...user, blocked: true } } }, 'user is blocked', /is blocked/],
  ['an API that is gone', { facts: facts({}, { target: undefined }) }, unknown, /since the login/],
  [
    'an API that users may have no tokens for',
    { facts: facts({ subject_type_authorization: { user: { policy: 'deny_all' } } }) },
    unknown,
    /since the login: .*deny_all/,
  ],
  [
    'an API that allows no refresh tokens any more',
    { facts: facts({ allow_offline_access: false }) },
    unknown,
    /not allowed any more: .*allow_offline_access/,
  ],
  [
    'consent that was withdrawn',
    { facts: facts({ skip_consent_for_verifiable_first_party_clients: false }) },
    unknown,
    /consent is missing: openid read:x offline_access/,
  ],
];

for (const [name, one, description, because, revokes = false] of rows) {
  test(`refused: ${name}`, () => {
    const decision = judged(one);
    assert.ok(decision.kind === 'refused', decision.kind);
    assert.equal(decision.refusal.kind, 'invalid_grant');
    assert.equal(decision.refusal.description, description);
    assert.match(decision.refusal.because, because);
    assert.equal(decision.reused !== undefined, revokes, 'whether the family ends');
  });
}

test('a session transfer token is refused, and never a plain token in its place', () => {
  const decision = judged({ audience: 'urn:tenant.example:session_transfer' });
  assert.ok(decision.kind === 'refused');
  assert.equal(decision.refusal.kind, 'unknown_api');
});

test('a refusal that concerns another API leaves the token as it is', () => {
  const policies = [{ audience: 'https://api/', scope: ['read:x'] }];
  const other = facts({ subject_type_authorization: { user: { policy: 'deny_all' } } });
  const decision = judged({
    row: { audience: 'https://first/' },
    client: { refresh_token: { policies } },
    found: { targets: { original: facts(), other }, wish: { scopes: undefined, audience: 'https://api/' } },
  });
  assert.ok(decision.kind === 'refused');
  assert.equal(decision.refusal.kind, 'policy');
  assert.equal(decision.reused, undefined);
});

test('what is asked is read: the token is required, an empty scope is none, a broken one is refused', () => {
  const parse = (params: Record<string, string>) => refreshToken.parse(new Map(Object.entries(params)));
  const none = parse({ scope: 'openid' });
  assert.ok(none.kind === 'refused');
  assert.equal(none.refusal.description, 'Missing required parameter: refresh_token');
  const asked = parse({ refresh_token: 't', scope: '', audience: '' });
  assert.ok(asked.kind === 'asked');
  assert.deepEqual(asked.asked, { refreshToken: 't', scopes: undefined, audience: undefined, resource: undefined });
  const broken = parse({ refresh_token: 't', scope: 'a"b' });
  assert.equal(broken.kind === 'refused' && broken.refusal.kind, 'bad_scope');
});
