// RTR: refresh tokens in the wrong hands, too often, too late. The races of RTR-02 are in rtr-race.test.ts.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { clientFacts } from '../../src/domain/clients/facts.ts';
import { keepRefreshToken, newRefreshToken } from '../../src/domain/issuing/refresh-issue.ts';
import { newFamily } from '../../src/domain/issuing/refresh-token.ts';
import { defaultTenant } from '../../src/domain/tenants/hosts.ts';
import { judged } from '../support/oracles.ts';
import { type Api, type Client, type PeopledSite, type Person, peopled } from '../support/people.ts';
import { claimsOf, exchange, login, pkce, renew, revoke } from '../support/relying-party.ts';
import { engines, serveHere } from '../support/running.ts';
import { dump } from '../support/stored.ts';
import { userAgent } from '../support/user-agent.ts';

const rotating = { rotation_type: 'rotating', expiration_type: 'expiring' };

for (const engine of engines) {
  describe(`refresh tokens in the wrong hands on ${engine}`, () => {
    let here: Awaited<ReturnType<typeof serveHere>>;
    let site: PeopledSite;
    let person: Person;
    let client: Client;
    let other: Client;
    let api: Api;
    let ahead = 0;
    const forward = (seconds: number) => {
      ahead += seconds * 1000;
    };
    before(async () => {
      here = await serveHere(engine, { now: () => Date.now() + ahead });
      site = peopled(judged(here));
      [person, client, other, api] = await Promise.all([
        site.user(),
        site.publicClient({ refresh_token: rotating }),
        site.publicClient({ refresh_token: rotating }),
        site.api({ allow_offline_access: true, skip_consent_for_verifiable_first_party_clients: false }),
      ]);
    });
    after(() => here.stop());

    async function token(of = client, params: Record<string, string> = {}, whose = person): Promise<string> {
      const proof = pkce();
      const asked = {
        scope: 'openid offline_access',
        code_challenge: proof.challenge,
        code_challenge_method: 'S256',
        ...params,
      };
      const { params: given } = await login(site, of, asked, { person: whose, browser: userAgent() });
      const { body, text } = await exchange(site, of, given.code ?? '', { code_verifier: proof.verifier });
      assert.ok(body.refresh_token, text);
      return body.refresh_token;
    }
    async function next(of: Client, presented: string): Promise<string> {
      const reply = await renew(site, of, presented);
      assert.equal(reply.status, 200, reply.text);
      return reply.body.refresh_token ?? presented;
    }
    async function granted(of: Client, presented: string): Promise<boolean> {
      const reply = await renew(site, of, presented);
      if (reply.status === 200) return true;
      assert.equal(reply.status, 403, reply.text);
      assert.equal(reply.body.error, 'invalid_grant');
      assert.equal(reply.body.access_token, undefined);
      assert.equal(reply.headers.get('cache-control'), 'no-store');
      return false;
    }

    test('RTR-01: reuse after the window ends the family and nothing else of the same user and client', async () => {
      const [first, elsewhere] = [await token(), await token()];
      const second = await next(client, first);
      forward(2);
      assert.equal(await granted(client, first), false);
      assert.equal(await granted(client, second), false);
      assert.equal(await granted(client, elsewhere), true);
    });

    test('RTR-03: in a leeway only the token that was just replaced may come back, and it brings one successor', async () => {
      const slow = await site.publicClient({ refresh_token: { ...rotating, leeway: 10 } });
      const zero = await token(slow);
      const one = await next(slow, zero);
      const replies = await Promise.all(Array.from({ length: 5 }, () => renew(site, slow, one)));
      assert.deepEqual(
        replies.map(({ status }) => status),
        [200, 200, 200, 200, 200],
      );
      // The catalogue expects five; one and the same loses nobody and leaves one living token.
      assert.equal(new Set(replies.map(({ body }) => body.refresh_token)).size, 1);
      assert.equal(await granted(slow, zero), false, 'the parent, though in the leeway');
      assert.equal(await granted(slow, replies[0]?.body.refresh_token), false);
      const again = await token(slow);
      const successor = await next(slow, again);
      forward(11);
      assert.equal(await granted(slow, again), false);
      assert.equal(await granted(slow, successor), false);
    });

    test('RTR-05: after an acknowledged revocation nothing of the family works, whatever was on its way', async () => {
      for (let round = 0; round < 10; round++) {
        const one = await token();
        const [renewed, revoked] = await Promise.all([renew(site, client, one), revoke(site, client, one)]);
        assert.equal(revoked.status, 200);
        assert.ok([200, 403].includes(renewed.status), renewed.text);
        assert.equal(await granted(client, one), false);
        if (renewed.status === 200) assert.equal(await granted(client, renewed.body.refresh_token), false);
      }
    });

    test('RTR-07: who is blocked, whose consent is gone, who is deleted gets nothing, and what was revoked stays revoked', async () => {
      const somebody = await site.user();
      const at = `/users/${encodeURIComponent(somebody.userId)}`;
      const under = { audience: api.audience, scope: 'openid read:patients offline_access' };
      const [one, two] = [await token(client, under, somebody), await token(client, {}, somebody)];
      await site.manage('PATCH', at, { blocked: true });
      assert.equal(await granted(client, one), false);
      await site.manage('DELETE', `/grants?user_id=${encodeURIComponent(somebody.userId)}`);
      assert.equal(await granted(client, one), false);
      await site.manage('PATCH', at, { blocked: false });
      assert.equal(await granted(client, one), false, 'its consent was deleted');
      const three = await next(client, two);
      await site.manage('DELETE', at);
      assert.equal(await granted(client, three), false);
    });

    test('RTR-08: the token of another client is refused, and goes on working for its own', async () => {
      const confidential = await site.webClient();
      for (const [owner, thief] of [
        [client, other],
        [confidential, client],
        [client, confidential],
      ] as const) {
        const one = await token(owner);
        assert.equal(await granted(thief, one), false);
        assert.equal(await granted(owner, one), true);
      }
      const one = await token(confidential);
      const bare = await renew(site, { ...confidential, secret: undefined }, one);
      assert.equal(bare.status, 401);
      assert.equal(await granted(confidential, one), true);
    });

    test('RTR-09: what was narrowed once is whole the next time, and never more than it was', async () => {
      const scope = 'openid read:patients write:patients offline_access';
      const one = await token(client, { audience: api.audience, scope });
      const narrow = await renew(site, client, one, { scope: 'read:patients' });
      assert.equal(narrow.body.scope, 'read:patients');
      const whole = await renew(site, client, narrow.body.refresh_token);
      assert.equal(whole.body.scope, scope);
      const more = await renew(site, client, whole.body.refresh_token, { scope: 'read:patients admin:all' });
      assert.equal(more.body.scope, 'read:patients');
      assert.equal(claimsOf(more.body.access_token).scope, 'read:patients');
    });

    test('RTR-11: always in use it ends at its absolute end, and unused at its idle end', async () => {
      const brief = await site.publicClient({
        refresh_token: {
          ...rotating,
          token_lifetime: 180,
          infinite_token_lifetime: false,
          idle_token_lifetime: 60,
          infinite_idle_token_lifetime: false,
        },
      });
      let one = await token(brief);
      for (let used = 50; used < 180; used += 50) {
        forward(50);
        one = await next(brief, one);
      }
      forward(40);
      assert.equal(await granted(brief, one), false, 'after 190 seconds of use');
      const idle = await token(brief);
      forward(61);
      assert.equal(await granted(brief, idle), false);
    });

    test('RT-21: a client that begins or stops to rotate', async () => {
      const turning = await site.webClient();
      const rotation = (rotation_type: string, more = {}) =>
        site.manage('PATCH', `/clients/${turning.id}`, {
          refresh_token: { rotation_type, expiration_type: 'expiring', ...more },
        });
      const [one, two] = [await token(turning), await token(turning)];
      const still = await renew(site, turning, one);
      assert.equal(still.body.refresh_token, undefined, 'it stays');
      await rotation('rotating');
      const first = await renew(site, turning, one);
      assert.ok(first.body.refresh_token);
      assert.equal(await granted(turning, two), false, 'the other one ended');
      await rotation('non-rotating');
      const last = await renew(site, turning, first.body.refresh_token);
      assert.ok(last.body.refresh_token);
      for (let i = 0; i < 2; i++) {
        const reply = await renew(site, turning, last.body.refresh_token);
        assert.equal(reply.status, 200, reply.text);
        assert.equal(reply.body.refresh_token, undefined);
      }
      assert.equal(await granted(turning, first.body.refresh_token), false, 'the rotating one was used up');
    });

    test('RT-9: of more than two hundred the oldest goes', async () => {
      const hoarder = await site.webClient();
      const somebody = await site.user();
      const browser = userAgent();
      const tokens: string[] = [];
      // Kept as logins keep them; two hundred of those would only take longer.
      const about = { client: clientFacts({ client_id: hoarder.id }, []), caller: { ip: '', user_agent: '' } };
      await here.house.database.store(defaultTenant).transact(async (tx) => {
        for (let i = 0; i < 199; i++) {
          const content = { user_id: somebody.userId, issuer: site.issuer, scopes: ['openid', 'offline_access'] };
          const made = newRefreshToken({ family: newFamily(), ...about, ...content }, Date.now() + ahead);
          assert.ok(await keepRefreshToken(tx, made, Date.now() + ahead));
          tokens.push(made.token);
        }
      });
      for (let i = 0; i < 3; i++) {
        const { params } = await login(
          site,
          hoarder,
          { scope: 'openid offline_access' },
          { person: somebody, browser },
        );
        tokens.push((await exchange(site, hoarder, params.code ?? '')).body.refresh_token);
      }
      assert.equal(await granted(hoarder, tokens[0] ?? ''), false);
      assert.equal(await granted(hoarder, tokens[1] ?? ''), false);
      assert.equal(await granted(hoarder, tokens[2] ?? ''), true);
      assert.equal(await granted(hoarder, tokens[201] ?? ''), true);
    });

    test('no refresh token, and no secret part of one, is in any log or row', async () => {
      const one = await token();
      const two = await next(client, one);
      forward(2);
      await granted(client, one);
      await sleep(300);
      const logs = (await site.manage('GET', '/logs?per_page=100')).text;
      const three = await token();
      const four = await next(client, three);
      const rows = await dump({ data: here.data, url: here.database });
      assert.ok(
        rows.includes(Buffer.from(four.slice(3), 'base64url').subarray(0, 16).toString('hex')),
        'looked in the right place',
      );
      for (const text of [one, two, three, four]) {
        const bytes = Buffer.from(text.slice(3), 'base64url');
        const parts = [bytes.subarray(20, 52), bytes.subarray(52)];
        const spellings = parts.flatMap((part) => [
          part.toString('base64url'),
          part.toString('base64'),
          part.toString('hex'),
        ]);
        for (const spelling of [text, text.slice(40), ...spellings]) {
          assert.ok(!logs.includes(spelling));
          assert.ok(!rows.includes(spelling));
        }
      }
    });
  });

  test(`RTR-14: while the database takes no writes a revocation is 503 on ${engine}, and the token lives on`, async () => {
    const here = await serveHere(engine);
    const site = peopled(here);
    try {
      const client = await site.webClient();
      const person = await site.user();
      const { params } = await login(site, client, { scope: 'openid offline_access' }, { person });
      const { body } = await exchange(site, client, params.code ?? '');
      const free = await blocked(here);
      const during = await revoke(site, client, body.refresh_token).finally(free);
      assert.equal(during.status, 503, during.text);
      assert.equal((await renew(site, client, body.refresh_token)).status, 200);
      assert.equal((await revoke(site, client, body.refresh_token)).status, 200);
      assert.equal((await renew(site, client, body.refresh_token)).status, 403);
    } finally {
      await here.stop();
    }
  });
}

/** Holds a lock that every write waits for; what gives it back. */
async function blocked(site: { data: string; database: string | undefined }): Promise<() => Promise<void>> {
  if (site.database === undefined) {
    const file = new DatabaseSync(join(site.data, 'countersign.db'));
    file.exec('begin immediate');
    return async () => {
      file.exec('rollback');
      file.close();
    };
  }
  const connection = new pg.Client({ connectionString: site.database });
  await connection.connect();
  await connection.query('begin; lock table refresh_families in access exclusive mode');
  return async () => {
    await connection.query('rollback');
    await connection.end();
  };
}
