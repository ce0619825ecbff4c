// Starting and stopping the program: what it prints, how it refuses, what survives (security cases SHU, CRA, SEC-03, TWO-08).

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { engines, freePort, freshPlace, spawnServer } from '../support/running.ts';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line to its end; it must end by itself within 20 s. */
function run(args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--conditions=countersign-source', main, ...args], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => (stdout += chunk));
    child.stderr.on('data', (chunk) => (stderr += chunk));
    const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
    child.once('exit', (code) => {
      clearTimeout(timer);
      resolve({ code, stdout, stderr });
    });
  });
}

/** One sentence for the operator and exit code 1; no stack, no path of the source. */
function isPlainRefusal(ended: Ended, says: RegExp): void {
  assert.equal(ended.code, 1, ended.stderr);
  assert.match(ended.stderr, says);
  assert.doesNotMatch(ended.stderr, /\n\s+at /);
  assert.equal(ended.stderr.trim().split('\n').length, 1, ended.stderr);
}

async function folder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'countersign-start-'));
}
const off = ['--port', '0', '--https-port', 'off', '--no-demo', '--log-level', 'silent'];

describe('a start that cannot be', () => {
  test('because the port is taken says which and exits with 1', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as { port: number };
    const data = await folder();
    isPlainRefusal(
      await run(['serve', ...off, '--port', String(port), '--data', data]),
      new RegExp(`Port ${port} .*is taken.*--port`),
    );
    taken.close();
    await rm(data, { recursive: true });
  });

  test('because the data folder is a file', async () => {
    const data = await folder();
    await writeFile(join(data, 'file'), '');
    isPlainRefusal(
      await run(['serve', ...off, '--data', join(data, 'file')]),
      /data folder .*cannot be made|not a (folder|directory)/i,
    );
    await rm(data, { recursive: true });
  });

  test('because the database is no database', async () => {
    const data = await folder();
    await writeFile(
      join(data, 'countersign.db'),
      'this is not a database, but it is long enough to be looked at'.repeat(50),
    );
    isPlainRefusal(await run(['serve', ...off, '--data', data]), /countersign\.db/);
    await rm(data, { recursive: true });
  });

  test('because of an unknown flag, a wrong value or an unknown command', async () => {
    isPlainRefusal(await run(['serve', '--prot', '1']), /--prot/);
    isPlainRefusal(await run(['serve', '--port', 'http']), /--port must be a whole number/);
    isPlainRefusal(await run(['serve'], { COUNTERSIGN_PORT: '99999' }), /COUNTERSIGN_PORT must be/);
    isPlainRefusal(await run(['sevre']), /no command "sevre"/);
  });

  test('because the PostgreSQL server is not there', async () => {
    const data = await folder();
    const ended = await run([
      'serve',
      ...off,
      '--data',
      data,
      '--database',
      'postgres://nobody:a-secret@127.0.0.1:1/none',
    ]);
    isPlainRefusal(ended, /./);
    assert.ok(!ended.stderr.includes('a-secret'));
    await rm(data, { recursive: true });
  });

  test('because only half of the administrator is named, or the secret is short', async () => {
    const data = await folder();
    isPlainRefusal(await run(['serve', ...off, '--data', data], { COUNTERSIGN_ADMIN_CLIENT_ID: 'a' }), /go together/);
    isPlainRefusal(
      await run(['serve', ...off, '--data', data], {
        COUNTERSIGN_ADMIN_CLIENT_ID: 'a',
        COUNTERSIGN_ADMIN_CLIENT_SECRET: 'short',
      }),
      /fewer than 16/,
    );
    await rm(data, { recursive: true });
  });
});

for (const engine of engines) {
  test(`SEC-03: without the right master key nothing starts and nothing is changed, on ${engine}`, async () => {
    const at = await freshPlace(engine);
    const first = await spawnServer(at);
    await first.end();
    const flags = [...off, '--data', at.data, ...(at.url ? ['--database', at.url] : [])];
    const keyFile = join(at.data, 'master.key');
    const key = await readFile(keyFile);
    assert.equal((await stat(keyFile)).mode & 0o777, 0o600);
    await rm(keyFile);
    isPlainRefusal(await run(['serve', ...flags]), /master key/);
    assert.ok(!(await readdir(at.data)).includes('master.key'), 'no new key is made');
    isPlainRefusal(
      await run(['serve', ...flags], { COUNTERSIGN_MASTER_KEY: Buffer.alloc(32, 7).toString('base64') }),
      /master key|sealed/i,
    );
    isPlainRefusal(
      await run(['serve', ...flags], { COUNTERSIGN_MASTER_KEY: 'too-short' }),
      /COUNTERSIGN_MASTER_KEY must be 32 bytes/,
    );
    await writeFile(keyFile, key.subarray(0, 10), { mode: 0o600 });
    isPlainRefusal(await run(['serve', ...flags]), /master key/);
    await writeFile(keyFile, key, { mode: 0o644 });
    await chmod(keyFile, 0o644);
    isPlainRefusal(await run(['serve', ...flags]), /chmod 600/);
    await chmod(keyFile, 0o600);
    const again = await spawnServer(at);
    assert.equal((await again.manage('GET', '/clients')).status, 200);
    await again.end();
    await at.clear();
  });

  test(`CRA on ${engine}: after kill -9 in the middle of writes, every acknowledged client is there and can have a token`, async () => {
    const at = await freshPlace(engine);
    const made: { id: string; secret: string }[] = [];
    for (let round = 0; round < 3; round++) {
      const server = await spawnServer(at);
      let stopped = false;
      const writers = Array.from({ length: 4 }, async () => {
        while (!stopped) {
          const reply = await server
            .manage('POST', '/clients', { name: 'Storm', app_type: 'non_interactive' })
            .catch(() => undefined);
          if (reply?.status === 201) made.push({ id: reply.body.client_id, secret: reply.body.client_secret });
        }
      });
      await new Promise((resolve) => setTimeout(resolve, 400));
      await server.end('SIGKILL');
      stopped = true;
      await Promise.all(writers);
    }
    const server = await spawnServer(at);
    assert.ok(made.length > 10);
    for (const { id, secret } of made) {
      const reply = await server.token({
        grant_type: 'client_credentials',
        client_id: id,
        client_secret: secret,
        audience: 'https://none/',
      });
      assert.equal(reply.status, 403, 'authenticated: the client survived with its secret');
    }
    await server.end();
    await at.clear();
  });

  test(`SHU-01 on ${engine}: SIGTERM finishes what was accepted, says so on /ready first, and loses no log event`, async () => {
    const at = await freshPlace(engine);
    const server = await spawnServer(at, { flags: ['--drain-ms', '400'] });
    const machine = await server.machine();
    const params = {
      grant_type: 'client_credentials',
      client_id: machine.clientId,
      client_secret: machine.clientSecret,
      audience: machine.audience,
    };
    let issued = 0;
    let failed = 0;
    let readiness: number | undefined;
    let stopping = false;
    const callers = Array.from({ length: 8 }, async () => {
      while (readiness !== 503) {
        const reply = await server.token(params).catch(() => undefined);
        if (reply?.status === 200) issued++;
        else failed++;
      }
    });
    const watcher = (async () => {
      while (readiness !== 503) {
        readiness = await fetch(`${server.base}/ready`).then(
          (response) => response.status,
          () => 503,
        );
        if (readiness === 503) assert.ok(stopping);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    })();
    await new Promise((resolve) => setTimeout(resolve, 300));
    stopping = true;
    const ended = server.end('SIGTERM');
    await Promise.all([...callers, watcher]);
    assert.equal(await ended, 0, server.output());
    assert.equal(failed, 0);
    assert.ok(issued > 20);
    const again = await spawnServer(at);
    const { body } = await again.manage(
      'GET',
      `/logs?include_totals=true&q=${encodeURIComponent(`type:seccft AND client_id:"${machine.clientId}"`)}`,
    );
    assert.equal(body.total, issued);
    await again.end();
    await at.clear();
  });

  test(`TWO-02 on ${engine}: what one node changes holds on the other within a second`, async () => {
    const at = await freshPlace(engine);
    const [one, two] = await Promise.all([spawnServer(at), spawnServer(at)]);
    const machine = await one.machine();
    const at2 = () =>
      two.token({
        grant_type: 'client_credentials',
        client_id: machine.clientId,
        client_secret: machine.clientSecret,
        audience: machine.audience,
      });
    const until = async (status: number) => {
      const start = Date.now();
      while ((await at2()).status !== status) {
        assert.ok(Date.now() - start < 1000, `not ${status} within a second`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    assert.equal((await at2()).status, 200, 'TWO-05: created on one node, usable on the other at once');
    await one.manage('PATCH', `/client-grants/${machine.grantId}`, { scope: [] });
    await one.manage('DELETE', `/client-grants/${machine.grantId}`);
    await until(403);
    await one.manage('POST', '/client-grants', { client_id: machine.clientId, audience: machine.audience, scope: [] });
    await until(200);
    const rotated = await one.manage('POST', `/clients/${machine.clientId}/rotate-secret`);
    assert.equal(rotated.status, 200);
    await until(401);
    await Promise.all([one.end(), two.end()]);
    await at.clear();
  });
}

describe('a running server', () => {
  test('answers health, readiness and metrics for any host, and counts tokens', async () => {
    const at = await freshPlace('sqlite');
    const server = await spawnServer(at);
    const machine = await server.machine();
    await server.token({
      grant_type: 'client_credentials',
      client_id: machine.clientId,
      client_secret: machine.clientSecret,
      audience: machine.audience,
    });
    assert.deepEqual((await server.send('GET', '/health')).body, { status: 'ok' });
    assert.equal((await server.send('GET', '/ready')).status, 200);
    const metrics = (await server.send('GET', '/metrics')).text;
    assert.match(metrics, /countersign_tenant_events_total\{type="seccft"\} \d+/);
    assert.match(
      metrics,
      /countersign_http_request_duration_seconds_count\{method="POST",route="\/oauth\/token",status="200"\} \d+/,
    );
    const proxied = await server.send('GET', '/metrics', { headers: { 'x-forwarded-for': '203.0.113.9' } });
    assert.equal(proxied.status, 404, 'a proxy on this machine is not this machine');
    await server.end();
    await at.clear();
  });

  test('INJ-03: writes one JSON object a line to its log when it has no terminal, whatever is sent', async () => {
    const at = await freshPlace('sqlite');
    const server = await spawnServer(at, { flags: ['--log-level', 'debug'] });
    await server.send('GET', '/nonsense%0a%7b%22forged%22:1%7d?secret=canary-in-query', {
      headers: { 'user-agent': 'x"}{"forged":true' },
    });
    await server.token({
      grant_type: 'client_credentials',
      client_id: 'a\n{"forged":true}\u001b[2J',
      client_secret: 'canary-secret',
      audience: 'x',
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    await server.end();
    const lines = server
      .output()
      .split('\n')
      .filter((line) => line.startsWith('{'));
    assert.ok(lines.length >= 2);
    for (const line of lines) assert.ok(!('forged' in JSON.parse(line)));
    assert.ok(!server.output().includes('canary'));
    await at.clear();
  });

  test('TWO-08: two processes on one data folder are one server', async () => {
    const at = await freshPlace('sqlite');
    const [one, two] = await Promise.all([spawnServer(at), spawnServer(at)]);
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        (i % 2 ? one : two).manage('POST', '/resource-servers', { identifier: 'https://only-one/' }),
      ),
    );
    assert.deepEqual(replies.map((reply) => reply.status).toSorted(), [201, ...Array.from({ length: 19 }, () => 409)]);
    await Promise.all([one.end(), two.end()]);
    await at.clear();
  });
});

describe('the first start', () => {
  test('prints commands that work: the second returns patients', async () => {
    const data = await folder();
    const [port, demoPort] = [await freePort(), await freePort()];
    const child = spawn(
      process.execPath,
      [
        '--conditions=countersign-source',
        main,
        'serve',
        '--port',
        String(port),
        '--https-port',
        '0',
        '--demo-port',
        String(demoPort),
        '--demo-app-port',
        '0',
        '--data',
        data,
        '--drain-ms',
        '0',
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    while (!output.includes('Stop with Ctrl-C')) {
      assert.equal(child.exitCode, null, output);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const commands = output
      .split('\n')
      .filter((line) => /^ {2}(TOKEN=|curl )/.test(line))
      .map((line) => line.trim());
    assert.equal(commands.length, 2);
    const answer = await new Promise<string>((resolve, reject) =>
      execFile('bash', ['-c', commands.join('\n')], (error, stdout) => (error ? reject(error) : resolve(stdout))),
    );
    assert.ok(Array.isArray(JSON.parse(answer).patients ?? JSON.parse(answer)), answer);
    const refused = await new Promise<string>((resolve, reject) =>
      execFile('bash', ['-c', commands.join('\n').replace('/patients', '/admin')], (error, stdout) =>
        error ? reject(error) : resolve(stdout),
      ),
    );
    assert.equal(JSON.parse(refused).error, 'insufficient_scope');
    assert.match(output, /read:admin/);
    assert.match(output, /export NODE_EXTRA_CA_CERTS=\S+/);
    const secret = /client_secret {2}(\S+)/.exec(output)?.[1] ?? '';
    assert.ok(secret.length >= 43, 'the administrator is shown once');
    child.kill('SIGTERM');
    await new Promise((resolve) => child.once('exit', resolve));
    const again = await spawnServer(
      { data, url: undefined },
      { env: { COUNTERSIGN_ADMIN_CLIENT_ID: '', COUNTERSIGN_ADMIN_CLIENT_SECRET: '' } },
    );
    assert.ok(!again.output().includes(secret));
    await again.end();
    const shown = await run(['token', '--audience', 'https://example.com/health-api', '--data', data]);
    assert.equal(shown.code, 0, shown.stderr);
    assert.equal(shown.stdout.trim().split('.').length, 3);
    assert.match(shown.stderr, /aud +https:\/\/example\.com\/health-api/);
    assert.match(shown.stderr, /why:/);
    isPlainRefusal(
      await run(['token', '--audience', 'https://example.com/health-api/', '--data', data]),
      /Did you mean https:\/\/example\.com\/health-api\?/,
    );
    isPlainRefusal(
      await run(['token', '--audience', 'https://example.com/health-api', '--organization', 'org_x', '--data', data]),
      /parameter organization is not allowed.*organization_usage "deny"/,
    );
    const rotated = await run(['keys', 'rotate', '--data', data]);
    assert.equal(rotated.code, 0, rotated.stderr);
    isPlainRefusal(await run(['keys', 'rotate', '--data', data]), /rotate again in \d+ s/);
    await rm(data, { recursive: true });
  });
});

test('a first start that failed before it could show the administrator shows it at the next, and then never again', async () => {
  const data = await folder();
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const { port } = taken.address() as { port: number };
  const failed = await run(['serve', ...off, '--port', String(port), '--data', data]);
  assert.equal(failed.code, 1);
  assert.doesNotMatch(failed.stdout, /client_secret/);
  taken.close();
  const env = { COUNTERSIGN_ADMIN_CLIENT_ID: '', COUNTERSIGN_ADMIN_CLIENT_SECRET: '' };
  const second = await spawnServer({ data, url: undefined }, { env });
  const secret = /client_secret {2}(\S+)/.exec(second.output())?.[1];
  assert.ok(secret, 'the second start shows it');
  await second.end();
  const third = await spawnServer({ data, url: undefined }, { env });
  assert.doesNotMatch(third.output(), /client_secret/);
  await third.end();
  await rm(data, { recursive: true });
});

describe('a tenant file', () => {
  const seed = async (text: string, env: Record<string, string> = {}) => {
    const data = await folder();
    await mkdir(join(data, 'data'));
    const file = join(data, 'tenant.yaml');
    await writeFile(file, text);
    return { data, file, env };
  };
  const good = [
    'tenant:',
    '  friendly_name: "##COMPANY##"',
    'resourceServers:',
    '  - name: Orders',
    '    identifier: https://orders/',
    '    scopes:',
    '      - value: read:orders',
    '        description: Read orders',
    'clients:',
    '  - name: Billing',
    '    app_type: non_interactive',
    '    grant_types: @@GRANTS@@',
    'clientGrants:',
    '  - client_id: Billing',
    '    audience: https://orders/',
    '    scope: [read:orders]',
    'pages: []',
    '',
  ].join('\n');
  const env = { COMPANY: 'Acme', GRANTS: '["client_credentials"]' };

  test('seeds the tenant, changes nothing the second time, and names what is not supported yet', async () => {
    const { data, file } = await seed(good);
    const at = { data: join(data, 'data'), url: undefined };
    const first = await spawnServer(at, { flags: ['--tenant', file, '--log-level', 'info'], env });
    assert.equal((await first.manage('GET', '/tenants/settings')).body.friendly_name, 'Acme');
    const clients = (await first.manage('GET', '/clients')).body as {
      name: string;
      client_id: string;
      client_secret: string;
    }[];
    const billing = clients.find((client) => client.name === 'Billing');
    const reply = await first.token({
      grant_type: 'client_credentials',
      client_id: billing?.client_id ?? '',
      client_secret: billing?.client_secret ?? '',
      audience: 'https://orders/',
    });
    assert.equal(reply.body.scope, 'read:orders', reply.text);
    assert.match(first.output(), /4 entries created or changed/);
    assert.match(first.output(), /section \\"pages\\" is not supported yet/);
    await first.end();
    const second = await spawnServer(at, { flags: ['--tenant', file, '--log-level', 'info'], env });
    assert.match(second.output(), /nothing to change/);
    await second.end();
    await rm(data, { recursive: true });
  });

  const wrong: readonly [name: string, text: string, says: RegExp][] = [
    [
      'a wrong type',
      good.replace('name: Orders', 'name: 7'),
      /tenant\.yaml:4: resourceServers\[0\]\.name: .*Expected type string but found type/,
    ],
    [
      'an unknown field',
      good.replace('    scopes:', '    colour: red\n    scopes:'),
      /tenant\.yaml:6: resourceServers\[0\]\.colour: .*not allowed: colour/,
    ],
    [
      'a deep wrong value',
      good.replace('value: read:orders', 'value: 3'),
      /tenant\.yaml:7: resourceServers\[0\]\.scopes\[0\]\.value/,
    ],
    [
      'an unknown client',
      good.replace('client_id: Billing', 'client_id: Bulling'),
      /tenant\.yaml:14: clientGrants\[0\]\.client_id: no client is called "Bulling"/,
    ],
    ['an unknown scope', good.replace('[read:orders]', '[read:others]'), /tenant\.yaml:1[456]: clientGrants\[0\]/],
    [
      'a section that is no list',
      good.replace(/clients:[\s\S]*clientGrants/, 'clients: 7\nclientGrants'),
      /tenant\.yaml:9: clients: must be a list/,
    ],
    ['broken YAML', `${good}\n  - : [`, /tenant\.yaml:\d+: /],
    [
      'a variable that is not set',
      good.replace('##COMPANY##', '##NOBODY##'),
      /tenant\.yaml:2: the environment has no variable NOBODY/,
    ],
  ];
  for (const [name, text, says] of wrong) {
    test(`with ${name} stops the start with file, line and field`, async () => {
      const { data, file } = await seed(text);
      isPlainRefusal(await run(['serve', ...off, '--data', join(data, 'data'), '--tenant', file], env), says);
      await rm(data, { recursive: true });
    });
  }

  test('that is not there is named', async () => {
    const data = await folder();
    isPlainRefusal(
      await run(['serve', ...off, '--data', data, '--tenant', join(data, 'none.yaml')]),
      /none\.yaml cannot be read \(ENOENT\)/,
    );
    await rm(data, { recursive: true });
  });
});
