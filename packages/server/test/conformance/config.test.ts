// Config OP: oidcc-config-certification-test-plan (openid-conformance §4), over https as the suite insists.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { after, before, test } from 'node:test';
import { peopled } from '../support/people.ts';
import { serveHere } from '../support/running.ts';

let here: Awaited<ReturnType<typeof serveHere>>;
let base: string;
// biome-ignore lint/suspicious/noExplicitAny: a document of the server, read by assertions
let metadata: any;
// biome-ignore lint/suspicious/noExplicitAny: as above
async function get(url: string): Promise<{ status: number; type: string; body: any }> {
  const ca = await readFile(here.caPath ?? '');
  return new Promise((resolve, reject) => {
    const asked = request(url, { ca }, (answer) => {
      let text = '';
      answer.on('data', (chunk) => (text += chunk));
      answer.on('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          type: answer.headers['content-type'] ?? '',
          body: JSON.parse(text),
        }),
      );
    });
    asked.on('error', reject);
    asked.end();
  });
}

before(async () => {
  here = await serveHere('sqlite', { https: true });
  await peopled(here).tenant({ answer_dialect: 'oidc' });
  base = `https://localhost:${here.httpsPort}`;
  const reply = await get(`${base}/.well-known/openid-configuration`);
  assert.equal(reply.status, 200);
  assert.match(reply.type, /^application\/json/);
  metadata = reply.body;
});
after(() => here.stop());

const lists = (name: string): string[] => {
  assert.ok(Array.isArray(metadata[name]), name);
  for (const value of metadata[name]) assert.equal(typeof value, 'string', name);
  return metadata[name];
};

test('oidcc-discovery-endpoint-verification: issuer and endpoints', () => {
  assert.equal(metadata.issuer, `${base}/`);
  for (const name of ['authorization_endpoint', 'token_endpoint', 'userinfo_endpoint', 'jwks_uri'])
    assert.match(metadata[name], /^https:\/\//, name);
  for (const [name, value] of Object.entries(metadata)) {
    if (/_(endpoint|uri)$/.test(name) && !name.startsWith('require'))
      assert.equal(new URL(String(value)).protocol, 'https:', name);
    if (/^(request_parameter|request_uri_parameter|require_|claims_parameter).*/.test(name) || /_enabled$/.test(name))
      assert.equal(typeof value, 'boolean', name);
  }
});

test('oidcc-discovery-endpoint-verification: what is supported', () => {
  const types = lists('response_types_supported').map((type) => type.split(' ').toSorted().join(' '));
  for (const type of ['code', 'id_token', 'id_token token', 'code id_token', 'code token', 'code id_token token'])
    assert.ok(types.includes(type), type);
  assert.deepEqual(lists('subject_types_supported'), ['public']);
  assert.ok(lists('id_token_signing_alg_values_supported').includes('RS256'));
  assert.ok(!lists('id_token_signing_alg_values_supported').includes('none'));
  const grants = lists('grant_types_supported');
  assert.ok(grants.includes('authorization_code'), 'the grant of people');
  assert.ok(grants.includes('implicit'), 'the front channel');
  assert.ok(lists('scopes_supported').includes('openid'));
  for (const scope of lists('scopes_supported')) assert.match(scope, /^[\x21\x23-\x5b\x5d-\x7e]+$/);
  assert.ok(lists('claims_supported').includes('sub'));
  assert.ok(lists('code_challenge_methods_supported').includes('S256'));
  const modes = lists('response_modes_supported');
  for (const mode of ['query', 'fragment', 'form_post']) assert.ok(modes.includes(mode), mode);
  const methods = lists('token_endpoint_auth_methods_supported');
  for (const method of ['client_secret_basic', 'client_secret_post']) assert.ok(methods.includes(method), method);
  for (const name of ['ui_locales_supported', 'claims_locales_supported']) {
    if (metadata[name] === undefined) continue;
    for (const tag of lists(name)) assert.equal(Intl.getCanonicalLocales(tag)[0], tag);
  }
});

test('oidcc-discovery-endpoint-verification: the keys are public, RSA, and each has a kid of its own', async () => {
  const { status, type, body } = await get(metadata.jwks_uri);
  assert.equal(status, 200);
  assert.match(type, /json/);
  const kids = body.keys.map((key: { kid: string }) => key.kid);
  assert.equal(new Set(kids).size, kids.length);
  for (const key of body.keys) {
    assert.equal(key.kty, 'RSA');
    assert.equal(key.use, 'sig');
    assert.ok(key.kid);
    for (const member of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']) assert.equal(key[member], undefined, member);
    for (const member of ['n', 'e']) assert.match(key[member], /^[A-Za-z0-9_-]+$/);
  }
});
