// The property of previews: for any configuration, what the preview tells is what the endpoints issue, to the last claim, and
// every scope that was dropped has a reason. COUNTERSIGN_PREVIEWS says how many configurations are tried on SQLite; a twentieth
// as many are asked with a password, and PostgreSQL gets a tenth
// of all, or what is needed to reach every way.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import * as fc from 'fast-check';
import { findUser } from '../../src/domain/accounts/find.ts';
import { storeConsent } from '../../src/domain/issuing/consent.ts';
import { drawnClaims, drawnLater } from '../../src/domain/issuing/dry-run.ts';
import { readToken } from '../../src/domain/issuing/refresh-token.ts';
import { issuedTokens } from '../../src/domain/issuing/user-tables.ts';
import { startSession } from '../../src/domain/sessions/lifecycle.ts';
import { sessions } from '../../src/domain/sessions/session.ts';
import { defaultTenant } from '../../src/domain/tenants/hosts.ts';
import { settingsOf } from '../../src/domain/tenants/settings.ts';
import type { PreviewedToken, TokenPreview } from '../../src/resources/index.ts';
import type { TenantHost } from '../../src/schema/brand.ts';
import type { Answer, Ask } from '../../src/web/exchange.ts';
import { application, claimsOf, headerOf, type Running } from '../issuing/login.ts';
import { engines, serveHere } from '../support/running.ts';
import { audience, type Configuration, callback, configurations, passwordConfigurations } from './random-tenant.ts';
import { configure, type Rows } from './written-tenant.ts';

const wanted = Number(process.env.COUNTERSIGN_PREVIEWS ?? 2000);
const verifier = 'v'.repeat(50);
const challenge = createHash('sha256').update(verifier).digest('base64url');
const email = 'random@example.com';
const password = 'Correct-horse-7';
const nonce = '(nonce of the request)';

/** What was issued, or the error that came instead. */
interface Outcome {
  readonly error?: string;
  readonly description?: string;
  readonly askedForConsent: boolean;
  /** Pages that had to be answered besides, by their paths. */
  readonly stuckAt?: string;
  readonly front?: Record<string, string>;
  // biome-ignore lint/suspicious/noExplicitAny: an answer's JSON, compared by assertions
  readonly body?: any;
}

for (const engine of engines) {
  describe(`previews and issuance agree on ${engine}`, () => {
    const runs = engine === 'sqlite' ? wanted : Math.max(1000, Math.ceil(wanted / 10));
    let site: Running & { stop(): Promise<void> };
    let rows: Rows;
    let call: (
      method: string,
      path: string,
      init?: { body?: string; json?: object; headers?: object },
    ) => Promise<Answer>;
    let administrator: string;
    const now = Date.now();

    before(async () => {
      site = await serveHere(engine, { now: () => now });
      const { routes } = site.house;
      const url = new URL(site.base);
      call = async (method, target, { body = '', json, headers = {} } = {}) => {
        const { pathname, search } = new URL(target, url);
        const route = routes.find((one) => one.method === method && one.path === pathname);
        assert.ok(route, `${method} ${pathname}`);
        const text = json ? JSON.stringify(json) : body;
        const ask: Ask = {
          id: 'test',
          method,
          path: pathname,
          params: {},
          query: search.slice(1),
          headers: {
            'content-type': json ? 'application/json' : 'application/x-www-form-urlencoded',
            ...(headers as Record<string, string>),
          },
          repeated: new Set(),
          body: Buffer.from(text),
          ip: '127.0.0.1',
          tenant: defaultTenant,
          host: site.host as TenantHost,
          issuer: site.issuer,
        };
        return route.handle(ask);
      };
      rows = await makeRows(site);
      const reply = await site.token({
        grant_type: 'client_credentials',
        client_id: site.admin.clientId,
        client_secret: site.admin.clientSecret,
        audience: `https://${site.host}/api/v2/`,
      });
      administrator = reply.body.access_token;
    });
    after(() => site.stop());

    const store = () => site.house.database.store(defaultTenant);
    const json = (answer: Answer) => JSON.parse(answer.body ?? 'null');

    async function preview(drawn: Configuration): Promise<TokenPreview> {
      const { asked } = drawn;
      const machine = asked.how === 'client_credentials';
      const login = asked.how.includes('code') ? 'authorization_code' : 'implicit';
      const answer = await call('POST', '/api/v2/tokens/preview', {
        headers: { authorization: `Bearer ${administrator}` },
        json: {
          client_id: rows.client,
          grant_type: machine || asked.how.includes('password') ? asked.how : login,
          ...(machine ? {} : { user_id: rows.user }),
          ...(machine || asked.how.includes('password') ? {} : { response_type: asked.how }),
          ...Object.fromEntries(sent(drawn)),
        },
      });
      assert.equal(answer.status, 200, answer.body ?? '');
      return json(answer);
    }

    /** Parameters that travel as they are. */
    function sent({ asked }: Configuration): [string, string][] {
      const organization = { id: rows.organization.id, name: rows.organization.name, other: 'org_nobody123456' };
      const values = {
        audience: asked.audience,
        resource: asked.resource,
        scope: asked.scope?.join(' '),
        organization: asked.organization && organization[asked.organization],
      };
      return Object.entries(values).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, value] as [string, string]],
      );
    }

    function credentials({ client }: Configuration): [string, string][] {
      return [
        ['client_id', rows.client],
        ...(client.isPublic ? [] : [['client_secret', rows.secret] as [string, string]]),
      ];
    }

    /** What needs no browser. */
    async function issueAtOnce(drawn: Configuration): Promise<Outcome> {
      const { how } = drawn.asked;
      const params: [string, string][] = [['grant_type', how], ...credentials(drawn), ...sent(drawn)];
      if (how.includes('password')) params.push(['username', email], ['password', password]);
      if (how.includes('realm')) params.push(['realm', rows.connectionName]);
      const answer = await call('POST', '/oauth/token', { body: String(new URLSearchParams(params)) });
      const body = json(answer);
      return answer.status === 200
        ? { askedForConsent: false, body }
        : { askedForConsent: false, error: body.error, description: body.error_description };
    }

    async function issueToUser(drawn: Configuration): Promise<Outcome> {
      const words = drawn.asked.how.split(' ');
      const params = new URLSearchParams([
        ['client_id', rows.client],
        ['redirect_uri', callback],
        ['response_type', drawn.asked.how],
        ...sent(drawn),
        ...(words.includes('id_token') ? [['nonce', nonce]] : []),
        ...(words.includes('code')
          ? [
              ['code_challenge', challenge],
              ['code_challenge_method', 'S256'],
            ]
          : []),
      ] as [string, string][]);
      const user = await findUser(store(), rows.user);
      assert.ok(user);
      const settings = await settingsOf(site.house.database, site.house.snapshot, defaultTenant);
      const proof = { user_id: rows.user, connection: user.connection, method: 'pwd', ip: '', user_agent: '' } as const;
      const { handle } = await store().transact((tx) => startSession(tx, proof, settings, now));
      const headers = { cookie: `countersign=${handle}` };
      let askedForConsent = false;
      for (;;) {
        const answer = await call('GET', `/authorize?${params}`, { headers });
        const location = String(answer.headers?.location ?? '');
        if (answer.status === 302 && !location.startsWith(callback)) {
          const path = new URL(location, site.base).pathname;
          if (!path.includes('consent') || askedForConsent) return { askedForConsent, stuckAt: path };
          askedForConsent = true;
          const seen = await preview(drawn);
          const audienceOf = seen.access_token?.format === 'opaque' || !named(drawn) ? undefined : audience;
          const scopes = seen.consent?.scopes ?? [];
          const given = { user_id: rows.user, client_id: rows.client, audience: audienceOf, scopes };
          assert.equal(await store().transact((tx) => storeConsent(tx, given)), true);
          continue;
        }
        assert.ok([302, 303].includes(answer.status), `${answer.status} ${answer.body}`);
        const { search, hash } = new URL(location);
        const got = Object.fromEntries(new URLSearchParams(hash === '' ? search : hash.slice(1)));
        if (got.error !== undefined)
          return {
            askedForConsent,
            error: got.error,
            ...(got.error_description ? { description: got.error_description } : {}),
          };
        if (got.code === undefined) return { askedForConsent, front: got };
        const exchange = [
          ['grant_type', 'authorization_code'],
          ...credentials(drawn),
          ['redirect_uri', callback],
          ['code', got.code ?? ''],
          ['code_verifier', verifier],
        ];
        const bought = await call('POST', '/oauth/token', {
          body: String(new URLSearchParams(exchange as [string, string][])),
        });
        const body = json(bought);
        const hybrid = words.length > 1 ? { front: got } : {};
        if (bought.status === 200) return { askedForConsent, body, ...hybrid };
        return { askedForConsent, error: body.error, description: body.error_description };
      }
    }

    const named = ({ asked, tenant }: Configuration) =>
      asked.audience !== undefined ||
      (asked.resource !== undefined && tenant.resource_parameter_profile !== 'audience') ||
      tenant.default_audience !== '';

    function sameToken(seen: PreviewedToken | undefined, issued: string | undefined, expiresIn: unknown, what: string) {
      assert.equal(seen === undefined, issued === undefined, `${what}: whether there is one`);
      if (!seen || issued === undefined) return;
      if (expiresIn !== undefined) assert.equal(String(seen.expires_in), String(expiresIn), `${what}: expires_in`);
      if (seen.format === 'opaque') return assert.ok(!issued.includes('.'), `${what} is opaque`);
      const claims = claimsOf(issued);
      const shown = Object.fromEntries(
        Object.entries<unknown>(claims).map(([name, value]) => [
          name,
          drawnClaims.some((drawn) => drawn === name) ? drawnLater : value,
        ]),
      );
      assert.equal(JSON.stringify(seen.claims), JSON.stringify(shown), `${what}: claims, in their order`);
      const header = headerOf(issued);
      // A ring of keys is made with the first token that needs it: before that there is no kid to tell.
      const known = 'kid' in (seen.header ?? {}) ? header : { alg: header.alg, typ: header.typ };
      assert.deepEqual(seen.header, known, `${what}: header`);
    }

    async function sameProfile(seen: TokenPreview, token: string | undefined) {
      if (!seen.userinfo || token === undefined) return;
      const answer = await call('GET', '/userinfo', {
        headers: { authorization: `Bearer ${token}`, 'content-type': undefined },
      });
      assert.equal(seen.userinfo.status, answer.status, `/userinfo: ${JSON.stringify(seen.userinfo)} ${answer.body}`);
      if (answer.status === 200) assert.equal(JSON.stringify(seen.userinfo.claims), answer.body, '/userinfo');
    }

    function everyDropHasAReason(drawn: Configuration, seen: TokenPreview) {
      if (seen.outcome !== 'issued') return assert.ok(seen.refusal?.because, 'a refusal has a reason');
      const granted = new Set((seen.scope ?? '').split(' '));
      for (const scope of drawn.asked.scope ?? []) {
        const verdict = seen.scopes.find(({ value }) => value === scope);
        assert.equal(verdict?.granted, granted.has(scope), scope);
        assert.ok(verdict && verdict.rule !== 'unknown' && verdict.because.length > 10, `${scope} has a reason`);
      }
    }

    const seenOutcomes = new Map<string, number>();
    const note = (what: string) => seenOutcomes.set(what, (seenOutcomes.get(what) ?? 0) + 1);

    async function judge(drawn: Configuration) {
      await configure(site.house, rows, drawn);
      const machine = drawn.asked.how === 'client_credentials';
      const seen = await preview(drawn);
      everyDropHasAReason(drawn, seen);
      note(`${drawn.asked.how} is ${seen.outcome}`);
      for (const { granted, rule } of seen.scopes) if (!granted) note(`dropped by ${rule}`);
      const atOnce = machine || drawn.asked.how.includes('password');
      const outcome = await (atOnce ? issueAtOnce(drawn) : issueToUser(drawn));
      if (outcome.stuckAt !== undefined) {
        assert.equal(
          seen.refusal?.error,
          'login_required',
          `stuck at ${outcome.stuckAt}: ${JSON.stringify(seen.refusal)}`,
        );
        return;
      }
      if (outcome.error !== undefined) {
        assert.equal(seen.refusal?.error, outcome.error, JSON.stringify([seen.refusal, outcome]));
        if (drawn.tenant.answer_dialect === 'auth0' && drawn.client.dialect !== 'oidc')
          assert.equal(seen.refusal?.error_description, outcome.description);
        return;
      }
      assert.equal(seen.outcome, 'issued', JSON.stringify([seen.refusal, outcome]));
      if (!atOnce) assert.equal(seen.consent?.needed, outcome.askedForConsent, JSON.stringify(seen.consent));
      const { body, front } = outcome;
      const last = body ?? front;
      sameToken(seen.access_token, last.access_token, last.expires_in, 'access token');
      sameToken(seen.id_token, last.id_token, undefined, 'ID token');
      if (body && front) {
        sameToken(
          seen.front_channel?.access_token,
          front.access_token,
          front.expires_in,
          'access token beside the code',
        );
        sameToken(seen.front_channel?.id_token, front.id_token, undefined, 'ID token beside the code');
      }
      assert.equal(seen.refresh_token !== undefined, last.refresh_token !== undefined, 'refresh token');
      const { iss: _iss, state: _state, session_state: _session, ...members } = last;
      assert.deepEqual(
        Object.entries(seen.response ?? {}).map(([name, value]) => [name, name.endsWith('token') ? 'a token' : value]),
        Object.entries(members).map(([name, value]) => [name, name.endsWith('token') ? 'a token' : value]),
        'members of the answer, in their order',
      );
      if (last.access_token) await sameProfile(seen, last.access_token);
      if (last.refresh_token) await sameExchange(drawn, last.refresh_token);
    }

    /** The exchange of a refresh token, previewed for the one that exists and for the one that such a login brings. */
    async function sameExchange(drawn: Configuration, token: string) {
      const { narrowed, scope, audience: named, resource } = drawn.asked;
      const ask = { client_id: rows.client, grant_type: 'refresh_token' };
      const previewed = async (more: object): Promise<TokenPreview> => {
        const headers = { authorization: `Bearer ${administrator}` };
        const answer = await call('POST', '/api/v2/tokens/preview', { headers, json: { ...ask, ...more } });
        assert.equal(answer.status, 200, answer.body ?? '');
        return json(answer);
      };
      const words = narrowed?.join(' ');
      const seen = await previewed({
        refresh_token_id: readToken(token)?.family,
        ...(words === undefined ? {} : { scope: words }),
      });
      const afterLogin = await previewed({
        user_id: rows.user,
        scope: scope?.join(' '),
        ...(named === undefined ? {} : { audience: named }),
        ...(resource === undefined ? {} : { resource }),
      });
      const params = [['grant_type', 'refresh_token'], ...credentials(drawn), ['refresh_token', token]] as [
        string,
        string,
      ][];
      if (words !== undefined) params.push(['scope', words]);
      const answer = await call('POST', '/oauth/token', { body: String(new URLSearchParams(params)) });
      const body = json(answer);
      note(`refresh is ${answer.status}`);
      if (answer.status !== 200) {
        assert.equal(seen.refusal?.error, body.error, JSON.stringify([seen.refusal, body]));
        return;
      }
      assert.equal(seen.outcome, 'issued', JSON.stringify([seen.refusal, body]));
      // A password grant asks for more scopes than a login that names the same.
      const alike = narrowed === undefined && !drawn.asked.how.includes('password');
      for (const one of alike ? [seen, afterLogin] : [seen]) {
        sameToken(one.access_token, body.access_token, body.expires_in, 'refreshed access token');
        sameToken(one.id_token, body.id_token, undefined, 'refreshed ID token');
        assert.equal(one.scope, body.scope);
        assert.deepEqual(Object.keys(one.response ?? {}), Object.keys(body), 'members of the answer');
      }
    }

    /** A row of sessions for every login would make each next one slower. */
    let judged = 0;
    async function agree(drawn: Configuration) {
      await judge(drawn);
      if (++judged % 200 !== 0) return;
      await store().transact(async (tx) => {
        await tx.removeAll(sessions, { user_id: rows.user });
        await tx.removeAll(issuedTokens, { user_id: rows.user });
      });
    }
    const seed = process.env.COUNTERSIGN_SEED ? { seed: Number(process.env.COUNTERSIGN_SEED) } : {};

    /** What was drawn reached both ends of each of these ways to tokens, or the property says little. */
    function reached(...ways: string[]) {
      for (const how of ways)
        for (const outcome of ['issued', 'refused'])
          assert.ok(
            seenOutcomes.has(`${how} is ${outcome}`),
            `${how} is ${outcome}: ${JSON.stringify([...seenOutcomes])}`,
          );
    }

    const passwordRuns = Math.max(100, Math.ceil(runs / 20));
    test(`in ${passwordRuns} configurations asked with a password`, async () => {
      await fc.assert(fc.asyncProperty(passwordConfigurations, agree), { numRuns: passwordRuns, ...seed });
      reached('password', 'http://auth0.com/oauth/grant-type/password-realm');
    });

    test(`in ${runs} configurations`, async () => {
      await fc.assert(fc.asyncProperty(configurations, agree), { numRuns: runs, ...seed });
      reached('client_credentials', 'code', 'token', 'id_token', 'id_token token', 'code id_token', 'code token');
      assert.ok(seenOutcomes.has('refresh is 200'));
      for (const rule of ['api_scopes', 'client_grant', 'requested', 'permissions', 'offline_access', 'third_party'])
        assert.ok(seenOutcomes.has(`dropped by ${rule}`), rule);
    });
  });
}

async function makeRows(site: Running): Promise<Rows> {
  const must = async (path: string, body: object) => {
    const reply = await site.manage('POST', path, body);
    assert.equal(reply.status, 201, reply.text);
    return reply.body;
  };
  const api = await must('/resource-servers', { name: 'Random', identifier: audience, scopes: [] });
  // Rings of every algorithm, as an API of each would have made them.
  for (const signing_alg of ['ES256', 'PS256', 'EdDSA']) {
    await must('/resource-servers', {
      name: signing_alg,
      identifier: `https://${signing_alg}.example.com/`,
      signing_alg,
    });
  }
  const client = await application(site, { callbacks: [callback] });
  const machineGrant = await must('/client-grants', { client_id: client.id, audience, scope: [] });
  const userGrant = await must('/client-grants', { client_id: client.id, audience, scope: [], subject_type: 'user' });
  const organization = await must('/organizations', { name: 'acme' });
  const user = await must('/users', { connection: 'Username-Password-Authentication', email, password });
  const [connection] = (await site.manage('GET', '/connections')).body;
  return {
    api: api.id,
    client: client.id,
    secret: client.secret,
    machineGrant: machineGrant.id,
    userGrant: userGrant.id,
    organization: { id: organization.id, name: organization.name },
    connection: connection.id,
    connectionName: connection.name,
    user: user.user_id,
  };
}
