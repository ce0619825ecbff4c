// The decision about a code as a table: what was kept with it, what was sent, who sent it.

import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { test } from 'node:test';
import type { User } from '../../../domain/accounts/user.ts';
import type { AuthenticatedClient } from '../../../domain/clients/authenticate.ts';
import { type ClientRow, clientFacts } from '../../../domain/clients/facts.ts';
import { apiFacts } from '../../../domain/issuing/api-facts.ts';
import type { AuthorizationCode, FoundCode } from '../../../domain/issuing/codes.ts';
import type { UserFacts } from '../../../domain/issuing/user-authorization.ts';
import type { RefusalKind } from '../../../oauth/errors.ts';
import type { TenantHost } from '../../../schema/brand.ts';
import { type Asked, authorizationCode, decide } from './authorization-code.ts';

const verifier = 'v'.repeat(43);
const content: AuthorizationCode = {
  client_id: 'CID',
  redirect_uri: 'https://app/cb',
  redirect_uri_sent: true,
  code_challenge: hash('sha256', verifier, 'base64url'),
  code_challenge_method: 'S256',
  requested: ['openid', 'read:x'],
  granted: ['openid', 'read:x'],
  audience: 'https://api/',
  issuer: 'https://i/',
  user_id: 'auth0|1',
  session_id: 's',
  authenticated_at: 0,
  tells_auth_time: false,
  family: 'f',
};
const user: User = { user_id: 'auth0|1', connection: 'c', created_at: '', updated_at: '', identities: [] };
const api = apiFacts({
  id: 'a',
  identifier: 'https://api/',
  scopes: [{ value: 'read:x' }],
  skip_consent_for_verifiable_first_party_clients: true,
});
const facts: UserFacts = {
  target: { kind: 'api', audience: 'https://api/', api },
  grant: undefined,
  permissions: undefined,
  consented: undefined,
  dialect: 'auth0',
};

interface Case {
  readonly content?: Partial<AuthorizationCode>;
  /** Whether the authorization request had a `code_challenge`. */
  readonly challenged?: boolean;
  readonly state?: FoundCode['state'];
  readonly asked?: Partial<Asked>;
  readonly client?: Partial<ClientRow>;
  readonly user?: User | undefined;
  readonly facts?: Partial<UserFacts>;
  readonly issuer?: string;
  readonly sessionAlive?: boolean;
}
function judged(one: Case) {
  const { code_challenge: _challenge, code_challenge_method: _method, ...bare } = content;
  const kept = { ...(one.challenged === false ? bare : content), ...one.content };
  return decide(
    { code: 'c', redirectUri: 'https://app/cb', verifier, ...one.asked },
    {
      code: { state: one.state ?? 'good', content: kept },
      user: 'user' in one ? one.user : user,
      facts: { ...facts, ...one.facts },
      sessionAlive: one.sessionAlive ?? true,
    },
    {
      client: clientFacts({ client_id: 'CID', client_secret: 's', ...one.client }, []) as AuthenticatedClient,
      host: 'i' as TenantHost,
      issuer: one.issuer ?? 'https://i/',
    },
  );
}
const none = { token_endpoint_auth_method: 'none' };

const refused: readonly [name: string, one: Case, kind: RefusalKind, revoke?: string][] = [
  ['a code of another client', { client: { client_id: 'B' } }, 'invalid_grant'],
  ['a code of a session that has ended', { sessionAlive: false }, 'invalid_grant'],
  ['a code of another host', { issuer: 'https://j/' }, 'invalid_grant'],
  ['another redirect URI', { asked: { redirectUri: 'https://app/cb?' } }, 'wrong_redirect_uri'],
  ['no redirect URI where one was sent', { asked: { redirectUri: undefined } }, 'wrong_redirect_uri'],
  [
    'another redirect URI where none was sent',
    { content: { redirect_uri_sent: false }, asked: { redirectUri: 'https://app/' } },
    'wrong_redirect_uri',
  ],
  ['no verifier', { asked: { verifier: undefined } }, 'invalid_grant'],
  ['another verifier', { asked: { verifier: 'w'.repeat(43) } }, 'invalid_grant'],
  ['a verifier with a space', { asked: { verifier: `${verifier} ` } }, 'invalid_grant'],
  ['the challenge itself', { asked: { verifier: content.code_challenge } }, 'invalid_grant'],
  ['a verifier nobody asked for', { challenged: false }, 'invalid_grant'],
  [
    'a public client without a challenge',
    { challenged: false, asked: { verifier: undefined }, client: none },
    'invalid_grant',
  ],
  ['a code that has ended', { state: 'ended' }, 'invalid_grant'],
  ['a code that was spent, which revokes what it bought', { state: 'spent' }, 'invalid_grant', 'f'],
  [
    'a spent code of another client, which revokes nothing',
    { state: 'spent', client: { client_id: 'B' } },
    'invalid_grant',
  ],
  [
    'a spent code with a wrong verifier, which revokes nothing',
    { state: 'spent', asked: { verifier: 'x' } },
    'invalid_grant',
  ],
  ['a code of a user who is gone', { user: undefined }, 'invalid_grant'],
  ['a code of a user who is blocked', { user: { ...user, blocked: true } }, 'invalid_grant'],
  ['a code for an API that is gone', { facts: { target: undefined } }, 'invalid_grant'],
];
for (const [name, one, kind, revoke] of refused) {
  test(`it refuses ${name}`, () => {
    const decision = judged(one);
    assert.equal(decision.kind, 'refused');
    if (decision.kind !== 'refused') return;
    assert.equal(decision.refusal.kind, kind);
    assert.equal(decision.revoke, revoke);
  });
}

const redeemed: readonly [name: string, one: Case, scopes: string][] = [
  ['what was granted', {}, 'openid read:x'],
  ['a public client with its verifier', { client: none }, 'openid read:x'],
  [
    'a code without PKCE to a client with a secret',
    { challenged: false, asked: { verifier: undefined } },
    'openid read:x',
  ],
  ['a plain challenge', { content: { code_challenge: verifier, code_challenge_method: 'plain' } }, 'openid read:x'],
  [
    'without a redirect URI where none was sent',
    { content: { redirect_uri_sent: false }, asked: { redirectUri: undefined } },
    'openid read:x',
  ],
  ['less than was granted, if the user holds less by now', { facts: { permissions: new Set() } }, 'openid'],
  ['no more than was granted, whatever was asked for', { content: { granted: ['openid'] } }, 'openid'],
];
for (const [name, one, scopes] of redeemed) {
  test(`it redeems ${name}`, () => {
    const decision = judged(one);
    assert.equal(decision.kind, 'redeemed', JSON.stringify(decision));
    if (decision.kind !== 'redeemed') return;
    assert.equal(decision.redemption.decision.scopes.join(' '), scopes);
    assert.equal(decision.redemption.decision.trace[0]?.rule, 'code');
  });
}

test('an empty parameter is none, and without a code there is nothing to ask', () => {
  const parsed = authorizationCode.parse(
    new Map([
      ['code', 'c'],
      ['redirect_uri', ''],
      ['code_verifier', ''],
    ]),
  );
  assert.deepEqual(parsed, { kind: 'asked', asked: { code: 'c', redirectUri: undefined, verifier: undefined } });
  assert.equal(authorizationCode.parse(new Map([['code', '']])).kind, 'refused');
});
