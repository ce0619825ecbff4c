// GET /v2/logout on the wire (auth0-behaviour §31.1, §31.3).

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sessionsOf } from '../../src/domain/sessions/lifecycle.ts';
import { defaultTenant } from '../../src/domain/tenants/hosts.ts';
import { engines } from '../support/running.ts';
import { type Browser, cb, type People, people, responseOf } from './site.ts';

for (const engine of engines) {
  describe(`logout on ${engine}`, () => {
    const bye = 'https://app.example.com/bye';
    let site: People;
    let client: { client_id: string };
    before(async () => {
      site = await people(engine);
      client = await site.client({ allowed_logout_urls: [bye] });
    });
    after(() => site.stop());

    const silently = async (browser: Browser) =>
      responseOf(
        await browser.get('/authorize', {
          client_id: client.client_id,
          redirect_uri: cb,
          response_type: 'code',
          prompt: 'none',
        }),
      );
    const signedIn = async () => {
      const browser = site.browser();
      const user = await site.user();
      await site.signIn(browser, user);
      return { browser, user, cookie: browser.cookies.get('countersign') ?? '' };
    };
    const living = async (userId: string) =>
      (await sessionsOf(site.house.database.store(defaultTenant), userId, Date.now())).length;

    for (const path of ['/v2/logout', '/logout']) {
      test(`A-32, SES-03: ${path} ends the session at the server and goes to returnTo`, async () => {
        const { browser, user, cookie } = await signedIn();
        assert.ok((await silently(browser))?.get('code'));
        const reply = await browser.get(path, { client_id: client.client_id, returnTo: `${bye}?x=1` });
        assert.equal(reply.status, 302);
        assert.equal(reply.headers.get('location'), `${bye}?x=1`);
        assert.equal(reply.headers.get('cache-control'), 'no-store');
        assert.equal(browser.cookies.has('countersign'), false);
        assert.equal(await living(user.user_id), 0);
        browser.cookies.set('countersign', cookie);
        assert.equal((await silently(browser))?.get('error'), 'login_required');
        const [event] = await site.events('slo');
        assert.equal(event?.user_id, user.user_id);
        assert.equal(event?.client_id, client.client_id);
      });
    }

    test('LO-3, LO-4: without returnTo it goes to the first address of the client, or says OK', async () => {
      const first = await site.browser().get('/v2/logout', { client_id: client.client_id });
      assert.equal(first.headers.get('location'), bye);
      const here = await site.browser().get('/v2/logout');
      assert.equal(here.status, 200);
      assert.equal(here.text, 'OK');
    });

    test('OPR-02, LO-6: an address that is not registered gets a page, and the session ends all the same', async () => {
      for (const returnTo of [
        'https://evil.test',
        '//evil.test',
        '/\\evil.test',
        'https:evil.test',
        'https://app.example.com@evil.test/bye',
        'https://app.example.com.evil.test/bye',
        '\t//evil.test',
        'https://evil.test/"><script>alert(1)</script>',
      ]) {
        for (const client_id of [client.client_id, undefined]) {
          const { browser, user } = await signedIn();
          const reply = await browser.get('/v2/logout', { ...(client_id ? { client_id } : {}), returnTo });
          assert.equal(reply.status, 400, returnTo);
          assert.equal(reply.headers.get('location'), null);
          assert.match(reply.text, /is not defined as a valid URL in/);
          assert.ok(!reply.text.includes('<script'));
          assert.equal(await living(user.user_id), 0);
        }
      }
      const [event] = await site.events('flo');
      assert.match(String(event?.description), /returnTo/);
    });

    test('LO-2: without a client the addresses of the tenant count', async () => {
      await site.manage('PATCH', '/tenants/settings', { allowed_logout_urls: ['https://tenant.example.com'] });
      const reply = await site.browser().get('/v2/logout', { returnTo: 'https://tenant.example.com' });
      assert.equal(reply.headers.get('location'), 'https://tenant.example.com');
      const mixed = { client_id: client.client_id, returnTo: 'https://tenant.example.com' };
      assert.equal((await site.browser().get('/v2/logout', mixed)).status, 400);
    });

    test('what is sent twice is refused, an unknown client too, and a strict third party ends nothing', async () => {
      const { browser, user } = await signedIn();
      const stranger = await site.client({ is_first_party: false });
      assert.equal((await browser.get('/v2/logout', { client_id: stranger.client_id })).status, 400);
      assert.equal(await living(user.user_id), 1);
      const twice = `/v2/logout?returnTo=${encodeURIComponent(bye)}&returnTo=https%3A%2F%2Fevil.test`;
      assert.equal((await browser.send('GET', twice)).status, 400);
      assert.equal((await site.browser().get('/v2/logout', { client_id: 'nope', returnTo: bye })).status, 400);
    });
  });
}
