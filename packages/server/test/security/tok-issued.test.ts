// TOK-21: what issued tokens say, in every dialect.

import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { judged } from '../support/oracles.ts';
import { type Site, serveHere } from '../support/running.ts';

let here: Awaited<ReturnType<typeof serveHere>>;
let site: Site;
before(async () => {
  here = await serveHere();
  site = judged(here);
});
after(() => here.stop());

describe('TOK-21: an issued token says what it is, for whom, and by whom', () => {
  const dialects = ['access_token', 'access_token_authz', 'rfc9068_profile', 'rfc9068_profile_authz'];
  for (const token_dialect of dialects) {
    test(`in the dialect ${token_dialect}`, async () => {
      const who = await site.machine({
        api: { token_dialect, enforce_policies: true, token_lifetime: 700, token_lifetime_for_web: 600 },
      });
      const ask = {
        grant_type: 'client_credentials',
        client_id: who.clientId,
        client_secret: who.clientSecret,
        audience: who.audience,
      };
      const { body } = await site.token(ask);
      const header = decodeProtectedHeader(body.access_token);
      const payload = decodeJwt(body.access_token);
      assert.equal(header.typ, token_dialect.startsWith('rfc9068') ? 'at+jwt' : 'JWT');
      assert.deepEqual([payload.iss, payload.sub, payload.aud], [site.issuer, `${who.clientId}@clients`, who.audience]);
      assert.equal(payload[token_dialect.startsWith('rfc9068') ? 'client_id' : 'azp'], who.clientId);
      assert.equal(Number(payload.exp) - Number(payload.iat), 700);
      assert.ok(Math.abs(Number(payload.iat) - Date.now() / 1000) <= 3);
      assert.notEqual(payload.aud, who.clientId, 'it can be told from an ID token');
      for (const name of ['nonce', 'auth_time', 'at_hash', 'email', 'sid']) assert.ok(!(name in payload), name);
      assert.equal(body.expires_in, 700);
      assert.equal(payload.scope, body.scope);
      const set = (await site.send('GET', '/.well-known/jwks.json')).body.keys;
      const jwk = set.find((candidate: { kid: string }) => candidate.kid === header.kid);
      const [start, end] = [body.access_token.split('.').slice(0, 2).join('.'), body.access_token.split('.')[2]];
      const publicKey = createPublicKey({ key: jwk, format: 'jwk' });
      assert.ok(verify('sha256', Buffer.from(start), publicKey, Buffer.from(end, 'base64url')));
      const again = await site.token(ask);
      if (token_dialect.startsWith('rfc9068')) assert.notEqual(decodeJwt(again.body.access_token).jti, payload.jti);
      const reply = await site.send('GET', '/api/v2/clients', {
        headers: { authorization: `Bearer ${body.access_token}` },
      });
      assert.equal(reply.status, 401, 'it is not for the Management API');
    });
  }

  test('TOK-03: nobody gets a token for an identifier that only looks like an API', async () => {
    const machine = await site.machine();
    const audience = `https://${site.host}/api/v2/`;
    for (const asked of [
      `${machine.audience} `,
      machine.audience.slice(0, -1),
      machine.audience.toUpperCase(),
      `${machine.audience}?`,
      `${machine.audience} ${audience}`,
      `${machine.audience},${audience}`,
      '*',
      audience.replace('https', 'http'),
    ]) {
      const reply = await site.token({
        grant_type: 'client_credentials',
        client_id: machine.clientId,
        client_secret: machine.clientSecret,
        audience: asked,
      });
      assert.equal(reply.status, 403, `${asked}: ${reply.text}`);
    }
  });
});
