// The whole order of a login as a table: what is known, and what happens next (auth0-behaviour §4.4 to §4.6, §6, §7).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GrantedToUser, UserDecision } from '../../domain/issuing/user-authorization.ts';
import type { AuthorizationRequest } from '../../oauth/authorization-request.ts';
import { refuse } from '../../oauth/errors.ts';
import { nextStep, type Standing } from './next-step.ts';

const now = Date.parse('2026-01-01T00:00:00.000Z');
const minute = 60_000;

const request: AuthorizationRequest = {
  client_id: 'client',
  redirect_uri: 'https://app.example.com/cb',
  redirect_uri_sent: true,
  response_type: ['code'],
  response_mode: 'query',
  scopes: ['openid'],
  prompt: [],
};
const session = { id: 'sid', user_id: 'auth0|1', connection: 'people', authenticatedAt: now - 10 * minute };
const login = { user_id: 'auth0|1', session_id: 'sid', authenticated_at: now - minute, fresh: true };
const granted: GrantedToUser = {
  kind: 'granted',
  scopes: ['openid'],
  consent: { kind: 'skipped' },
  authorization: {
    issuer: 'https://id.example.com/',
    clientId: 'client',
    subject: 'auth0|1',
    target: { kind: 'userinfo' },
    scopes: ['openid'],
    dialect: 'auth0',
  },
  trace: [{ rule: 'consent', because: 'the API is new to the user' }],
};
const asks: GrantedToUser = { ...granted, consent: { kind: 'needed', scopes: ['openid', 'read:x'] } };
const blocked: UserDecision = {
  kind: 'refused',
  refusal: refuse('user_denied', 'user is blocked', 'user auth0|1 is blocked'),
  trace: [],
};

const nobody: Standing = {
  now,
  dialect: 'auth0',
  request,
  ssoDisabled: false,
  confirmsCallback: false,
  connections: new Set(['people']),
  session: undefined,
  decision: undefined,
  proved: {},
};
const known: Standing = { ...nobody, session, decision: granted };
const fresh: Standing = {
  ...known,
  session: { ...session, authenticatedAt: now - minute },
  proved: { login, interacted: true },
};
const asking = (standing: Standing, more: Partial<AuthorizationRequest>): Standing => ({
  ...standing,
  request: { ...standing.request, ...more },
});
const silent = (standing: Standing) => asking(standing, { prompt: ['none'] });
const consented = (given: boolean, ...scopes: string[]) => ({ consent: { given, scopes, user_id: 'auth0|1' } });
const byOther = (given: boolean, ...scopes: string[]) => ({ consent: { given, scopes, user_id: 'auth0|2' } });

const rows: readonly [name: string, standing: Standing, expected: string][] = [
  ['nobody is signed in', nobody, 'ask login'],
  ['nobody is signed in, silently', silent(nobody), 'refuse login_required'],
  ['nobody is signed in, signup hinted', asking(nobody, { screen_hint: 'signup' }), 'ask signup'],
  ['nobody is signed in, another hint', asking(nobody, { screen_hint: 'login' }), 'ask login'],
  ['nobody is signed in, an account is to be made', asking(nobody, { prompt: ['create'] }), 'ask signup'],
  ['nobody is signed in, an account is to be chosen', asking(nobody, { prompt: ['select_account'] }), 'ask login'],
  ['a session', known, 'issue'],
  ['a session, silently', silent(known), 'issue'],
  ['a session, signup hinted', asking(known, { screen_hint: 'signup' }), 'issue'],
  ['a session whose user is gone', { ...known, decision: undefined }, 'ask login'],
  ['a session whose user is gone, silently', silent({ ...known, decision: undefined }), 'refuse login_required'],

  ['prompt=login', asking(known, { prompt: ['login'] }), 'ask login'],
  ['prompt=login after a login', asking(fresh, { prompt: ['login'] }), 'issue'],
  ['prompt=create with a session', asking(known, { prompt: ['create'] }), 'ask signup'],
  ['prompt=create after a login', asking(fresh, { prompt: ['create'] }), 'issue'],
  [
    'prompt=login by a session that was only used here',
    asking({ ...known, proved: { login: { ...login, fresh: false } } }, { prompt: ['login'] }),
    'ask login',
  ],
  [
    'SES-04: a login of this request whose session was ended and replaced',
    asking({ ...fresh, session: { ...session, id: 'other' } }, { prompt: ['login'] }),
    'ask login',
  ],
  [
    'a login of this request, and another user in the browser by now',
    asking({ ...fresh, session: { ...session, user_id: 'auth0|2' } }, { prompt: ['login'] }),
    'ask login',
  ],
  [
    'a login of this request, and the session ended',
    { ...fresh, session: undefined, decision: undefined },
    'ask login',
  ],

  ['AZ-11: max_age not reached', asking(known, { max_age: 600 }), 'issue'],
  ['AZ-11: max_age passed', asking(known, { max_age: 599 }), 'ask login'],
  ['AZ-11: max_age passed, silently', silent(asking(known, { max_age: 599 })), 'refuse login_required'],
  ['max_age=0', asking(known, { max_age: 0 }), 'ask login'],
  ['max_age=0 after a login', asking(fresh, { max_age: 0 }), 'issue'],
  [
    'a session from the future of a clock that was set back',
    asking({ ...known, session: { ...session, authenticatedAt: now + minute } }, { max_age: 1 }),
    'issue',
  ],
  [
    'a session whose time cannot be read',
    asking({ ...known, session: { ...session, authenticatedAt: Number.NaN } }, { max_age: 1 }),
    'ask login',
  ],

  ['sso_disabled', { ...known, ssoDisabled: true }, 'ask login'],
  ['sso_disabled, silently', silent({ ...known, ssoDisabled: true }), 'refuse login_required'],
  ['sso_disabled after a login', { ...fresh, ssoDisabled: true }, 'issue'],
  ['the connection of the session', asking(known, { connection: 'people' }), 'issue'],
  [
    'another connection',
    asking({ ...known, connections: new Set(['people', 'staff']) }, { connection: 'staff' }),
    'ask login',
  ],
  ['another connection after a login by the first', asking(fresh, { connection: 'staff' }), 'ask login'],
  ['a connection that the client may not use', { ...known, connections: new Set() }, 'ask login'],
  ['a login by a connection that was disabled since', { ...fresh, connections: new Set() }, 'ask login'],

  ['the hinted user', silent(asking(known, { hinted_user: 'auth0|1' })), 'issue'],
  ['another user than hinted', asking(known, { hinted_user: 'auth0|2' }), 'ask login'],
  ['another user than hinted, silently', silent(asking(known, { hinted_user: 'auth0|2' })), 'refuse login_required'],
  ['another user than hinted signs in', asking(fresh, { hinted_user: 'auth0|2' }), 'refuse login_required'],

  ['prompt=select_account', asking(known, { prompt: ['select_account'] }), 'ask select_account'],
  [
    'prompt=select_account, chosen',
    asking({ ...known, proved: { selected: 'auth0|1' } }, { prompt: ['select_account'] }),
    'issue',
  ],
  [
    'prompt=select_account, chosen by another user',
    asking({ ...known, proved: { selected: 'auth0|2' } }, { prompt: ['select_account'] }),
    'ask select_account',
  ],
  ['prompt=select_account, signed in as another', asking(fresh, { prompt: ['select_account'] }), 'issue'],
  [
    'prompt=select_account with a blocked user',
    asking({ ...known, decision: blocked }, { prompt: ['select_account'] }),
    'ask select_account',
  ],
  ['prompt=select_account login', asking(known, { prompt: ['select_account', 'login'] }), 'ask login'],

  ['a blocked user', { ...known, decision: blocked }, 'refuse unauthorized'],
  ['a blocked user, silently', silent({ ...known, decision: blocked }), 'refuse unauthorized'],
  ['a blocked user in the other dialect', { ...known, dialect: 'oidc', decision: blocked }, 'refuse access_denied'],
  ['a user who was blocked since the login', { ...fresh, decision: blocked }, 'refuse unauthorized'],

  ['consent is needed', { ...known, decision: asks }, 'ask consent'],
  ['consent is needed, silently', silent({ ...known, decision: asks }), 'refuse consent_required'],
  ['consent is needed after a login', { ...fresh, decision: asks }, 'ask consent'],
  ['consent was given', { ...known, decision: asks, proved: consented(true, 'openid', 'read:x') }, 'issue'],
  ['consent was given to less', { ...known, decision: asks, proved: consented(true, 'openid') }, 'ask consent'],
  ['consent was declined', { ...known, decision: asks, proved: consented(false) }, 'refuse access_denied'],
  ['consent was declined and is not needed any more', { ...known, proved: consented(false) }, 'refuse access_denied'],
  [
    'consent was given and the user was blocked',
    { ...known, decision: blocked, proved: consented(true, 'openid', 'read:x') },
    'refuse unauthorized',
  ],

  ['CNF-1: a callback that cannot be verified', { ...known, confirmsCallback: true }, 'ask confirm'],
  ['CNF-5: the same, silently', silent({ ...known, confirmsCallback: true }), 'refuse interaction_required'],
  ['CNF-2: after a login', { ...fresh, confirmsCallback: true }, 'issue'],
  [
    'CNF-2: after consent',
    { ...known, decision: asks, confirmsCallback: true, proved: consented(true, 'openid', 'read:x') },
    'issue',
  ],
  [
    'consent was given by another user',
    { ...known, decision: asks, proved: byOther(true, 'openid', 'read:x') },
    'ask consent',
  ],
  ['consent was declined by another user', { ...known, proved: byOther(false) }, 'issue'],
  [
    'CNF-2: after the account page',
    { ...known, confirmsCallback: true, proved: { selected: 'auth0|1', interacted: true } },
    'issue',
  ],
  [
    'CNF-2: after pages that another user saw',
    { ...known, confirmsCallback: true, proved: { login: { ...login, user_id: 'auth0|2' }, interacted: true } },
    'ask confirm',
  ],
  ['a confirmed callback', { ...known, confirmsCallback: true, proved: { confirmed: true } }, 'issue'],
  [
    'a callback that was not confirmed',
    { ...known, confirmsCallback: true, proved: { confirmed: false } },
    'refuse access_denied',
  ],
  [
    'consent comes before the callback',
    silent({ ...known, decision: asks, confirmsCallback: true }),
    'refuse consent_required',
  ],
];

for (const [name, standing, expected] of rows) {
  test(`${name}: ${expected}`, () => {
    const step = nextStep(standing);
    const told =
      step.kind === 'ask' ? `ask ${step.page}` : step.kind === 'refuse' ? `refuse ${step.refusal.error}` : 'issue';
    assert.equal(told, expected);
    if (step.kind === 'issue') assert.notEqual(step.decision.consent.kind, 'needed');
  });
}

test('prompt=none never asks, whatever is known', () => {
  for (const [name, standing] of rows) assert.notEqual(nextStep(silent(standing)).kind, 'ask', name);
});

test('nobody gets anything without a session', () => {
  for (const [name, standing] of rows) {
    const step = nextStep({ ...standing, session: undefined, decision: undefined });
    assert.ok(step.kind === 'ask' || step.kind === 'refuse', name);
  }
});
