// The modules of the core plans (openid-conformance §3) that are about claims and /userinfo.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { userinfo } from '../support/relying-party.ts';
import type { Reply } from '../support/running.ts';
import type { UserAgent } from '../support/user-agent.ts';
import type { Op, Run } from './op.ts';

/** Claims by scope (OpenID Connect Core §5.4), those that the person has. */
const held: Readonly<Record<string, readonly string[]>> = {
  profile: ['name', 'given_name', 'family_name', 'nickname', 'picture', 'updated_at'],
  email: ['email', 'email_verified'],
  address: [],
  phone: [],
};

const types: Readonly<Record<string, string>> = {
  email_verified: 'boolean',
  phone_number_verified: 'boolean',
  updated_at: 'number',
  address: 'object',
};

function checkClaims(claims: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(claims)) {
    assert.ok(value !== null && value !== '' && value !== 'null', `${name} is ${JSON.stringify(value)}`);
  }
  for (const name of Object.values(held).flat()) {
    if (claims[name] !== undefined) assert.equal(typeof claims[name], types[name] ?? 'string', name);
  }
  if (claims.updated_at !== undefined) {
    const at = Number(claims.updated_at);
    assert.ok(at > 631_152_000 && at < Date.now() / 1000 + 300, 'seconds since 1970');
  }
}

/** Registers them. The server and the browser exist only when the tests run. */
export function userinfoModules(op: () => Op, browser: () => UserAgent, run: Run): void {
  const words = run.responseType.split(' ');
  const bearing = words.includes('code') || words.includes('token');

  function good(reply: Reply, sub: string | undefined) {
    assert.equal(reply.status, 200, reply.text);
    assert.match(reply.headers.get('content-type') ?? '', /^application\/json/);
    checkClaims(reply.body);
    if (sub !== undefined) assert.equal(reply.body.sub, sub);
    assert.ok(reply.body.sub);
  }

  if (bearing) {
    test('oidcc-userinfo-get', async () => {
      const { accessTokens, idTokens } = await op().flow({ scope: 'openid profile email' }, { browser: browser() });
      for (const token of accessTokens) good(await userinfo(op().site, token), idTokens[0]?.sub);
    });

    test('oidcc-userinfo-post-header', async () => {
      const { accessTokens, idTokens } = await op().flow({}, { browser: browser() });
      for (const token of accessTokens) {
        const reply = await op().site.send('POST', '/userinfo', {
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/x-www-form-urlencoded' },
          body: '',
        });
        good(reply, idTokens[0]?.sub);
      }
    });

    test('oidcc-userinfo-post-body', async () => {
      const { accessTokens, idTokens } = await op().flow({}, { browser: browser() });
      for (const token of accessTokens) {
        const reply = await op().site.send('POST', '/userinfo', {
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          body: new URLSearchParams({ access_token: token }).toString(),
        });
        good(reply, idTokens[0]?.sub);
      }
    });
  }

  for (const scope of ['profile', 'email', 'address', 'phone', 'all']) {
    test(`oidcc-scope-${scope}`, async () => {
      const metadata = await op().site.send('GET', '/.well-known/openid-configuration');
      const scopes = scope === 'all' ? ['profile', 'email', 'address', 'phone'] : [scope];
      for (const one of scopes) assert.ok(metadata.body.scopes_supported.includes(one), one);
      const flow = await op().flow({ scope: ['openid', ...scopes].join(' ') }, { browser: browser() });
      const expected = scopes.flatMap((one) => held[one] ?? []);
      for (const claims of flow.idTokens) checkClaims(claims);
      if (bearing) {
        for (const token of flow.accessTokens) {
          const { body } = await userinfo(op().site, token);
          assert.deepEqual(
            Object.keys(body)
              .filter((name) => name !== 'sub')
              .toSorted(),
            expected.toSorted(),
            'every claim of the scope and none else',
          );
          checkClaims(body);
        }
      } else {
        for (const name of expected) assert.ok(flow.idTokens[0]?.[name] !== undefined, name);
      }
    });
  }
}
