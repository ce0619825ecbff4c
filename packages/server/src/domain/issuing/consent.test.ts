// Whether the user must be asked, as the table of auth0-behaviour §7.1.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientFacts } from '../clients/facts.ts';
import { apiFacts } from './api-facts.ts';
import { type ConsentAsk, judgeConsent } from './consent.ts';

const first = clientFacts({ client_id: 'CID' }, []);
const third = clientFacts({ client_id: 'CID', is_first_party: false }, []);
const api = (skip: boolean) => ({
  kind: 'api' as const,
  audience: 'https://api/',
  api: apiFacts({ id: 'a', identifier: 'https://api/', skip_consent_for_verifiable_first_party_clients: skip }),
});
const userinfo = { kind: 'userinfo' } as const;
const stored = (...scopes: string[]) => ({ consented: new Set(scopes) });

const rows: readonly [name: string, ask: Partial<ConsentAsk>, kind: 'needed' | 'stored' | 'skipped'][] = [
  ['a third party at an API, the first time', { client: third }, 'needed'],
  ['a third party at an API that lets own clients skip', { client: third, target: api(true) }, 'needed'],
  ['a third party that only wants to know who it is', { client: third, target: userinfo }, 'needed'],
  ['a third party that was given the same before', { client: third, ...stored('openid', 'read:x') }, 'stored'],
  ['a third party that was given more before', { client: third, ...stored('openid', 'read:x', 'y') }, 'stored'],
  ['a third party that asks for more than before', { client: third, ...stored('openid') }, 'needed'],
  ['a first party at an API that lets it skip', { target: api(true) }, 'skipped'],
  ['a first party at an API that does not', {}, 'needed'],
  ['a first party that was given the same before', stored('read:x', 'openid'), 'stored'],
  ['a first party that asks for more than before', stored('read:x'), 'needed'],
  ['a first party that only wants to know who it is', { target: userinfo }, 'skipped'],
  ['nothing at all is granted, and nobody was asked', { scopes: [] }, 'needed'],
  ['nothing at all is granted, and there was a consent', { scopes: [], ...stored() }, 'stored'],
  ['prompt=consent, though it was given', { prompt: ['consent'], ...stored('openid', 'read:x') }, 'needed'],
  ['prompt=consent, though it could be skipped', { prompt: ['consent'], target: api(true) }, 'needed'],
  ['prompt=login alone asks for nothing', { prompt: ['login'], target: api(true) }, 'skipped'],
];

for (const [name, more, kind] of rows) {
  test(`${name}: ${kind}`, () => {
    const scopes = ['openid', 'read:x'];
    const ask = { client: first, target: api(false), scopes, prompt: [], consented: undefined, ...more };
    const { consent, entry } = judgeConsent(ask);
    assert.equal(consent.kind, kind);
    if (consent.kind === 'needed') assert.deepEqual(consent.scopes, ask.scopes, 'the page names all of it');
    assert.equal(entry.rule, 'consent');
    assert.ok(entry.because.length > 20);
  });
}
