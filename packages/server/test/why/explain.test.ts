// Who is told why a token was refused, what is told, and that the token itself stays nowhere.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { createApi } from '@countersign/api';
import { defaultTenant } from '../../src/domain/tenants/hosts.ts';
import type { TokenExplanation } from '../../src/resources/index.ts';
import { api, application } from '../issuing/login.ts';
import { serveHere } from '../support/running.ts';
import { openWorld, type World } from './world.ts';

describe('explanations', () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.stop());

  /** A client that stands for an API. */
  async function apiCredential(audience: string) {
    const reply = await world.site.manage('POST', '/clients', {
      name: 'The API itself',
      app_type: 'resource_server',
      resource_server_identifier: audience,
    });
    assert.equal(reply.status, 201, reply.text);
    return `Basic ${Buffer.from(`${reply.body.client_id}:${reply.body.client_secret}`).toString('base64')}`;
  }
  const ask = (authorization: string | undefined, body: object) =>
    world.site.send('POST', '/api/v2/tokens/explain', {
      headers: { 'content-type': 'application/json', ...(authorization === undefined ? {} : { authorization }) },
      body: JSON.stringify(body),
    });

  test('say since when a token is expired, and where its lifetime is set', async () => {
    const audience = await api(world.site, { token_lifetime: 600, signing_alg: 'RS256' });
    const { access_token: token } = await world.login({ audience, scope: 'openid read:x' });
    world.pass(3600);
    const seen = await world.explain({ token, audience });
    assert.match(seen.cause?.message ?? '', /expired 50 min ago .*token_lifetime of the API/);
    assert.match(seen.fix?.dashboard ?? '', /^\/dashboard\/apis\/.+\/settings$/);
    assert.equal(seen.issuance?.type, 'seacft');
    assert.equal(seen.token.client_id, world.web.id);
    assert.equal(seen.token.issued_here, true);
  });

  test('say of a good token that it is good, and what to look at then', async () => {
    const token = await world.machineToken();
    const seen = await world.explain({ token: `Bearer ${token}`, audience: world.machine.audience, scope: 'read:x' });
    assert.equal(seen.outcome, 'accepted', JSON.stringify(seen));
    assert.deepEqual(
      seen.scopes.map(({ granted }) => granted),
      [true],
    );
    assert.ok(seen.notes.some((note) => /Authorization header/.test(note)));
  });

  test('tell whether a new token would have the scope', async () => {
    const who = await world.site.machine({ scopes: ['read:x', 'write:x'], granted: ['read:x'] });
    const token = await world.machineToken({}, who);
    const before = await world.explain({ token, audience: who.audience, scope: 'write:x' });
    assert.ok(
      before.notes.some((note) => /would still lack write:x/.test(note)),
      JSON.stringify(before.notes),
    );
    await world.site.manage('PATCH', `/client-grants/${who.grantId}`, { scope: ['read:x', 'write:x'] });
    const later = await world.explain({ token, audience: who.audience, scope: 'write:x' });
    assert.equal(later.cause?.code, 'missing_scope');
    assert.ok(
      later.notes.some((note) => /would have them all/.test(note)),
      JSON.stringify(later.notes),
    );
  });

  test('are for members with the scope, and for the API itself about its own tokens', async () => {
    const token = await world.machineToken();
    const stranger = await ask(undefined, { token });
    assert.equal(stranger.status, 401);
    assert.match(stranger.headers.get('www-authenticate') ?? '', /^Bearer/);
    assert.deepEqual(Object.keys(stranger.body), ['statusCode', 'error', 'message']);
    assert.equal((await ask(`Bearer ${token}`, { token })).status, 401, 'a token of another API');
    assert.equal((await ask('Basic bm9ib2R5Om5vcGU=', { token })).status, 401);

    const { audience } = world.machine;
    const own = await apiCredential(audience);
    const good = await ask(own, { token });
    assert.equal(good.status, 200, good.text);
    assert.equal(good.body.api.identifier, audience);
    assert.equal((await ask(own, { token, audience: world.audience })).status, 403, 'about another API');
    // A token that was made for somebody else: no more than it says itself.
    const other = await world.login({ audience: world.audience });
    const foreign: TokenExplanation = (await ask(own, { token: other.access_token })).body;
    assert.equal(foreign.cause?.code, 'wrong_audience');
    assert.equal(foreign.issuance, undefined);
    assert.equal(foreign.token.client_name, undefined);
    assert.doesNotMatch(JSON.stringify(foreign), new RegExp(`${world.web.id}|${world.user.replace('|', '.')}`));
    // Everything else is told by its kind alone.
    const web0 = world.web;
    const all = await world.login({ audience: world.audience, scope: 'openid offline_access' });
    const opaque = await world.login({ scope: 'openid' });
    for (const [sent, kind] of [
      [all.refresh_token, 'refresh_token'],
      [all.code, 'authorization_code'],
      [all.id_token, 'id_token'],
      [opaque.access_token, 'access_token'],
      [web0.id, 'other'],
    ] as const) {
      const { body: said } = await ask(own, { token: sent });
      assert.equal(said.outcome, 'refused', kind);
      assert.equal(said.token.kind, kind);
      assert.deepEqual(Object.keys(said.token), ['kind', 'format', 'issued_here'], kind);
      assert.deepEqual([said.evidence, said.fix, said.issuance, said.notes], [[], undefined, undefined, []], kind);
      assert.equal(said.cause.message, said.cause.title);
      assert.doesNotMatch(JSON.stringify(said), new RegExp(`${web0.id}|${world.user.replace('|', '.')}`), kind);
    }
    // A client of any other kind has no say.
    const web = await application(world.site);
    const basic = `Basic ${Buffer.from(`${web.id}:${web.secret}`).toString('base64')}`;
    assert.equal((await ask(basic, { token })).status, 403);
  });

  test('are no oracle: what this tenant does not know is told alike, whoever may know it', async () => {
    const random = await world.explain({ token: randomBytes(32).toString('base64url'), audience: world.audience });
    const { evidence: _evidence, ...first } = random;
    for (const token of [randomBytes(32).toString('base64url'), randomBytes(32).toString('base64url')]) {
      const { evidence: _other, ...next } = await world.explain({ token, audience: world.audience });
      assert.deepEqual(next, first);
    }
    assert.equal(random.token.issued_here, false);
    // A forged token that names a client and a user of ours learns nothing about them.
    const forged = `${Buffer.from('{"alg":"RS256","typ":"JWT","kid":"x"}').toString('base64url')}.${Buffer.from(
      JSON.stringify({ iss: world.site.issuer, aud: world.web.id, sub: world.user, nonce: 'n', exp: 9_999_999_999 }),
    ).toString('base64url')}.AAAA`;
    const seen = await world.explain({ token: forged, audience: world.audience });
    assert.equal(seen.cause?.code, 'id_token');
    assert.equal(seen.token.client_name, undefined);
    assert.equal(seen.token.issued_here, false);
  });

  test('leave no token in the log, in the answer or in a message', async () => {
    const token = await world.machineToken();
    await world.explain({ token, audience: world.audience });
    const wrong = await world.site.manage('POST', '/tokens/explain', { token: ['x', token] });
    assert.equal(wrong.status, 400);
    assert.ok(!wrong.text.includes(token));
    await world.site.house.logs.flush();
    const { text } = await world.site.manage('GET', '/logs?per_page=100');
    assert.ok(!text.includes(token) && !text.includes(token.slice(-60)));
  });

  test('are limited', async () => {
    const machine = await world.site.machine();
    const audience = world.management;
    const grant = { client_id: machine.clientId, audience, scope: ['read:token_explanations'] };
    await world.site.manage('POST', '/client-grants', grant);
    const bearer = `Bearer ${await world.machineToken({ audience }, machine)}`;
    assert.equal((await ask(bearer, { token: 'x' })).status, 200);
    // As if it had asked a hundred and more times at once.
    const bucket = { name: `explanations for ${machine.clientId}`, capacity: 120, everyMs: 500 };
    const { database, now } = world.site.house;
    await database.store(defaultTenant).transact(async (tx) => {
      const later = now() + 600_000;
      while ((await tx.draw(bucket, later)).drawn);
    });
    const reply = await ask(bearer, { token: 'x' });
    assert.equal(reply.status, 429);
    assert.ok(Number(reply.headers.get('retry-after')) > 0);
  });
});

describe('from the 401 to the answer', () => {
  let site: Awaited<ReturnType<typeof serveHere>>;
  before(async () => {
    site = await serveHere();
  });
  after(() => site.stop());

  test('the refusal of an API leads to its explanation, which is shown once', async () => {
    const machine = await site.machine({ scopes: ['read:x', 'write:x'], granted: ['read:x'] });
    const { body } = await site.token({
      grant_type: 'client_credentials',
      client_id: machine.clientId,
      client_secret: machine.clientSecret,
      audience: machine.audience,
    });
    const token = body.access_token as string;
    const protectedApi = createApi({ issuer: site.issuer, audience: machine.audience, explainRefusals: true });
    const verdict = await protectedApi.verify(token, { scopes: ['write:x'] });
    assert.ok(verdict.kind === 'refused' && verdict.refusal.status === 403);
    const uri = verdict.kind === 'refused' ? (verdict.refusal.errorUri ?? '') : '';
    const path = uri.slice(site.base.length);
    assert.ok(!uri.includes(token.slice(0, 20)));
    // It is handed over while the refusal is already answered.
    let shown = await site.send('GET', path);
    for (let tries = 0; shown.status === 404 && tries < 200; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 25));
      shown = await site.send('GET', path);
    }
    assert.equal(shown.status, 200, shown.text);
    assert.match(shown.text, /The token lacks a scope/);
    assert.match(shown.text, /this was not among it/);
    assert.match(shown.text, /How it was issued/);
    assert.ok(!shown.text.includes(token));
    assert.equal((await site.send('GET', path)).status, 404, 'once');
    await site.house.logs.flush();
    const { body: events, text } = await site.manage('GET', '/logs?q=type:w');
    assert.equal(events[0]?.details.cause.code, 'missing_scope', text);
    assert.equal(events[0]?.client_id, machine.clientId);
    assert.ok(!text.includes(token));
  });

  test('only programs of this machine hand refusals over', async () => {
    const refusal = { reference: randomBytes(18).toString('base64url'), token: 'x', audience: 'a', scope: '' };
    const send = (headers: Record<string, string>, body: object = refusal) =>
      site.send('POST', '/dev/refusals', {
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      });
    assert.equal((await send({ origin: 'https://evil.example.com' })).status, 403);
    assert.equal((await send({ 'x-forwarded-for': '203.0.113.1' })).status, 403);
    assert.equal((await send({ 'content-type': 'text/plain' })).status, 400);
    assert.equal((await send({}, { ...refusal, reference: 'short' })).status, 400);
    assert.equal((await send({})).status, 201);
    const path = `/dev/explain/${refusal.reference}`;
    assert.equal((await site.send('HEAD', path)).status, 405, 'a link preview uses nothing up');
    assert.equal((await site.send('GET', path, { headers: { 'x-forwarded-for': '203.0.113.1' } })).status, 403);
    assert.equal((await site.send('GET', path)).status, 200);
  });

  test('what a stranger put into a token is text on the page of its refusal', async () => {
    const markup = '"><img src=x onerror="alert(1)"><script>alert(1)</script>{{7*7}}';
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = { iss: markup, aud: [markup], sub: markup, azp: markup, scope: markup, iat: 1, exp: 2 };
    const token = `${part({ alg: 'RS256', kid: markup, typ: markup })}.${part(claims)}.AAAA`;
    const reference = randomBytes(18).toString('base64url');
    const sent = await site.send('POST', '/dev/refusals', {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ reference, token, audience: markup, scope: 'read:x' }),
    });
    assert.equal(sent.status, 201, sent.text);
    const { text, headers } = await site.send('GET', `/dev/explain/${reference}`);
    assert.match(text, /&lt;img src=x onerror=/);
    assert.doesNotMatch(text, /<(img|script)\b/);
    assert.match(headers.get('content-security-policy') ?? '', /default-src 'none'/);
    assert.ok(!text.includes(token));
  });

  test('a server of people has no such routes', async () => {
    const people = await serveHere('sqlite', { flags: ['--domain', 'login.example.com'] });
    try {
      assert.ok(!people.house.routes.some(({ path }) => path.startsWith('/dev/')));
    } finally {
      await people.stop();
    }
  });
});
