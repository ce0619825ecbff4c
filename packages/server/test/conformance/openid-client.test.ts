// The flows of the plans as openid-client, a certified relying party, runs and judges them.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import * as client from 'openid-client';
import { type Client, type PeopledSite, type Person, peopled } from '../support/people.ts';
import { walk } from '../support/relying-party.ts';
import { serveHere } from '../support/running.ts';
import { type UserAgent, userAgent } from '../support/user-agent.ts';

describe('openid-client', () => {
  let here: Awaited<ReturnType<typeof serveHere>>;
  let site: PeopledSite;
  let registered: Client;
  let person: Person;
  let browser: UserAgent;
  before(async () => {
    here = await serveHere();
    site = peopled(here);
    await site.tenant({ answer_dialect: 'oidc', authorization_response_iss_parameter_supported: true });
    [registered, person] = await Promise.all([site.webClient(), site.user({ name: 'Buffy Summers' })]);
    browser = userAgent();
  });
  after(() => here.stop());

  const configured = (authentication?: client.ClientAuth) =>
    client.discovery(new URL(site.issuer), registered.id, registered.secret, authentication, {
      execute: [client.allowInsecureRequests],
    });

  /** Walks the browser and gives the answer as the request that the client's server would get. */
  async function answer(url: URL): Promise<Request | URL> {
    const ending = await walk(browser, url.href, { person });
    assert.ok(ending.kind === 'client', ending.view.text);
    const params = new URLSearchParams(ending.params);
    if (ending.mode === 'form_post') return new Request(ending.at, { method: 'POST', body: params });
    return new URL(`${ending.at}${ending.mode === 'query' ? '?' : '#'}${params}`);
  }

  for (const [name, authentication] of [
    ['client_secret_basic', client.ClientSecretBasic],
    ['client_secret_post', client.ClientSecretPost],
  ] as const) {
    test(`code with PKCE, state, nonce, max_age and iss, by ${name}`, async () => {
      const config = await configured(authentication(registered.secret));
      const pkceCodeVerifier = client.randomPKCECodeVerifier();
      const expectedNonce = client.randomNonce();
      const expectedState = client.randomState();
      const url = client.buildAuthorizationUrl(config, {
        redirect_uri: registered.callback,
        scope: 'openid profile email',
        code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
        code_challenge_method: 'S256',
        nonce: expectedNonce,
        state: expectedState,
        max_age: '600',
      });
      const tokens = await client.authorizationCodeGrant(config, await answer(url), {
        pkceCodeVerifier,
        expectedNonce,
        expectedState,
        maxAge: 600,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      assert.equal(claims?.sub, person.userId);
      const info = await client.fetchUserInfo(config, tokens.access_token, person.userId);
      assert.equal(info.name, 'Buffy Summers');
      assert.equal(info.email, person.email);
    });
  }

  test('code id_token: the hybrid flow, in the fragment and by form post', async () => {
    for (const mode of [undefined, 'form_post']) {
      const config = await configured();
      client.useCodeIdTokenResponseType(config);
      const expectedNonce = client.randomNonce();
      const expectedState = client.randomState();
      const url = client.buildAuthorizationUrl(config, {
        redirect_uri: registered.callback,
        scope: 'openid',
        nonce: expectedNonce,
        state: expectedState,
        ...(mode === undefined ? {} : { response_mode: mode }),
      });
      const tokens = await client.authorizationCodeGrant(config, await answer(url), { expectedNonce, expectedState });
      assert.equal(tokens.claims()?.sub, person.userId);
    }
  });

  test('id_token: the implicit flow', async () => {
    const config = await configured();
    client.useIdTokenResponseType(config);
    const expectedNonce = client.randomNonce();
    const expectedState = client.randomState();
    const url = client.buildAuthorizationUrl(config, {
      redirect_uri: registered.callback,
      scope: 'openid email',
      nonce: expectedNonce,
      state: expectedState,
      response_mode: 'form_post',
    });
    const claims = await client.implicitAuthentication(config, await answer(url), expectedNonce, { expectedState });
    assert.equal(claims.sub, person.userId);
    assert.equal(claims.email, person.email);
  });

  test('a refusal reaches the client as an error it knows', async () => {
    const config = await configured();
    const url = client.buildAuthorizationUrl(config, {
      redirect_uri: registered.callback,
      scope: 'openid',
      prompt: 'none',
      max_age: '0',
    });
    await assert.rejects(
      client.authorizationCodeGrant(config, await answer(url)),
      (error: unknown) => error instanceof client.AuthorizationResponseError && error.error === 'login_required',
    );
  });
});
