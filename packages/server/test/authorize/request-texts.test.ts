// What a client reads when its request is refused, and what is remembered when it is not.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ClientRow } from '../../src/domain/clients/facts.ts';
import { base, type Case, cb, challenge, judge, row } from './judge.ts';

describe('the texts that clients look for', () => {
  const described = (params: Record<string, string>, options?: Case) => {
    const { shown, judged } = judge(params, options);
    return shown?.description ?? (judged?.kind === 'refused' ? judged.refusal.description : 'accepted');
  };
  const allow: ClientRow = { ...row, organization_usage: 'allow' };
  const texts: readonly [params: Record<string, string>, expected: RegExp, options?: Case][] = [
    [{ ...base, client_id: '' }, /^Missing required parameter: client_id$/],
    [{ ...base, redirect_uri: 'cb' }, /^The redirect_uri parameter is not valid: "cb"/],
    [
      { ...base, redirect_uri: `${cb}2` },
      /^Callback URL mismatch\. https:\/\/app\.example\.com\/cb2 is not in the list of allowed callback URLs/,
    ],
    [{ ...base, response_type: '' }, /^Missing required parameter: response_type$/],
    [
      { ...base, response_type: 'token' },
      /^Grant type 'implicit' not allowed for the client\.$/,
      { client: { ...row, grant_types: [] } },
    ],
    [
      base,
      /^Pushed Authorization Requests are required by the configured compliance level$/,
      { client: { ...row, require_pushed_authorization_requests: true } },
    ],
    [
      { ...base, scope: 'online_access offline_access' },
      /^Cannot request both online_access and offline_access scopes$/,
    ],
    [{ ...base, organization: 'org_1' }, /^parameter organization is not allowed for this client$/],
    [
      base,
      /^parameter organization is required for this client$/,
      { client: { ...row, organization_usage: 'require' } },
    ],
    [
      { ...base, organization: 'acme' },
      /^authorization request parameter organization must be an organization id$/,
      { client: allow },
    ],
    [{ ...base, organization: 'org_1' }, /^parameter organization is invalid: org_1$/, { client: allow }],
    [
      { ...base, organization: 'org_1', invitation: 'x' },
      /^invitation not found or already used$/,
      { client: allow, facts: { organizationExists: true } },
    ],
    [
      { ...base, organization: 'org_1' },
      /not supported by this server yet$/,
      { client: allow, facts: { organizationExists: true } },
    ],
  ];
  for (const [params, expected, options] of texts)
    test(String(expected), () => assert.match(described(params, options), expected));
});

test('what is remembered of a request', () => {
  const { judged } = judge(
    {
      ...base,
      response_type: 'id_token code',
      nonce: 'n',
      scope: 'openid  read:x openid',
      prompt: 'consent login',
      max_age: '60',
      code_challenge: challenge,
      code_challenge_method: 'S256',
      login_hint: 'ada@example.com',
      state: ' odd &"<> ',
    },
    { facts: { audience: 'https://api.example.com/', hintedUser: 'auth0|1' } },
  );
  assert.deepEqual(judged?.kind === 'accepted' && judged.request, {
    client_id: 'client',
    redirect_uri: cb,
    redirect_uri_sent: true,
    response_type: ['code', 'id_token'],
    response_mode: 'fragment',
    state: ' odd &"<> ',
    scopes: ['openid', 'read:x'],
    audience: 'https://api.example.com/',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    prompt: ['login', 'consent'],
    max_age: 60,
    nonce: 'n',
    login_hint: 'ada@example.com',
    hinted_user: 'auth0|1',
  });
});

test('SCO-8: without a scope it is openid; without an address it is remembered as not sent', () => {
  const { judged } = judge({ ...base, redirect_uri: '' });
  assert.ok(judged?.kind === 'accepted');
  assert.deepEqual(judged.request.scopes, ['openid']);
  assert.equal(judged.request.redirect_uri, cb);
  assert.equal(judged.request.redirect_uri_sent, false);
});
