// PKC: a challenge that was sent must be met, by whomever; public clients must send one.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Client, type PeopledSite, peopled } from '../support/people.ts';
import { exchange, login, pkce } from '../support/relying-party.ts';
import { type Reply, serveHere } from '../support/running.ts';
import { type UserAgent, userAgent } from '../support/user-agent.ts';

describe('PKCE', () => {
  let here: Awaited<ReturnType<typeof serveHere>>;
  let site: PeopledSite;
  let web: Client;
  let open: Client;
  let browser: UserAgent;
  before(async () => {
    here = await serveHere();
    site = peopled(here);
    [web, open] = await Promise.all([site.webClient(), site.publicClient()]);
    browser = userAgent();
    await login(site, web, {}, { person: await site.user(), browser });
  });
  after(() => here.stop());

  const authorize = async (client: Client, params: Record<string, string | undefined>) =>
    (await login(site, client, params, { browser })).params;
  const challenged = (challenge: string) => ({ code_challenge: challenge, code_challenge_method: 'S256' });
  const refused = (reply: Reply, what: string) => {
    assert.equal(reply.status, 403, `${what}: ${reply.text}`);
    assert.equal(reply.body.error, 'invalid_grant', what);
    assert.deepEqual(Object.keys(reply.body).toSorted(), ['error', 'error_description'], what);
    assert.match(reply.headers.get('cache-control') ?? '', /no-store/);
  };

  test('PKC-01: a public client without a challenge gets no code', async () => {
    for (const more of [
      {},
      { code_challenge: '' },
      { code_challenge_method: 'S256' },
      { code_challenge: '', code_challenge_method: 'S256' },
    ]) {
      const params = await authorize(open, { state: 's', ...more });
      assert.equal(params.error, 'invalid_request', JSON.stringify(more));
      assert.equal(params.code, undefined);
      assert.equal(params.state, 's');
    }
  });

  test('PKC-01: a challenge that cannot be one, or a method of another name, is refused', async () => {
    const { challenge, verifier } = pkce();
    for (const more of [
      { code_challenge: challenge, code_challenge_method: 'plain' },
      { code_challenge: verifier },
      { code_challenge: challenge, code_challenge_method: 's256' },
      { code_challenge: challenge, code_challenge_method: 'S512' },
      { code_challenge: challenge.slice(0, -1), code_challenge_method: 'S256' },
      { code_challenge: `${challenge}=`, code_challenge_method: 'S256' },
      { code_challenge: `${challenge.slice(0, -1)}+`, code_challenge_method: 'S256' },
    ]) {
      const params = await authorize(open, more);
      assert.equal(params.error, 'invalid_request', JSON.stringify(more));
    }
  });

  test('PKC-02, PKC-07: a challenge binds public and confidential clients alike', async () => {
    for (const client of [open, web]) {
      const { challenge, verifier } = pkce();
      const { code = '' } = await authorize(client, challenged(challenge));
      refused(await exchange(site, client, code), 'no verifier');
      refused(await exchange(site, client, code, { code_verifier: '' }), 'an empty verifier');
      refused(await exchange(site, client, code, { code_verifier: pkce().verifier }), 'a wrong verifier');
      const reply = await exchange(site, client, code, { code_verifier: verifier });
      assert.equal(reply.status, 200, 'the owner is not harmed by any of it');
    }
  });

  test('PKC-03: a verifier for a code without a challenge is refused', async () => {
    const { code = '' } = await authorize(web, {});
    const reply = await exchange(site, web, code, { code_verifier: pkce().verifier });
    assert.ok(reply.status === 400 || reply.status === 403, reply.text);
    assert.ok(['invalid_request', 'invalid_grant'].includes(reply.body.error), reply.text);
    assert.equal(reply.body.access_token, undefined);
  });

  test('PKC-06: every verifier but the right one is refused, and the right one still works', async () => {
    const { challenge, verifier } = pkce();
    const other = pkce();
    await authorize(open, challenged(other.challenge));
    const { code = '' } = await authorize(open, challenged(challenge));
    for (const [what, code_verifier] of [
      ['of another transaction', other.verifier],
      ['42 characters', verifier.slice(0, 42)],
      ['129 characters', 'a'.repeat(129)],
      ['a bad alphabet', `${verifier.slice(0, 42)}!`],
      ['the challenge itself', challenge],
      ['a space behind', `${verifier} `],
      ['a line behind', `${verifier}\n`],
      ['another case', verifier.toUpperCase()],
      ['not ASCII', 'é'.repeat(43)],
    ] as const)
      refused(await exchange(site, open, code, { code_verifier }), what);
    assert.equal((await exchange(site, open, code, { code_verifier: verifier })).status, 200);
  });
});
