// /api/v2/keys/signing (auth0-behaviour §3.3, §37.4): list, rotate, revoke.

import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { serveHere } from '../support/running.ts';

describe('signing keys', () => {
  let site: Awaited<ReturnType<typeof serveHere>>;
  before(async () => {
    site = await serveHere();
  });
  after(() => site.stop());
  const list = async () => (await site.manage('GET', '/keys/signing')).body;
  const published = async () =>
    (await site.send('GET', '/.well-known/jwks.json')).body.keys.map((key: { kid: string }) => key.kid);

  test('§37.4: the list has the recorded members, and no private key', async () => {
    const reply = await site.manage('GET', '/keys/signing?include_totals=true');
    assert.deepEqual(
      reply.body.map((key: { current: boolean; next: boolean; previous: boolean }) => [
        key.current,
        key.next,
        key.previous,
      ]),
      [
        [true, false, false],
        [false, true, false],
      ],
    );
    for (const key of reply.body) {
      for (const member of ['kid', 'cert', 'pkcs7', 'fingerprint', 'thumbprint'])
        assert.equal(typeof key[member], 'string', member);
      assert.equal(key.revoked, false);
      assert.ok(new X509Certificate(key.cert).subject);
      assert.deepEqual((await site.manage('GET', `/keys/signing/${key.kid}`)).body, key);
    }
    assert.ok(!reply.text.includes('PRIVATE'));
    assert.equal((await site.manage('GET', '/keys/signing/nothing')).status, 404);
  });

  test('KEY-2: rotating makes next current; only the previous key is revoked, and it leaves the key set', async () => {
    const { clientId, clientSecret } = site.admin;
    const asked = {
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
      audience: `https://${site.host}/api/v2/`,
    };
    const old = (await site.token(asked)).body.access_token;
    const [current, next] = await list();
    assert.equal((await site.manage('PUT', `/keys/signing/${current.kid}/revoke`)).status, 400, 'the current key');
    assert.equal((await site.manage('PUT', `/keys/signing/${next.kid}/revoke`)).status, 400, 'the next key');
    assert.equal((await site.manage('PUT', '/keys/signing/nothing/revoke')).status, 404);
    const rotated = await site.manage('POST', '/keys/signing/rotate');
    assert.equal(rotated.status, 201, rotated.text);
    assert.deepEqual(rotated.body, { kid: next.kid, cert: next.cert });
    const after = await list();
    assert.deepEqual(after.map((key: { kid: string }) => key.kid).slice(0, 1), [next.kid]);
    assert.equal(after.find((key: { kid: string }) => key.kid === current.kid).previous, true);
    assert.equal((await site.manage('GET', '/clients')).status, 200, 'a token of the previous key is still good');
    const again = await site.manage('POST', '/keys/signing/rotate');
    assert.equal(again.status, 409, 'verifiers may not know the fresh next key yet');
    assert.ok(Number(again.headers.get('retry-after')) > 0);
    const { kid } = current;
    const revoked = await site.manage('PUT', `/keys/signing/${kid}/revoke`);
    assert.equal(revoked.status, 200, revoked.text);
    assert.equal(revoked.body.kid, kid);
    assert.ok(!(await published()).includes(kid));
    const stale = await site.send('GET', '/api/v2/keys/signing', { headers: { authorization: `Bearer ${old}` } });
    assert.equal(stale.status, 401, 'a token of the revoked key');
  });
});
