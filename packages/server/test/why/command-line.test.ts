// The command line that says why: explain, logs tail, test login and login, as programs beside a running server.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { isAnswerTo } from '../../src/cli/browser-login.ts';
import { findCredential, keepCredential } from '../../src/cli/credential.ts';
import { isWanted, logLine } from '../../src/cli/logs.ts';
import { refusePlainHttp } from '../../src/cli/remote.ts';
import type { LogRecord } from '../../src/domain/logs/record.ts';
import { walk } from '../support/relying-party.ts';
import { type Machine, serveHere } from '../support/running.ts';
import { userAgent } from '../support/user-agent.ts';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const person = { userId: '', email: 'ada@example.com', password: 'Correct-Horse-9-Battery' };

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

describe('the command line', () => {
  let site: Awaited<ReturnType<typeof serveHere>>;
  let machine: Machine;
  let home: string;
  before(async () => {
    site = await serveHere();
    home = await mkdtemp(join(tmpdir(), 'countersign-home-'));
    machine = await site.machine({ scopes: ['read:x', 'write:x'], granted: ['read:x'] });
    const made = await site.manage('POST', '/users', {
      connection: 'Username-Password-Authentication',
      email: person.email,
      password: person.password,
    });
    assert.equal(made.status, 201, made.text);
  });
  after(async () => {
    await site.stop();
    await rm(home, { recursive: true, force: true });
  });

  /** Runs a command; `onError` sees what it says while it runs. */
  function run(
    args: readonly string[],
    input = '',
    onError: (text: string) => void = () => undefined,
    here = true,
  ): Promise<Ended> {
    return new Promise((resolve) => {
      const port = args.includes('--port') ? [] : ['--port', new URL(site.base).port];
      const at = ['--data', site.data, ...port];
      const child = spawn(process.execPath, ['--conditions=countersign-source', main, ...args, ...(here ? at : [])], {
        env: { ...process.env, COUNTERSIGN_CREDENTIALS: join(home, 'credentials.json') },
      });
      let [out, err] = ['', ''];
      child.stdout.on('data', (chunk) => (out += chunk));
      child.stderr.on('data', (chunk) => {
        err += chunk;
        onError(err);
      });
      child.stdin.end(input);
      const timer = setTimeout(() => child.kill(), 60_000);
      child.once('exit', (code) => {
        clearTimeout(timer);
        resolve({ code, out, err });
      });
    });
  }
  const machineToken = async () => {
    const { body } = await site.token({
      grant_type: 'client_credentials',
      client_id: machine.clientId,
      client_secret: machine.clientSecret,
      audience: machine.audience,
    });
    await site.house.logs.flush();
    return body.access_token as string;
  };

  /** Signs in where the program says. */
  function signingIn() {
    let begun = false;
    return (said: string) => {
      const address = /http:\/\/\S+\/authorize\S+/.exec(said)?.[0];
      if (begun || address === undefined || !said.includes(`${address}\n`)) return;
      begun = true;
      void walk(userAgent(), address, { person }).then((ending) => {
        assert.equal(ending.kind, 'client', ending.view.text.slice(0, 300));
        if (ending.kind === 'client') return fetch(`${ending.at}?${new URLSearchParams(ending.params)}`);
        return undefined;
      });
    };
  }

  test('explain says the one cause of a token that is piped in', async () => {
    const token = await machineToken();
    const { code, out, err } = await run(
      ['explain', '-', '--api', machine.audience, '--scope', 'write:x'],
      `${token}\n`,
    );
    assert.equal(code, 0, err);
    assert.match(out, /^The token lacks a scope \(missing_scope\)/);
    assert.match(out, /this was not among it/);
    assert.match(out, /command: +curl -X PATCH \S+\/client-grants\/cgr_\w+ .*"read:x","write:x"/);
    assert.match(out, /TOKEN is one of the Management API .*countersign test token --audience/);
    assert.ok(!out.includes(token));
    const given = await run(['explain', token, '--api', machine.audience.slice(0, -1)]);
    assert.match(given.out, /near_miss_audience/);
  });

  test('the commands that are printed mend what they are printed for', async () => {
    const who = await site.machine({ scopes: ['read:x', 'write:x'], granted: ['read:x'] });
    const { body } = await site.token({
      grant_type: 'client_credentials',
      client_id: who.clientId,
      client_secret: who.clientSecret,
      audience: who.audience,
    });
    const why = (token: string) => run(['explain', token, '--api', who.audience, '--scope', 'write:x']);
    const before = (await why(body.access_token)).out;
    const [, ask = ''] = /countersign (test token --audience .*)/.exec(before) ?? [];
    const management = await run(ask.split(' '));
    assert.equal(management.code, 0, management.err);
    const [, address = '', change = ''] = /curl -X PATCH (\S+) .* -d '(.*)'/.exec(before) ?? [];
    const changed = await fetch(address, {
      method: 'PATCH',
      headers: { authorization: `Bearer ${management.out.trim()}`, 'content-type': 'application/json' },
      body: change,
    });
    assert.equal(changed.status, 200, await changed.text());
    const after = (await why(body.access_token)).out;
    assert.match(after, /changed since/);
    const [, again = ''] = /command: +countersign (test token .*)/.exec(after) ?? [];
    const better = await run(again.split(' '));
    assert.match((await why(better.out.trim())).out, /^The token is accepted/);
  });

  test('explain asks for the issuer by which the token names the server, if nobody says another', async () => {
    const token = await machineToken();
    const { out } = await run(['explain', token, '--api', machine.audience, '--port', '4999']);
    assert.match(out, /^The token is accepted/);
  });

  test('explain makes no store where there is none', async () => {
    const nowhere = join(home, 'nowhere');
    const { code, err } = await run(['explain', 'x', '--data', nowhere], '', undefined, false);
    assert.equal(code, 1);
    assert.match(err, /There is no store in .*--data FOLDER/);
    await assert.rejects(stat(nowhere));
  });

  test('explain takes a piped token in a checkout too, where npm run countersign begins it', async () => {
    const start = fileURLToPath(new URL('../../../../start.mjs', import.meta.url));
    const child = spawn(process.execPath, [start, '--cli', 'explain', '-', '--data', site.data]);
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
    child.stdin.end('x.y.z\n');
    const [code] = await once(child, 'close');
    assert.equal(code, 0, said);
    assert.match(said, /^The token is cut off or damaged \(malformed_token\)/);
  });

  test('logs tail shows events with their reasons', async () => {
    await site.token({ grant_type: 'client_credentials', client_id: machine.clientId, client_secret: 'wrong' });
    await site.house.logs.flush();
    const { code, out, err } = await run(['logs', 'tail', '--once', '--client', machine.clientId, '--type', 'feccft']);
    assert.equal(code, 0, err);
    assert.match(out, /feccft.*\n {4}because the client_secret is wrong/);
    assert.doesNotMatch(out, /seccft/);
  });

  test('a command that names no port works in the name of the server that was started over its data folder', async () => {
    const ask = ['test', 'token', '--client', machine.clientId, '--audience', machine.audience, '--data', site.data];
    const { code, out, err } = await run(ask, '', undefined, false);
    assert.equal(code, 0, err);
    const issuerOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).iss;
    assert.equal(issuerOf(out), site.issuer);
    const said = 'http://localhost:4999/';
    assert.equal(issuerOf((await run([...ask, '--issuer', said], '', undefined, false)).out), said);
    assert.equal(issuerOf((await run([...ask, '--port', '4999'], '', undefined, false)).out), said);
  });

  test('test token prints a token that is good', async () => {
    const { code, out, err } = await run([
      'test',
      'token',
      '--audience',
      machine.audience,
      '--client',
      machine.clientId,
    ]);
    assert.equal(code, 0, err);
    assert.match(out, /^ey[\w-]+\.[\w-]+\.[\w-]+\n$/);
    assert.match(err, /why:/);
  });

  test('test login signs in by the browser and prints the tokens with their traces', async () => {
    const ended = await run(['test', 'login', '--no-browser'], '', signingIn());
    assert.equal(ended.code, 0, ended.err);
    const tokens = JSON.parse(ended.out);
    assert.ok(tokens.access_token && tokens.id_token);
    assert.match(ended.err, /opaque, good at \/userinfo only/);
    assert.match(ended.err, /an authorization code of session/);
    assert.match(ended.err, /ID token\n+header/);
  });

  test('login uses a client of its own, not one that only has its name, and nobody moves it', async () => {
    const callbacks = ['https://evil.test/callback', 'http://127.0.0.1/callback'];
    const named = {
      name: 'Countersign command line',
      app_type: 'native',
      token_endpoint_auth_method: 'none',
      callbacks,
    };
    // Older than the built-in one, as whoever may create clients could be.
    await site.manage('DELETE', '/clients/countersign-cli');
    const impostor = await site.manage('POST', '/clients', named);
    assert.equal(impostor.status, 201, impostor.text);
    const ended = await run(['login', '--no-browser'], '', signingIn());
    assert.equal(ended.code, 0, ended.err);
    const { body: grants } = await site.manage('GET', '/client-grants?subject_type=user');
    const granted = grants.map(({ client_id }: { client_id: string }) => client_id);
    assert.deepEqual(granted, ['countersign-cli']);
    const moved = await site.manage('PATCH', '/clients/countersign-cli', { callbacks });
    assert.equal(moved.status, 400, moved.text);
    assert.match(moved.body.message, /command line's own client/);
    assert.equal((await site.manage('PATCH', '/clients/countersign-cli', { description: 'Ours' })).status, 200);
  });

  test('login takes back what its client was given beyond what the commands need, and so does a start', async () => {
    const { keepCommandLine } = await import('../../src/seed/command-line.ts');
    const own = async () =>
      (await site.manage('GET', '/client-grants?client_id=countersign-cli&subject_type=user')).body[0];
    const needed = ['read:logs', 'read:token_explanations'];
    const { id } = await own();
    const widen = () => site.manage('PATCH', `/client-grants/${id}`, { allow_all_scopes: true, scope: [] });
    assert.equal((await widen()).status, 200);
    const ended = await run(['login', '--no-browser', '--scope', 'openid read:logs update:users'], '', signingIn());
    assert.equal(ended.code, 0, ended.err);
    const kept = await own();
    assert.deepEqual([kept.scope, kept.allow_all_scopes ?? false], [needed, false]);
    const store = site.house.database.store(site.house.hosts.tenantOf(site.host) ?? ('' as never));
    assert.equal((await widen()).status, 200);
    assert.equal(await store.transact(keepCommandLine), true);
    assert.deepEqual((await own()).scope, needed);
    assert.equal(await store.transact(keepCommandLine), false, 'as it must be');
  });

  test('login keeps a credential that only its owner can read, and renewing commands use it', async () => {
    const ended = await run(['login', '--no-browser'], '', signingIn());
    assert.equal(ended.code, 0, ended.err);
    const path = join(home, 'credentials.json');
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    const kept = JSON.parse(await readFile(path, 'utf8'));
    assert.equal(typeof kept[site.issuer].accessToken, 'string');
    // The user may do nothing there: the server's refusal is told in words.
    const refused = await run(['logs', 'tail', '--once', '--issuer', site.issuer]);
    assert.equal(refused.code, 1);
    assert.match(refused.err, /answered 403: Insufficient scope/);
  });

  test('an administrator who logs in may do what the other commands need', async () => {
    const { body: users } = await site.manage('GET', `/users?q=email:"${person.email}"&search_engine=v3`);
    const permissions = ['read:logs', 'read:clients'].map((permission_name) => ({
      permission_name,
      resource_server_identifier: `https://${site.host}/api/v2/`,
    }));
    const given = await site.manage('POST', `/users/${users[0].user_id}/permissions`, { permissions });
    assert.equal(given.status, 201, given.text);
    const ended = await run(['login', '--no-browser'], '', signingIn());
    assert.equal(ended.code, 0, ended.err);
    assert.match(ended.err, /What you may do there: .*read:logs/);
    const seen = await run(['logs', 'tail', '--once', '--issuer', site.issuer]);
    assert.equal(seen.code, 0, seen.err);
  });

  test('what cannot be meant is one sentence', async () => {
    for (const args of [
      ['explain', 'a', 'b'],
      ['logs'],
      ['test'],
      ['test', 'login', '--client', 'nobody', '--no-browser'],
    ]) {
      const { code, err } = await run(args);
      assert.equal(code, 1, args.join(' '));
      assert.equal(err.trim().split('\n').length, 1, err);
    }
  });
});

test('a credential is written to a new file of its own, whatever stands beside it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-credential-'));
  try {
    const path = join(folder, 'credentials.json');
    const beside = `${path}.${process.pid}`;
    await writeFile(beside, 'of somebody else', { mode: 0o666 });
    const issuer = 'https://login.example.com/';
    await keepCredential({ issuer, clientId: 'C', accessToken: 'A', expiresAt: 1 }, path);
    assert.equal((await findCredential(issuer, path))?.accessToken, 'A');
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    assert.equal(await readFile(beside, 'utf8'), 'of somebody else');
    assert.equal((await readdir(folder)).length, 2);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('an ID token of another login is none of this one', () => {
  const idToken = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.AA`;
  assert.ok(isAnswerTo('n-1', idToken({ nonce: 'n-1' })));
  assert.ok(isAnswerTo('n-1', undefined), 'none was asked for');
  for (const claims of [{ nonce: 'n-2' }, {}, { nonce: ['n-1'] }]) assert.ok(!isAnswerTo('n-1', idToken(claims)));
});

test('a credential goes over plain http to this machine only', () => {
  for (const issuer of ['https://login.example.com/', 'http://localhost:3000/', 'http://127.0.0.1:3000/'])
    refusePlainHttp(issuer);
  for (const issuer of [
    'http://login.example.com/',
    'http://10.0.0.1:3000/',
    'http://localhost.example.com/',
    'ftp://localhost/',
  ])
    assert.throws(() => refusePlainHttp(issuer), /must be https/, issuer);
});

test('an event is one line, whatever strangers put into it', () => {
  const record = {
    _id: '1',
    log_id: '1',
    date: '2026-01-01T00:00:00.000Z',
    type: 'f',
    description: 'x\u001b[2J\nnext\u202e',
    client_id: 'C',
  } satisfies LogRecord;
  assert.equal(logLine(record), '2026-01-01T00:00:00.000Z  f       x?[2J?next?  [C]');
  assert.ok(isWanted(record, { type: 's,f', client: 'C' }) && !isWanted(record, { user: 'u' }));
});
