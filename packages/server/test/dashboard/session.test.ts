// The session of the dashboard's page, without a browser: whose answers it takes, and as whom a waiting write is sent.

import assert from 'node:assert/strict';
import { test } from 'node:test';

const sources = new URL('../../../dashboard/src/session/', import.meta.url).href;
const kept = () => {
  const items = new Map<string, string>();
  return {
    getItem: (name: string) => items.get(name) ?? null,
    setItem: (name: string, value: string) => void items.set(name, value),
    removeItem: (name: string) => void items.delete(name),
  };
};
const origin = 'http://localhost:3000';
const place = { origin, host: 'localhost:3000', pathname: '/dashboard/callback', search: '', reloads: 0 };
const sessionStorage = kept();
let user = 'auth0|ada';
let hear: ((event: object) => void) | undefined;
const begun = (state: string) =>
  sessionStorage.setItem('countersign-sign-in', JSON.stringify({ state, verifier: 'v', back: '/dashboard' }));

Object.assign(globalThis, {
  location: Object.assign(place, {
    reload() {
      place.reloads++;
    },
    replace() {},
  }),
  history: { replaceState() {} },
  addEventListener(_: string, listener: typeof hear) {
    hear = listener;
  },
  removeEventListener() {},
  document: {
    createElement: () => ({ contentWindow: {}, remove() {} }),
    body: {
      // The server answers the frame at once.
      append(frame: { src: string; contentWindow: object }) {
        const state = new URL(frame.src, origin).searchParams.get('state');
        const response = { code: 'code', state };
        hear?.({ origin, source: frame.contentWindow, data: { type: 'authorization_response', response } });
      },
    },
  },
});
Object.defineProperty(globalThis, 'sessionStorage', { value: sessionStorage, configurable: true });
Object.defineProperty(globalThis, 'localStorage', { value: kept(), configurable: true });
globalThis.fetch = async () => {
  const claims = Buffer.from(JSON.stringify({ sub: user })).toString('base64url');
  return Response.json({ access_token: `token of ${user}`, id_token: `e30.${claims}.AA`, scope: 's', expires_in: 600 });
};
const { finishSignIn } = await import(`${sources}sign-in.ts`);
const { startSession, accessToken } = await import(`${sources}session.ts`);

test('what a link says is no answer to a sign-in, an error neither, unless its state is that of the sign-in', async () => {
  const error = 'error=access_denied&error_description=Call+0800+123';
  for (const query of [error, `${error}&state=other`, 'code=c&state=other', 'state=mine']) {
    begun('mine');
    await assert.rejects(finishSignIn(new URLSearchParams(query)), { code: 'state_mismatch' }, query);
  }
  await assert.rejects(finishSignIn(new URLSearchParams(error)), { code: 'state_mismatch' }, 'none had begun');
  begun('mine');
  await assert.rejects(finishSignIn(new URLSearchParams(`${error}&state=mine`)), { code: 'access_denied' });
});

test('when somebody else signed in meanwhile, what waits for a token gets none', async () => {
  begun('mine');
  place.search = '?code=c&state=mine';
  await startSession();
  assert.equal(await accessToken(), 'token of auth0|ada');
  assert.equal(await accessToken(true), 'token of auth0|ada', 'renewed');
  user = 'auth0|eve';
  await assert.rejects(accessToken(true), { code: 'user_changed' });
  assert.equal(place.reloads, 1);
  assert.equal(await accessToken(), 'token of auth0|ada', 'until the page has begun anew');
});
