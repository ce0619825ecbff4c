// An authorization request, rule by rule: what it is refused with, and in which mode the answer goes (auth0-behaviour §4).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refuseAuthorization } from '../../src/oauth/authorization-error.ts';
import { base, type Case, cb, challenge, publicClient, row, strict, told } from './judge.ts';

const rows: readonly [name: string, params: Record<string, string>, expected: string, options?: Case][] = [
  ['a plain request', base, 'accepted'],
  ['row 1: no client', { ...base, client_id: '' }, 'shown 400'],
  ['row 2: another address', { ...base, redirect_uri: `${cb}/x` }, 'shown 403'],
  ['row 2a: no address at all', { ...base, redirect_uri: 'cb' }, 'shown 400'],
  ['RED-12: no address, one callback', { ...base, redirect_uri: '' }, 'accepted'],
  [
    'RED-12: no address, two callbacks',
    { ...base, redirect_uri: '' },
    'shown 400',
    { client: { ...row, callbacks: [cb, `${cb}2`] } },
  ],
  ['RED-12: no callbacks', base, 'shown 403', { client: { ...row, callbacks: [] } }],
  ['the global client', base, 'shown 400', { client: { ...row, global: true } }],

  ['row 3: no response_type', { ...base, response_type: '' }, 'invalid_request by query'],
  ['row 3, form_post', { ...base, response_type: '', response_mode: 'form_post' }, 'invalid_request by form_post'],
  ['row 4: an unknown one', { ...base, response_type: 'code foo' }, 'unsupported_response_type by query'],
  ['row 4: none', { ...base, response_type: 'none' }, 'unsupported_response_type by query'],
  ['row 4: one twice', { ...base, response_type: 'code code' }, 'unsupported_response_type by query'],
  [
    'row 4: an unknown one beside a token',
    { ...base, response_type: 'token foo' },
    'unsupported_response_type by fragment',
  ],
  ['all three, any order', { ...base, response_type: 'token id_token code', nonce: 'n' }, 'accepted'],
  [
    'row 5: no implicit grant',
    { ...base, response_type: 'token' },
    'unauthorized_client by fragment',
    { client: { ...row, grant_types: ['authorization_code'] } },
  ],
  ['row 5: no code grant', base, 'unauthorized_client by query', { client: { ...row, grant_types: ['implicit'] } }],
  [
    'HYB-1: hybrid needs both',
    { ...base, response_type: 'code token' },
    'unauthorized_client by fragment',
    { client: { ...row, grant_types: ['authorization_code'] } },
  ],
  [
    'row 6: a pushed request is required',
    base,
    'invalid_request by query',
    { client: { ...row, require_pushed_authorization_requests: true } },
  ],
  [
    'a signed request is required',
    base,
    'invalid_request by query',
    { client: { ...row, signed_request_object: { required: true } } },
  ],

  ['row 7: an ID token without nonce', { ...base, response_type: 'id_token' }, 'invalid_request by fragment'],
  [
    'row 7: the same by form',
    { ...base, response_type: 'id_token', response_mode: 'form_post' },
    'invalid_request by form_post',
  ],
  ['hybrid without nonce', { ...base, response_type: 'code id_token' }, 'accepted'],
  [
    'hybrid without nonce, oidc',
    { ...base, response_type: 'code id_token' },
    'invalid_request by fragment',
    { facts: { dialect: 'oidc' } },
  ],
  [
    'code token without nonce, oidc',
    { ...base, response_type: 'code token' },
    'accepted',
    { facts: { dialect: 'oidc' } },
  ],
  ['an ID token with nonce', { ...base, response_type: 'id_token', nonce: 'n' }, 'accepted'],
  ['a token without nonce', { ...base, response_type: 'token' }, 'accepted'],

  [
    'row 8: an unknown API',
    base,
    'access_denied by query',
    { facts: { audienceRefusal: refuseAuthorization('access_denied', 'Service not found: x') } },
  ],
  ['row 15: online and offline', { ...base, scope: 'openid online_access offline_access' }, 'invalid_request by query'],
  ['a scope with a quote', { ...base, scope: 'openid "x"' }, 'invalid_scope by query'],
  [
    'RESP-4: tokens in a query',
    { ...base, response_type: 'token', response_mode: 'query' },
    'invalid_request by fragment',
  ],
  ['an unknown mode', { ...base, response_mode: 'query.jwt' }, 'invalid_request by query'],
  ['a code in the fragment', { ...base, response_mode: 'fragment' }, 'accepted'],
  ['a web message', { ...base, response_mode: 'web_message' }, 'accepted'],
  [
    'a web message to an origin that is not listed',
    { ...base, response_mode: 'web_message' },
    'shown 403',
    { client: { ...row, web_origins: [] } },
  ],

  ['PKCE', { ...base, code_challenge: challenge, code_challenge_method: 'S256' }, 'accepted'],
  ['PKC-01: a public client without it', base, 'invalid_request by query', { client: publicClient }],
  [
    'PKC-01: a public client with an empty one',
    { ...base, code_challenge: '', code_challenge_method: 'S256' },
    'invalid_request by query',
    { client: publicClient },
  ],
  [
    'PKCE of a public client',
    { ...base, code_challenge: challenge, code_challenge_method: 'S256' },
    'accepted',
    { client: publicClient },
  ],
  ['a public client without code', { ...base, response_type: 'token' }, 'accepted', { client: publicClient }],
  ['plain', { ...base, code_challenge: challenge, code_challenge_method: 'plain' }, 'invalid_request by query'],
  ['plain by default', { ...base, code_challenge: challenge }, 'invalid_request by query'],
  ['a method without challenge', { ...base, code_challenge_method: 'S256' }, 'invalid_request by query'],
  [
    'a short challenge',
    { ...base, code_challenge: challenge.slice(1), code_challenge_method: 'S256' },
    'invalid_request by query',
  ],
  [
    'a padded challenge',
    { ...base, code_challenge: `${challenge}=`, code_challenge_method: 'S256' },
    'invalid_request by query',
  ],

  ['prompt=none', { ...base, prompt: 'none' }, 'accepted'],
  ['prompt=none twice', { ...base, prompt: 'none none' }, 'accepted'],
  ['prompt=none with another', { ...base, prompt: 'none login' }, 'invalid_request by query'],
  ['an unknown prompt', { ...base, prompt: 'maybe' }, 'invalid_request by query'],
  ['several prompts', { ...base, prompt: 'login consent' }, 'accepted'],
  ['max_age', { ...base, max_age: '0' }, 'accepted'],
  ['max_age below zero', { ...base, max_age: '-1' }, 'invalid_request by query'],
  ['max_age with a fraction', { ...base, max_age: '1.5' }, 'invalid_request by query'],
  ['max_age without end', { ...base, max_age: '99999999999' }, 'invalid_request by query'],
  ['acr_values without a list', { ...base, acr_values: '1 2' }, 'accepted'],
  ['acr_values of the list', { ...base, acr_values: 'a' }, 'accepted', { settings: { acr_values_supported: ['a'] } }],
  [
    'acr_values beyond the list',
    { ...base, acr_values: 'a b' },
    'invalid_request by query',
    { settings: { acr_values_supported: ['a'] } },
  ],
  ['a hint that is not ours', { ...base, id_token_hint: 'x' }, 'invalid_request by query'],
  ['a hint of ours', { ...base, id_token_hint: 'x' }, 'accepted', { facts: { hintedUser: 'auth0|1' } }],
  ['a connection', { ...base, connection: 'people' }, 'accepted', { facts: { connectionUsable: true } }],
  ['a connection that is not enabled', { ...base, connection: 'people' }, 'invalid_request by query'],
  ['AZ-2: unknown parameters', { ...base, foo: 'bar', display: 'popup', claims: '{}', 'ext-x': '1' }, 'accepted'],
  ['a request object', { ...base, request: 'x' }, 'request_not_supported by query'],
  ['a request object by reference', { ...base, request_uri: 'https://x' }, 'request_uri_not_supported by query'],
  ['a registration', { ...base, registration: '{}' }, 'registration_not_supported by query'],
  ['authorization details', { ...base, authorization_details: '[]' }, 'invalid_request by query'],

  [
    '3P-2: a strict client and an unknown parameter',
    { ...base, code_challenge: challenge, code_challenge_method: 'S256', foo: 'bar' },
    'invalid_request by query',
    { client: strict },
  ],
  [
    '3P-2: a strict client and a mode',
    { ...base, code_challenge: challenge, code_challenge_method: 'S256', response_mode: 'form_post' },
    'invalid_request by query',
    { client: strict },
  ],
  [
    '3P-2: a strict client and a request object',
    { ...base, request: 'x' },
    'invalid_request by query',
    { client: strict },
  ],
  [
    '3P-2: a strict client and an ext- parameter',
    { ...base, code_challenge: challenge, code_challenge_method: 'S256', 'ext-x': '1' },
    'accepted',
    { client: strict },
  ],
  [
    '3P-3: a strict client and tokens',
    { ...base, response_type: 'id_token', nonce: 'n' },
    'unsupported_response_type by fragment',
    { client: strict },
  ],
  ['a strict client without PKCE', base, 'invalid_request by query', { client: strict }],
  [
    'a permissive third-party client without PKCE',
    base,
    'accepted',
    { client: { ...strict, third_party_security_mode: 'permissive' } },
  ],

  ['row 11: an organization, and none allowed', { ...base, organization: 'org_1' }, 'invalid_request by query'],
  [
    'row 10: no organization, and one required',
    base,
    'invalid_request by query',
    { client: { ...row, organization_usage: 'require' } },
  ],
  ['an organization is allowed and absent', base, 'accepted', { client: { ...row, organization_usage: 'allow' } }],
  ['an invitation without organization', { ...base, invitation: 'x' }, 'invalid_request by query'],
];

for (const [name, params, expected, options] of rows) {
  test(`${name}: ${expected}`, () => assert.equal(told(params, options), expected));
}
