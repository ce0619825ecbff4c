// The clients and libraries that people already have, unmodified, against the https port with the development CA.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { decodeJwt } from 'jose';
import { clientFacts } from '../../src/domain/clients/facts.ts';
import { keepRefreshToken, newRefreshToken } from '../../src/domain/issuing/refresh-issue.ts';
import { newFamily } from '../../src/domain/issuing/refresh-token.ts';
import { defaultTenant } from '../../src/domain/tenants/hosts.ts';
import { makeConnection } from '../management/people.ts';
import { peopled } from '../support/people.ts';
import { type Machine, serveHere } from '../support/running.ts';

/** Runs a program that prints one JSON object; it trusts our CA the way the banner says. */
// biome-ignore lint/suspicious/noExplicitAny: what the program printed, read by assertions
function program(name: string, ca: string, env: Record<string, string>): Promise<any> {
  const file = fileURLToPath(new URL(`./programs/${name}.ts`, import.meta.url));
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [file], {
      env: { ...process.env, NODE_EXTRA_CA_CERTS: ca, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => (stdout += chunk));
    child.stderr.on('data', (chunk) => (stderr += chunk));
    child.once('exit', (code) =>
      code === 0 ? resolve(JSON.parse(stdout)) : reject(new Error(`${name} ended with ${code}: ${stderr}`)),
    );
  });
}

describe('official clients over https', () => {
  let site: Awaited<ReturnType<typeof serveHere>>;
  let machine: Machine;
  let domain: string;
  let issuer: string;
  let ca: string;
  before(async () => {
    site = await serveHere('sqlite', { https: true });
    machine = await site.machine({ scopes: ['read:x', 'write:x'] });
    domain = `localhost:${site.httpsPort}`;
    issuer = `https://${domain}/`;
    ca = site.caPath ?? '';
  });
  after(() => site.stop());

  test('openid-client discovers, and gets tokens by post, Basic and private_key_jwt', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const assertive = await site.machine({
      client: {
        client_authentication_methods: {
          private_key_jwt: { credentials: [{ credential_type: 'public_key', name: 'k', pem }] },
        },
      },
    });
    const result = await program('openid-client', ca, {
      ISSUER: issuer,
      CLIENT_ID: machine.clientId,
      CLIENT_SECRET: machine.clientSecret,
      AUDIENCE: machine.audience,
      JWT_CLIENT_ID: assertive.clientId,
      JWT_AUDIENCE: assertive.audience,
      PRIVATE_KEY: privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64'),
    });
    assert.deepEqual(result, {
      issuer,
      scopes: ['read:x write:x', 'read:x', 'read:x write:x'],
      expiresIn: result.expiresIn,
      refused: '401 access_denied Unauthorized',
    });
    assert.ok(result.expiresIn > 86_000);
  });

  test('the auth0 Node SDK creates an API, a client and a grant, pages through lists, and rotates the secret', async () => {
    const result = await program('auth0-management', ca, {
      DOMAIN: domain,
      CLIENT_ID: site.admin.clientId,
      CLIENT_SECRET: site.admin.clientSecret,
    });
    assert.equal(result.api, 'https://sdk.example.com/');
    assert.ok(result.sameApi && result.listed && result.grantListed);
    assert.equal(result.lifetime, 600);
    assert.ok(result.apis.includes('https://sdk.example.com/') && result.apis.includes(machine.audience));
    assert.ok(
      result.apis.includes(`https://${domain}/api/v2/`),
      'the Management API is one of the APIs, named by the host that was asked',
    );
    assert.equal(result.missing, '404 inexistent_client');
    assert.notEqual(result.secret, result.firstSecret);
    const exchange = (secret: string) =>
      site.token({
        grant_type: 'client_credentials',
        client_id: result.clientId,
        client_secret: secret,
        audience: 'https://sdk.example.com/',
      });
    assert.equal((await exchange(result.firstSecret)).status, 401);
    assert.equal((await exchange(result.secret)).status, 403, 'authenticated, and without the grant that was deleted');
  });

  test('the auth0 Node SDK creates a user and a role, gives permissions, searches, and ends sessions', async () => {
    const CONNECTION = await makeConnection(site);
    const { id, ...result } = await program('auth0-people', ca, {
      DOMAIN: domain,
      CLIENT_ID: site.admin.clientId,
      CLIENT_SECRET: site.admin.clientSecret,
      CONNECTION,
    });
    assert.deepEqual(result, {
      email: 'sdk@example.com',
      held: ['read:people'],
      roles: ['Made by the SDK'],
      holders: [id],
      found: [id],
      byEmail: [id],
      metadata: { a: 1, b: 2 },
      blocked: true,
      sessions: [],
      grants: [],
      primary: '#0059d6',
      gone: '404 inexistent_user',
    });
  });

  test('the auth0 Node SDK reads active users and the logins of days', async () => {
    const people = peopled(site);
    const client = await people.webClient({ grant_types: ['http://auth0.com/oauth/grant-type/password-realm'] });
    for (const user of [await people.user(), await people.user()]) {
      const reply = await site.token({
        grant_type: 'http://auth0.com/oauth/grant-type/password-realm',
        realm: 'Username-Password-Authentication',
        client_id: client.id,
        client_secret: client.secret ?? '',
        username: user.email,
        password: user.password,
      });
      assert.equal(reply.status, 200, reply.text);
    }
    await site.house.logs.flush();
    const { body: active } = await site.manage('GET', '/stats/active-users');
    assert.ok(active >= 2);
    const { logins, ...result } = await program('auth0-stats', ca, {
      DOMAIN: domain,
      CLIENT_ID: site.admin.clientId,
      CLIENT_SECRET: site.admin.clientSecret,
    });
    assert.ok(logins >= 2);
    assert.deepEqual(result, { active, none: [], same: true, wrong: '400 invalid_query_string' });
  });

  test('the auth0 Node SDK sets how often a password may be guessed, sees who guessed too often, and lets them in again', async () => {
    const CONNECTION = await makeConnection(site);
    const { body: app } = await site.manage('POST', '/clients', {
      name: 'Password client',
      app_type: 'regular_web',
      grant_types: ['http://auth0.com/oauth/grant-type/password-realm'],
    });
    const { body: connections } = await site.manage('GET', `/connections?name=${CONNECTION}`);
    const enabled = { enabled_clients: [app.client_id] };
    assert.equal((await site.manage('PATCH', `/connections/${connections[0].id}`, enabled)).status, 200);
    const result = await program('auth0-limits', ca, {
      DOMAIN: domain,
      CLIENT_ID: site.admin.clientId,
      CLIENT_SECRET: site.admin.clientSecret,
      APP_ID: app.client_id,
      APP_SECRET: app.client_secret,
      CONNECTION,
    });
    const right = '200 Bearer openid profile email address phone';
    assert.deepEqual(result, {
      attempts: 2,
      stages: ['pre-login', 'pre-user-registration', 'pre-custom-token-exchange'],
      logins: [right, '403 invalid_grant', '403 invalid_grant', '429 too_many_attempts', right],
      blocks: [`limits@example.com ${CONNECTION}`],
      named: 1,
      address: '404',
    });
  });

  test('the auth0 Node SDK makes links, and says by what mails leave and what they say', async () => {
    const CONNECTION = await makeConnection(site);
    const user = {
      connection: CONNECTION,
      email: 'mail@example.com',
      password: 'Correct-horse-1',
      verify_email: false,
    };
    const { body: made } = await site.manage('POST', '/users', user);
    const result = await program('auth0-mail', ca, {
      DOMAIN: domain,
      CLIENT_ID: site.admin.clientId,
      CLIENT_SECRET: site.admin.clientSecret,
      USER_ID: made.user_id,
    });
    const shown = { smtp_host: 'smtp.example.com', smtp_port: 587, smtp_user: 'user' };
    assert.deepEqual(result, {
      links: [`${site.base}/u/reset-password?ticket=*`, `${site.base}/u/email-verification?ticket=*`],
      job: ['verification_email', true],
      none: '404',
      provider: shown,
      changed: 'info@example.com',
      read: shown,
      template: 'Hi',
      kept: true,
    });
  });

  test('express-oauth2-jwt-bearer accepts our token, and refuses a wrong audience and a missing scope', async () => {
    const other = await site.machine();
    const tokenOf = async (who: Machine) => {
      const { request } = await import('node:https');
      const { readFileSync } = await import('node:fs');
      const body = new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: who.clientId,
        client_secret: who.clientSecret,
        audience: who.audience,
      }).toString();
      return new Promise<string>((resolve, reject) => {
        const sent = request(
          `${issuer}oauth/token`,
          {
            method: 'POST',
            ca: readFileSync(ca),
            headers: { 'content-type': 'application/x-www-form-urlencoded', 'content-length': Buffer.byteLength(body) },
          },
          (response) => {
            let text = '';
            response.on('data', (chunk) => (text += chunk));
            response.once('end', () => resolve(JSON.parse(text).access_token));
          },
        );
        sent.once('error', reject);
        sent.end(body);
      });
    };
    const right = await tokenOf(machine);
    assert.equal(decodeJwt(right).iss, issuer);
    const answers = await program('express-oauth2-jwt-bearer', ca, {
      ISSUER: issuer,
      AUDIENCE: machine.audience,
      TOKENS: JSON.stringify({ right, wrong: await tokenOf(other) }),
    });
    assert.equal(answers['right /read'], '200 {"ok":true}');
    assert.match(answers['right /admin'], /^403 .*insufficient_scope/);
    assert.match(answers['wrong /read'], /^401 .*invalid_token/);
  });

  test('auth0-auth-js and openid-client refresh and revoke, and the Node SDK sees what is left', async () => {
    const { house } = site;
    const people = peopled(site);
    const [person, client] = await Promise.all([
      people.user(),
      people.webClient({ refresh_token: { rotation_type: 'rotating', expiration_type: 'expiring' } }),
    ]);
    // As a login at the https port would keep them; the programs have no browser.
    const tokens = await house.database.store(defaultTenant).transact(async (tx) => {
      const made = Array.from({ length: 3 }, () =>
        newRefreshToken(
          {
            family: newFamily(),
            client: clientFacts({ client_id: client.id, refresh_token: { rotation_type: 'rotating' } }, []),
            user_id: person.userId,
            issuer,
            scopes: ['openid', 'profile', 'offline_access'],
            caller: { ip: '127.0.0.1', user_agent: 'tests' },
          },
          Date.now(),
        ),
      );
      for (const one of made) await keepRefreshToken(tx, one, Date.now());
      return made.map(({ token }) => token);
    });
    const result = await program('refresh', ca, {
      DOMAIN: domain,
      CLIENT_ID: site.admin.clientId,
      CLIENT_SECRET: site.admin.clientSecret,
      APP_ID: client.id,
      APP_SECRET: client.secret ?? '',
      USER_ID: person.userId,
      TOKENS: tokens.join(' '),
    });
    const whole = 'openid profile offline_access';
    assert.deepEqual(result, {
      renewed: true,
      scopes: [whole, 'openid', whole],
      subject: true,
      refused: ['invalid_grant', 'invalid_grant', 'invalid_grant'],
      listed: 1,
      audience: `https://${domain}/userinfo`,
    });
  });
});
