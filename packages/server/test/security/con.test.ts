// CON: consent is asked by the right client for what is shown, and what the form says does not change it.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Api, type Client, type PeopledSite, type Person, peopled } from '../support/people.ts';
import { answerIn, authorizeUrl, exchange, login, pageKind, pkce, walk } from '../support/relying-party.ts';
import { serveHere } from '../support/running.ts';
import { type UserAgent, userAgent, type View } from '../support/user-agent.ts';

describe('consent', () => {
  let here: Awaited<ReturnType<typeof serveHere>>;
  let site: PeopledSite;
  let api: Api;
  let person: Person;
  let browser: UserAgent;
  let wanting: Record<string, string>;
  before(async () => {
    here = await serveHere();
    site = peopled(here);
    [api, person] = await Promise.all([
      site.api({ skip_consent_for_verifiable_first_party_clients: false }),
      site.user(),
    ]);
    browser = userAgent();
    await login(site, await site.webClient(), {}, { person, browser });
    wanting = { scope: 'openid read:patients', audience: api.audience };
    const database = await site.manage('GET', '/connections?name=Username-Password-Authentication');
    await site.manage('PATCH', `/connections/${database.body[0].id}`, { is_domain_connection: true });
  });
  after(() => here.stop());

  const third = async () => {
    const client = await site.webClient({
      name: 'A stranger & sons',
      is_first_party: false,
      third_party_security_mode: 'permissive',
    });
    await site.manage('POST', '/client-grants', {
      client_id: client.id,
      audience: api.audience,
      scope: ['read:patients', 'write:patients'],
      subject_type: 'user',
    });
    return client;
  };
  const consentPage = async (client: Client, params: Record<string, string> = wanting, of = browser): Promise<View> => {
    const view = await of.settle(await of.load(authorizeUrl(site, client, params)));
    assert.equal(pageKind(view), 'consent', `${view.status} ${view.text}`);
    return view;
  };
  const grants = async () =>
    (await site.manage('GET', `/grants?user_id=${encodeURIComponent(person.userId)}`)).body as {
      id: string;
      clientID: string;
      scope: string[];
    }[];

  test('CON-01: the page names the client and what it wants, and no code leaves before the answer', async () => {
    const client = await third();
    const seenBefore = browser.seen.length;
    const view = await consentPage(client);
    assert.match(view.text, /A stranger & sons/);
    assert.match(view.text, /patients/i);
    for (const seen of browser.seen.slice(seenBefore)) {
      assert.equal(answerIn(seen), undefined);
      assert.doesNotMatch(seen.location ?? '', /[?&#]code=/);
    }
    const accepted = await walk(browser, await browser.submit(view, {}, { press: 'accept' }));
    assert.ok(accepted.kind === 'client' && accepted.params.code);
    const [grant] = (await grants()).filter(({ clientID }) => clientID === client.id);
    assert.deepEqual(grant?.scope.toSorted(), ['openid', 'read:patients']);
  });

  test('CON-02: prompt=none without consent is consent_required', async () => {
    const ending = await login(site, await third(), { ...wanting, prompt: 'none' }, { browser });
    assert.equal(ending.params.error, 'consent_required');
  });

  test('CON-03: a tampered form grants what was shown, or nothing', async () => {
    const [client, other] = await Promise.all([third(), third()]);
    for (const forced of [
      { scope: 'openid read:patients write:patients admin' },
      { scopes: 'write:patients' },
      { 'scope[]': 'write:patients' },
      { 'allow[]': 'admin' },
      { client_id: other.id },
      { audience: 'https://other.example.com/' },
      { user_id: 'auth0|somebody' },
      { redirect_uri: 'https://evil.test/' },
      { response_type: 'token' },
    ]) {
      const view = await consentPage(client, { ...wanting, prompt: 'consent' });
      const sent = await browser.submit(view, {}, { press: 'accept', forced });
      const ending = await walk(browser, sent);
      const what = JSON.stringify(forced);
      if (ending.kind === 'page') {
        assert.ok(ending.view.status >= 400 && ending.view.status < 500, what);
        continue;
      }
      assert.equal(ending.at, client.callback, what);
      const { body } = await exchange(site, client, ending.params.code ?? '');
      assert.equal(body.scope, undefined, `${what}: what was asked for, no more`);
    }
    const mine = await grants();
    assert.equal(
      mine.find(({ clientID }) => clientID === other.id),
      undefined,
      'the other client got nothing',
    );
    const [grant] = mine.filter(({ clientID }) => clientID === client.id);
    assert.ok(!grant?.scope.includes('write:patients'));
    assert.ok(!grant?.scope.includes('admin'));
  });

  test('CON-03: an answer that is neither yes nor no gives nothing', async () => {
    const client = await third();
    for (const action of ['', 'ACCEPT', 'yes', 'accept ', 'deny\naccept', '__proto__']) {
      const view = await consentPage(client);
      const sent = await browser.submit(view, {}, { press: 'accept', forced: { action } });
      assert.equal(answerIn(await browser.settle(sent))?.params.code, undefined, JSON.stringify(action));
      assert.ok(sent.status < 500);
    }
    assert.equal(
      (await grants()).find(({ clientID }) => clientID === client.id),
      undefined,
    );
  });

  test('CON-06: an own client whose callback nobody can verify is confirmed or consented to, never silent', async () => {
    const skipping = await site.api();
    for (const callback of ['http://localhost:3000/cb', 'com.example.app://callback']) {
      const client = await site.publicClient({ app_type: 'native', callbacks: [callback] });
      const { challenge } = pkce();
      const params = {
        scope: 'openid read:patients',
        audience: skipping.audience,
        code_challenge: challenge,
        code_challenge_method: 'S256',
      };
      const silent = await login(site, client, { ...params, prompt: 'none' }, { browser });
      assert.ok(
        ['interaction_required', 'consent_required'].includes(silent.params.error ?? ''),
        `${callback}: ${JSON.stringify(silent.params)}`,
      );
      const pages: string[] = [];
      const ending = await login(site, client, params, {
        browser,
        onPage: (_view, kind) => void pages.push(kind) as undefined,
      });
      assert.ok(pages.includes('confirm') || pages.includes('consent'), `${callback}: ${pages}`);
      assert.ok(ending.params.code);
    }
  });

  test('CON-08: a consent that is taken back is asked for again', async () => {
    const client = await third();
    const first = await login(site, client, wanting, { browser });
    assert.ok(first.params.code);
    assert.ok((await login(site, client, { ...wanting, prompt: 'none' }, { browser })).params.code);
    const [grant] = (await grants()).filter(({ clientID }) => clientID === client.id);
    const gone = await site.manage('DELETE', `/grants/${grant?.id}`);
    assert.equal(gone.status, 204, gone.text);
    const silent = await login(site, client, { ...wanting, prompt: 'none' }, { browser });
    assert.equal(silent.params.error, 'consent_required');
    await consentPage(client);
  });

  test("one user's consent is not another's", async () => {
    const [client, other] = await Promise.all([third(), site.user()]);
    assert.ok((await login(site, client, wanting, { browser })).params.code);
    const second = userAgent();
    const pages: string[] = [];
    await login(site, client, wanting, {
      person: other,
      browser: second,
      onPage: (_view, kind) => void pages.push(kind) as undefined,
    });
    assert.deepEqual(pages, ['login', 'consent']);
  });
});
