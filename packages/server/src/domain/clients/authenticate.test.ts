// The truth table of client authentication: registered method x presented method.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { authenticate } from './authenticate.ts';
import { type ClientRow, clientFacts } from './facts.ts';
import { type Presented, readPresented } from './presented.ts';

const registered: Readonly<Record<string, ClientRow>> = {
  secret: { client_id: 'A', client_secret: 'right' },
  'post by name': { client_id: 'A', client_secret: 'right', token_endpoint_auth_method: 'client_secret_post' },
  'basic by name': { client_id: 'A', client_secret: 'right', token_endpoint_auth_method: 'client_secret_basic' },
  'no secret stored': { client_id: 'A', token_endpoint_auth_method: 'client_secret_post' },
  none: { client_id: 'A', client_secret: 'right', token_endpoint_auth_method: 'none' },
  assertion: {
    client_id: 'A',
    client_secret: 'right',
    client_authentication_methods: { private_key_jwt: { credentials: [] } },
  },
  tls: {
    client_id: 'A',
    client_secret: 'right',
    client_authentication_methods: { tls_client_auth: { credentials: [] } },
  },
  global: { client_id: 'A', client_secret: 'right', global: true },
};
const presented: Readonly<Record<string, Presented>> = {
  nothing: { kind: 'none', clientId: 'A' },
  'the right secret': { kind: 'secret', clientId: 'A', secret: 'right', basic: false },
  'the right secret by Basic': { kind: 'secret', clientId: 'A', secret: 'right', basic: true },
  'a wrong secret': { kind: 'secret', clientId: 'A', secret: 'right!', basic: false },
  'an empty secret': { kind: 'secret', clientId: 'A', secret: '', basic: false },
  'a valid assertion': { kind: 'assertion', clientId: undefined, assertion: 'x' },
  'a valid assertion and another client_id': { kind: 'assertion', clientId: 'B', assertion: 'x' },
};
const accepted = new Set([
  'secret / the right secret',
  'secret / the right secret by Basic',
  'post by name / the right secret',
  'post by name / the right secret by Basic',
  'basic by name / the right secret',
  'basic by name / the right secret by Basic',
  'none / nothing',
  'none / the right secret',
  'none / the right secret by Basic',
  'none / a wrong secret',
  'none / an empty secret',
  'assertion / a valid assertion',
]);

for (const [how, row] of Object.entries(registered)) {
  for (const [what, shown] of Object.entries(presented)) {
    const name = `${how} / ${what}`;
    test(`a client registered for ${name}: ${accepted.has(name) ? 'authenticated' : 'refused'}`, () => {
      const result = authenticate(shown, clientFacts(row, []), { kind: 'valid', jti: 'j', expiresAt: 1 });
      assert.equal(result.kind, accepted.has(name) ? 'authenticated' : 'refused');
      if (result.kind === 'refused') assert.equal(result.refusal.description, 'Unauthorized');
    });
  }
}

test('an unknown client and a wrong secret are answered alike', () => {
  const unknown = authenticate({ kind: 'secret', clientId: 'X', secret: 's', basic: false }, undefined, undefined);
  const wrong = authenticate(
    { kind: 'secret', clientId: 'A', secret: 's', basic: false },
    clientFacts({ client_id: 'A', client_secret: 'right' }, []),
    undefined,
  );
  assert.ok(unknown.kind === 'refused' && wrong.kind === 'refused');
  assert.equal(unknown.refusal.description, wrong.refusal.description);
  assert.equal(unknown.refusal.kind, wrong.refusal.kind);
});

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
const reads: readonly [name: string, header: string | undefined, body: Record<string, string>, expected: string][] = [
  ['a secret in the body', undefined, { client_id: 'A', client_secret: 's' }, 'secret A s'],
  ['Basic', basic('A:s'), {}, 'secret A s'],
  ['Basic with the same client_id in the body', basic('A:s'), { client_id: 'A' }, 'secret A s'],
  ['Basic, form-encoded as openid-client does', basic('A%2Db:p%2Ba%3As+s'), {}, 'secret A-b p+a:s s'],
  ['a colon in the secret', basic('A:s:t'), {}, 'secret A s:t'],
  ['a public client', undefined, { client_id: 'A' }, 'none A'],
  ['nothing at all', undefined, {}, 'refused malformed'],
  ['Basic and a secret in the body', basic('A:s'), { client_secret: 's' }, 'refused malformed'],
  ['Basic and an assertion', basic('A:s'), { client_assertion: 'x' }, 'refused malformed'],
  [
    'a secret and an assertion',
    undefined,
    { client_id: 'A', client_secret: 's', client_assertion: 'x' },
    'refused malformed',
  ],
  ['Basic for A with client_id B', basic('A:s'), { client_id: 'B' }, 'refused malformed'],
  ['Bearer', 'Bearer x', {}, 'refused client_authentication'],
  ['Basic that is not base64', 'Basic ???', {}, 'refused client_authentication'],
  ['Basic without a colon', basic('A'), {}, 'refused client_authentication'],
  ['Basic with broken percent-encoding', basic('A:%E0%A4%A'), {}, 'refused client_authentication'],
  [
    'a wrong client_assertion_type',
    undefined,
    { client_assertion: 'x', client_assertion_type: 'saml' },
    'refused client_authentication',
  ],
  [
    'an assertion of 3 kB',
    undefined,
    {
      client_assertion: 'x'.repeat(3000),
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    },
    'refused client_authentication',
  ],
];
for (const [name, header, body, expected] of reads) {
  test(`a request with ${name} presents: ${expected}`, () => {
    const result = readPresented(header, (param) => body[param]);
    const got =
      result.kind === 'refused'
        ? `refused ${result.refusal.kind}`
        : result.presented.kind === 'secret'
          ? `secret ${result.presented.clientId} ${result.presented.secret}`
          : `${result.presented.kind} ${result.presented.clientId}`;
    assert.equal(got, expected);
  });
}
