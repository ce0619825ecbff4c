// The modules of the core plans (openid-conformance §3) for one run: requests, prompts, errors. Named as in the suite.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { pkce, userinfo } from '../support/relying-party.ts';
import { type UserAgent, userAgent } from '../support/user-agent.ts';
import { basicOf, conformanceOp, errorOf, modeOf, type Op, type Run, word } from './op.ts';
import { refreshModules } from './refresh-modules.ts';
import { userinfoModules } from './userinfo-modules.ts';

const unreserved = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~';

/** Registers the modules of one run. */
export function modules(run: Run): void {
  const name = `${run.plan}, response_type=${run.responseType}${run.formPost ? ', form_post' : ''}`;
  describe(name, () => {
    let op: Op;
    /** A browser in which the person signed in, for modules that are not about that. */
    let signedIn: UserAgent;
    before(async () => {
      op = await conformanceOp(run);
      signedIn = userAgent();
    });
    after(() => op.stop());
    const inCode = run.responseType.split(' ').includes('code');
    const nonceOptional = !run.responseType.split(' ').includes('id_token');

    test('oidcc-server', async () => {
      const flow = await op.flow({}, { browser: signedIn });
      assert.deepEqual(flow.pages, ['login']);
      for (const claims of flow.idTokens) {
        const allowed = ['iss', 'sub', 'aud', 'exp', 'iat', 'nonce', 'sid', 'at_hash', 'c_hash'];
        assert.deepEqual(
          Object.keys(claims).filter((claim) => !allowed.includes(claim)),
          [],
          'claims that no scope asked for',
        );
      }
    });

    test('oidcc-response-type-missing', async () => {
      const asked = await op.ask({ response_type: undefined }, { browser: signedIn });
      if (asked.ending.kind === 'client') {
        const { error = '' } = errorOf(asked, run.formPost ? 'form_post' : 'query');
        assert.ok(['invalid_request', 'unsupported_response_type'].includes(error), error);
      } else assert.ok(asked.ending.view.status >= 400 && asked.ending.view.status < 500);
    });

    if (nonceOptional) {
      test('oidcc-ensure-request-without-nonce-succeeds-for-code-flow', async () => {
        await op.flow({ nonce: undefined }, { browser: signedIn });
      });
    } else {
      test('oidcc-ensure-request-without-nonce-fails', async () => {
        const asked = await op.ask({ nonce: undefined }, { browser: signedIn });
        assert.equal(errorOf(asked, modeOf(run)).error, 'invalid_request');
      });
    }

    test('oidcc-alternate-happy-flow', async () => {
      const asked = await op.ask(
        { scope: 'email openid' },
        {
          browser: signedIn,
          url(url) {
            const { origin, pathname, searchParams } = new URL(url);
            return `${origin}${pathname}?${new URLSearchParams([...searchParams].toReversed())}`;
          },
        },
      );
      assert.ok(asked.ending.kind === 'client' && asked.ending.params.error === undefined);
    });

    for (const [module, params] of [
      ['oidcc-display-page', { display: 'page' }],
      ['oidcc-display-popup', { display: 'popup' }],
      ['oidcc-ensure-request-with-unknown-parameter-succeeds', { extra: 'foobar' }],
      ['oidcc-login-hint', { login_hint: 'buffy@localhost' }],
      ['oidcc-ui-locales', { ui_locales: 'se' }],
      ['oidcc-claims-locales', { claims_locales: 'se' }],
      ['oidcc-ensure-request-with-acr-values-succeeds', { acr_values: '1 2' }],
    ] as const) {
      test(module, async () => {
        const flow = await op.flow(params, { browser: userAgent() });
        assert.deepEqual(flow.pages, ['login']);
      });
    }

    test('oidcc-prompt-login', async () => {
      const browser = userAgent();
      const first = await op.flow({ max_age: '15000' }, { browser });
      op.forward(1);
      const second = await op.flow({ prompt: 'login' }, { browser });
      assert.deepEqual(second.pages, ['login'], 'a living session does not spare it');
      const times = [first, second].map(({ idTokens }) => Number(idTokens[0]?.auth_time ?? 0));
      if (op.words.includes('code') || op.words.includes('id_token'))
        assert.ok((times[1] ?? 0) > (times[0] ?? 0), `auth_time ${times}`);
      assert.equal(second.idTokens[0]?.sub, first.idTokens[0]?.sub);
    });

    test('oidcc-prompt-none-not-logged-in', async () => {
      const asked = await op.ask({ prompt: 'none', state: word(128, unreserved) });
      assert.deepEqual(asked.pages, []);
      assert.equal(errorOf(asked, modeOf(run)).error, 'login_required');
    });

    test('oidcc-prompt-none-logged-in', async () => {
      const browser = userAgent();
      const first = await op.flow({ max_age: '15000' }, { browser });
      const second = await op.flow({ prompt: 'none', max_age: '15000' }, { browser });
      assert.deepEqual(second.pages, []);
      assert.equal(second.idTokens[0]?.sub, first.idTokens[0]?.sub);
      assert.equal(second.idTokens[0]?.auth_time, first.idTokens[0]?.auth_time);
    });

    test('oidcc-max-age-1', async () => {
      const browser = userAgent();
      const first = await op.flow({}, { browser });
      op.forward(2);
      const second = await op.flow({ max_age: '1' }, { browser });
      assert.deepEqual(second.pages, ['login']);
      for (const claims of second.idTokens) {
        assert.equal(typeof claims.auth_time, 'number');
        assert.ok(Number(claims.auth_time) >= Number(first.idTokens[0]?.iat ?? 0) + 1);
      }
    });

    test('oidcc-max-age-10000', async () => {
      const browser = userAgent();
      const first = await op.flow({ max_age: '15000' }, { browser });
      op.forward(1);
      const second = await op.flow({ max_age: '10000' }, { browser });
      assert.deepEqual(second.pages, []);
      for (const [index, claims] of first.idTokens.entries()) {
        assert.equal(typeof claims.auth_time, 'number');
        assert.equal(second.idTokens[index]?.auth_time, claims.auth_time);
        assert.equal(second.idTokens[index]?.sub, claims.sub);
      }
    });

    test('oidcc-id-token-hint', async () => {
      const browser = userAgent();
      const first = await op.flow({}, { browser });
      if (first.rawIdToken === '') return;
      const second = await op.flow({ prompt: 'none', id_token_hint: first.rawIdToken }, { browser });
      assert.deepEqual(second.pages, []);
      assert.equal(second.idTokens[0]?.sub, first.idTokens[0]?.sub);
    });

    test('oidcc-ensure-registered-redirect-uri', async () => {
      const asked = await op.ask({ redirect_uri: `${op.client.callback}/${word(10)}` }, { browser: signedIn });
      assert.equal(asked.ending.kind, 'page');
      const { view } = asked.ending;
      assert.ok(view.status >= 400 && view.status < 500);
      assert.equal(view.location, undefined);
      assert.doesNotMatch(view.html, /http-equiv="?refresh|<script/i);
    });

    test('oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported', async () => {
      const object = `${part({ alg: 'none' })}.${part({ client_id: op.client.id, state: 'inner' })}.`;
      const asked = await op.ask({ request: object }, { browser: signedIn });
      assert.equal(errorOf(asked, modeOf(run)).error, 'request_not_supported');
      const byReference = await op.ask({ request_uri: 'https://suite.example.com/o#f' }, { browser: signedIn });
      assert.equal(errorOf(byReference, modeOf(run)).error, 'request_uri_not_supported');
    });

    test('oidcc-ensure-request-object-with-redirect-uri', async () => {
      const object = `${part({ alg: 'none' })}.${part({ redirect_uri: op.client.callback })}.`;
      const asked = await op.ask({ request: object, redirect_uri: `${op.client.callback}/bad` }, { browser: signedIn });
      assert.equal(asked.ending.kind, 'page');
      assert.equal(asked.ending.view.location, undefined);
    });

    test('oidcc-claims-essential', async () => {
      const claims = { [nonceOptional || inCode ? 'userinfo' : 'id_token']: { name: { essential: true } } };
      await op.flow({ claims: JSON.stringify(claims) }, { browser: signedIn });
    });

    if (inCode) {
      test('oidcc-codereuse', async () => {
        const { code = '', accessTokens } = await op.flow({}, { browser: signedIn });
        const again = await op.site.token(
          { grant_type: 'authorization_code', code, redirect_uri: op.client.callback },
          basicOf(op.client),
        );
        assert.equal(again.status, 400, again.text);
        assert.equal(again.body.error, 'invalid_grant');
        assert.match(again.headers.get('content-type') ?? '', /^application\/json/);
        assert.match(again.headers.get('cache-control') ?? '', /no-store/);
        assert.equal((await userinfo(op.site, accessTokens.at(-1) ?? '')).status, 401, 'what it bought is dead');
      });

      test('oidcc-codereuse-30seconds', async () => {
        const { code = '', accessTokens } = await op.flow({}, { browser: signedIn });
        op.forward(30);
        const again = await op.site.token(
          { grant_type: 'authorization_code', code, redirect_uri: op.client.callback },
          basicOf(op.client),
        );
        assert.equal(again.status, 400);
        assert.equal(again.body.error, 'invalid_grant');
        assert.equal((await userinfo(op.site, accessTokens.at(-1) ?? '')).status, 401);
      });

      test('oidcc-server-client-secret-post', async () => {
        await op.flow({}, { browser: signedIn, client: op.second });
      });

      test('oidcc-ensure-request-with-valid-pkce-succeeds', async () => {
        const { verifier, challenge } = pkce(`${word(126, unreserved)}~.`);
        const { ending } = await op.ask(
          { code_challenge: challenge, code_challenge_method: 'S256' },
          { browser: signedIn },
        );
        assert.ok(ending.kind === 'client');
        const reply = await op.site.token(
          {
            grant_type: 'authorization_code',
            code: ending.params.code ?? '',
            redirect_uri: op.client.callback,
            code_verifier: verifier,
          },
          basicOf(op.client),
        );
        assert.equal(reply.status, 200, reply.text);
      });

      refreshModules(() => op);
    }

    if (run.responseType === 'code' && !run.formPost) {
      test('oidcc-ensure-post-request-succeeds', async () => {
        const browser = signedIn.twin();
        const body = new URLSearchParams({
          client_id: op.client.id,
          redirect_uri: op.client.callback,
          response_type: 'code',
          scope: 'openid',
          state: 'posted',
        });
        const view = await browser.settle(
          await browser.load(`${op.site.base}/authorize`, { method: 'POST', body: body.toString() }),
        );
        const params = new URL(view.location ?? 'about:blank').searchParams;
        assert.ok(params.get('code'), view.text);
        assert.equal(params.get('state'), 'posted');
      });
    }

    userinfoModules(
      () => op,
      () => signedIn,
      run,
    );
  });
}

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
