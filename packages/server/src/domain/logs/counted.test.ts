// What an event counts as: its cause is one of ours, never a text of a stranger.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TenantId } from '../../schema/brand.ts';
import { causeOf, countedAudience } from './counted.ts';
import type { LogEvent } from './event.ts';

const event = (type: string, details?: object): LogEvent => ({
  tenant: 'default' as TenantId,
  type,
  description: 'd',
  ...(details ? { details } : {}),
});

const causes: readonly [says: string, event: LogEvent, cause: string | undefined][] = [
  ['a token that was issued has none', event('seccft', { error: { type: 'malformed' } }), undefined],
  ['a warning has none', event('w', { cause: { code: 'expired' } }), undefined],
  [
    'a refused client counts by the kind of its refusal',
    event('feccft', { error: { type: 'client_authentication', oauthError: 'access_denied' } }),
    'client_authentication',
  ],
  [
    'a refused authorization counts by its error code',
    event('fsa', { error: { type: 'request-error', oauthError: 'login_required' } }),
    'login_required',
  ],
  ['a refused call counts by the cause of its token', event('fapi', { cause: { code: 'expired' } }), 'expired'],
  ['a wrong password is its own cause', event('fp', { error: { type: 'fp', message: 'no' } }), 'fp'],
  ['a failed login without details too', event('f'), 'f'],
  ['a code that nobody declared is not taken', event('f', { error: { oauthError: 'x'.repeat(500) } }), 'f'],
  ['nor one that is no text', event('f', { error: { type: { toString: 'expired' } } }), 'f'],
  ['a blocked account is its own cause', event('limit_wc'), 'limit_wc'],
  ['a logout that nobody heard is one', event('oidc_backchannel_logout_failed'), 'oidc_backchannel_logout_failed'],
];
for (const [says, made, cause] of causes) test(says, () => assert.equal(causeOf(made), cause));

test('the Management API counts as one API at every host, and no text of a caller counts as it', () => {
  const at = (audience: string, hostname?: string) => countedAudience({ ...event('sapi'), audience, hostname });
  const stored = 'urn:countersign:management-api';
  assert.equal(at('https://a.example.com/api/v2/', 'a.example.com'), stored);
  assert.equal(at('https://b.example.com/api/v2/', 'b.example.com'), stored);
  assert.equal(at('https://b.example.com/api/v2/', 'a.example.com'), 'https://b.example.com/api/v2/');
  assert.notEqual(at(stored, 'a.example.com'), stored);
  assert.equal(at('https://api.example.com'), 'https://api.example.com');
  assert.equal(countedAudience(event('sapi')), undefined);
});
