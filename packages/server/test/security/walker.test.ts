// The login state machine under a random walker: whatever is pressed in whatever order, nobody reaches a session or a
// token without the proofs. COUNTERSIGN_STEPS=10000 walks further, COUNTERSIGN_SEED=n walks elsewhere.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type PeopledSite, peopled } from '../support/people.ts';
import { serveHere } from '../support/running.ts';
import { walkAtRandom } from '../support/walker.ts';
import { recoveryOracle } from '../support/walker-recovery.ts';
import type { Ground } from '../support/walker-state.ts';

const steps = Number(process.env.COUNTERSIGN_STEPS ?? 250);
const seed = Number(process.env.COUNTERSIGN_SEED ?? 8);

let here: Awaited<ReturnType<typeof serveHere>>;
let site: PeopledSite;
let ground: Ground;
let ahead = 0;
before(async () => {
  here = await serveHere('sqlite', { now: () => Date.now() + ahead });
  site = peopled(here);
  const database = await site.manage('GET', '/connections?name=Username-Password-Authentication');
  await site.manage('PATCH', `/connections/${database.body[0].id}`, { is_domain_connection: true });
  const [own, third, native, strictApi, easyApi, ...people] = await Promise.all([
    site.webClient(),
    site.webClient({ is_first_party: false, third_party_security_mode: 'permissive' }),
    site.webClient({ callbacks: ['http://127.0.0.1:4711/cb'] }),
    site.api({ skip_consent_for_verifiable_first_party_clients: false }),
    site.api(),
    site.user(),
    site.user({ password: 'Another-Horse-7-Staple' }),
  ]);
  for (const api of [strictApi, easyApi]) {
    await site.manage('POST', '/client-grants', {
      client_id: third.id,
      audience: api.audience,
      scope: ['read:patients', 'write:patients'],
      subject_type: 'user',
    });
  }
  ground = {
    site,
    people,
    clients: [own, third, native],
    apis: [undefined, strictApi, easyApi],
    needsConsent: (client, api) => api !== undefined && (client === third || api === strictApi),
    confirms: (client) => client === native,
    forward: (seconds) => {
      ahead += seconds * 1000;
    },
  };
});
after(() => here.stop());

test(`a random walker of ${steps} steps reaches nothing without the proofs (seed ${seed})`, async (t) => {
  const figures = await walkAtRandom(ground, seed, steps);
  t.diagnostic(JSON.stringify(figures));
  // A walk that gets nowhere proves nothing.
  for (const [name, least] of [
    ['logins', steps / 50],
    ['issued', steps / 50],
    ['consents', steps / 250],
    ['mails', steps / 100],
    ['resets', steps / 1000],
    ['logouts', steps / 1000],
  ] as const)
    assert.ok(figures[name] >= least, `${name}: ${figures[name]}`);
});

test('the oracle of recovery notices a password and a proven address that no link was used for', async () => {
  const person = await site.user();
  const unproven = await site.user({ email_verified: false });
  const fail = (what: string): never => {
    throw new Error(what);
  };
  const path = ({ userId }: typeof person) => `/users/${encodeURIComponent(userId)}`;
  const watched = await recoveryOracle(site, [person], fail, () => undefined);
  await watched.check();
  await site.manage('PATCH', path(person), { password: 'Another-Horse-3-Staple' });
  await assert.rejects(watched.check(), /was changed without the link/);

  const people = [person];
  const watchedToo = await recoveryOracle(site, people, fail, () => undefined);
  people.push(unproven);
  await watchedToo.check();
  await site.manage('PATCH', path(unproven), { email_verified: true });
  await assert.rejects(watchedToo.check(), /counts as proven without the link/);
});
