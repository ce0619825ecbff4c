// @ts-check
// The app in the browser: Auth0's own SDK, pointed at Countersign.

import { createAuth0Client } from './auth0-spa-js.mjs';

const { issuer, clientId, audience, apiUrl, scope } = await (await fetch('settings.json')).json();

/** @param {string} id */
const part = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
/** @param {string} id @param {string} text */
const say = (id, text) => {
  part(id).textContent = text;
};

/** @param {unknown} error */
function showProblem(error) {
  // An OAuth error has a code and a sentence; anything else only a message.
  const { error: code, error_description: sentence, message } = /** @type {Record<string, string>} */ (error);
  say('problem', code ? `${code}: ${sentence ?? message}` : (message ?? String(error)));
  part('problem').hidden = false;
}

/** Runs what a button does; what goes wrong is shown. @param {string} id @param {() => Promise<void>} action */
function on(id, action) {
  part(id).addEventListener('click', async () => {
    part('problem').hidden = true;
    try {
      await action();
    } catch (error) {
      showProblem(error);
      await show();
    }
  });
}

const client = await createAuth0Client({
  domain: issuer.replace(/\/$/, ''), // the SDK puts https:// before a bare host; http://localhost is good enough for it
  clientId,
  authorizationParams: { redirect_uri: `${location.origin}/`, audience, scope },
  // Tokens are renewed with a refresh token that changes at every use. It is kept where a reload and other tabs find it;
  // the README says what that costs, and what the SDK does otherwise.
  useRefreshTokens: true,
  cacheLocation: 'localstorage',
  // Without a refresh token (an API that gives none) a hidden frame asks the server's session.
  useRefreshTokensFallback: true,
});

/** Back from the authorization server: exchange the code, and clean the address. */
async function finishLogin() {
  const query = new URLSearchParams(location.search);
  if (!query.has('state') || !(query.has('code') || query.has('error'))) return;
  try {
    await client.handleRedirectCallback();
  } catch (error) {
    showProblem(error);
  }
  history.replaceState(null, '', '/');
}

/** @typedef {{ expires_in: number, scope?: string }} Tokens */

/** What the app knows now. @param {Tokens} [tokens] */
async function show(tokens) {
  const user = await client.getUser();
  part('signed-out').hidden = user !== undefined;
  part('signed-in').hidden = user === undefined;
  if (user === undefined) return;
  const claims = await client.getIdTokenClaims();
  say('name', user.name ?? '');
  say('email', user.email ?? '');
  say('sub', user.sub ?? '');
  say('id-audience', String(claims?.aud));
  say('api-audience', audience);
  say('asked', scope);
  const { expires_in: lifetime, scope: granted } =
    tokens ?? (await client.getTokenSilently({ detailedResponse: true }));
  // An answer without scope means: what was asked was granted (RFC 6749 section 5.1).
  const got = (granted ?? scope).split(' ');
  say('granted', got.join(' '));
  const dropped = scope.split(' ').filter((/** @type {string} */ one) => !got.includes(one));
  say('dropped', dropped.length > 0 ? `${dropped.join(' ')} (the log of the server says why)` : 'nothing');
  say('lifetime', String(lifetime));
  say('issued', new Date((claims?.iat ?? 0) * 1000).toLocaleTimeString());
}

/** @param {string} tag @param {string} text */
function element(tag, text) {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}

/** Calls the API and shows what it answers. @param {string} token @param {string} kind */
async function callApi(token, kind) {
  const response = await fetch(apiUrl, { headers: { authorization: `Bearer ${token}` } });
  const body = await response.json();
  if (!response.ok) {
    const refused = element('p', '');
    refused.className = 'refused';
    refused.append(
      element('strong', `Refused with ${response.status} ${body.error}.`),
      ` The API says: ${body.error_description} (sent: ${kind})`,
    );
    part('answer').replaceChildren(refused);
    return;
  }
  const table = document.createElement('table');
  const head = table.createTHead().insertRow();
  head.append(element('th', 'Patient'), element('th', 'Ward'));
  const rows = table.createTBody();
  for (const { name, ward } of body.patients) rows.insertRow().append(element('td', name), element('td', ward));
  part('answer').replaceChildren(element('p', `Accepted (sent: ${kind}).`), table);
}

on('login', () => client.loginWithRedirect());
/** Gives the refresh token back: whoever may have copied it cannot use it either. */
async function forgetRefreshToken() {
  // Nothing to give back is no reason to stay.
  await client.revokeRefreshToken().catch(() => undefined);
}

on('logout', async () => {
  await forgetRefreshToken();
  await client.logout({ logoutParams: { returnTo: `${location.origin}/` } });
});
on('logout-everywhere', async () => {
  // The server's session ends, and it tells the other applications of that session (back-channel logout).
  const query = new URLSearchParams({
    id_token_hint: (await client.getIdTokenClaims())?.__raw ?? '',
    post_logout_redirect_uri: `${location.origin}/`,
  });
  await forgetRefreshToken();
  await client.logout({ openUrl: () => location.assign(`${issuer}oidc/logout?${query}`) });
});
on('call', async () => callApi(await client.getTokenSilently(), 'the access token'));
on('call-wrongly', async () => {
  // Deliberately wrong: an ID token is this app's own, and an API that took it would take any app's.
  const claims = await client.getIdTokenClaims();
  await callApi(claims?.__raw ?? '', 'the ID token');
});
on('renew', async () => {
  // Not from the cache: the refresh token is exchanged for new tokens, the next refresh token among them.
  const tokens = await client.getTokenSilently({ cacheMode: 'off', detailedResponse: true });
  await show(tokens);
  say('renewed', `Renewed at ${new Date().toLocaleTimeString()}, with the refresh token.`);
});

try {
  await finishLogin();
  await show();
} catch (error) {
  showProblem(error);
  part('signed-out').hidden = false;
}
document.body.dataset.ready = 'true';
