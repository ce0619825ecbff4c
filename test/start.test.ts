// What `npm start` and `npm test` do on a fresh clone, with an npm that installs at once (support/checkout.ts).

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { checkout, oldNode } from './support/checkout.ts';

const modules = join(dirname(fileURLToPath(import.meta.url)), '..', 'node_modules');
const windows = process.platform === 'win32';
const old = await oldNode();
const needsOldNode = old === undefined ? 'no Node older than 24 is on the PATH' : false;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function until(what: string, holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds(); tries += 1) {
    assert.ok(tries < 200, `${what} within 10 s`);
    await sleep(50);
  }
}

test('the first start installs with npm ci, shows it, and hands its flags to countersign serve', async () => {
  using clone = checkout();
  const { code, stdout, stderr } = await clone.start(['--port', '4100']);
  assert.equal(code, 0, stderr);
  const called = JSON.parse(stdout);
  assert.deepEqual(called.args, ['serve', '--port', '4100']);
  assert.deepEqual(called.execArgv, ['--conditions=countersign-source', '--max-semi-space-size=8']);
  assert.equal(clone.npmCalls().length, 1);
  assert.match(clone.npmCalls()[0] ?? '', / ci --include=dev/);
  assert.match(stderr, /Installing the packages .*\.\.\.\nInstalled in \d+ s\.\n$/);
});

test('a command of the CLI reads what is piped in, and ends although more could come', {
  timeout: 20_000,
}, async () => {
  using clone = checkout();
  const reading = await clone.start(['--cli', 'explain', '--read'], { input: 'a token\n' });
  assert.match(reading.stdout, /\na token\n$/);
  assert.equal(reading.code, 0, reading.stderr);
  const done = await clone.start(['--cli', 'version'], { input: 'a token' });
  assert.deepEqual(JSON.parse(done.stdout).args, ['version']);
  assert.equal(done.code, 0, done.stderr);
});

test('an old Node installs and goes on under the own Node of the project', { skip: needsOldNode }, async () => {
  using clone = checkout();
  const { code, stdout, stderr } = await clone.start([], { node: old ?? '' });
  assert.equal(code, 0, stderr);
  assert.equal(JSON.parse(stdout).version, process.version);
});

test('a later start installs nothing; a changed lock file installs again', async () => {
  using clone = checkout();
  await clone.start([]);
  const second = await clone.start([]);
  assert.equal(second.stderr, '');
  assert.equal(clone.npmCalls().length, 1);
  clone.write('package-lock.json', '{"packages":{"node_modules/a":{"version":"1.0.0","integrity":"x"}}}');
  await clone.start([]);
  assert.equal(clone.npmCalls().length, 2);
  rmSync(join(clone.folder, 'node_modules'), { recursive: true });
  await clone.start([]);
  assert.equal(clone.npmCalls().length, 3);
});

test('what npm ci installed by hand is not installed again, unless a version differs', async () => {
  using clone = checkout();
  const packages = { 'node_modules/a': { version: '1.0.0', integrity: 'x' }, 'packages/api': { version: '1.0.0' } };
  clone.write('package-lock.json', JSON.stringify({ packages }));
  clone.write('node_modules/.package-lock.json', JSON.stringify({ packages }));
  clone.link('node_modules/node/bin/node', process.execPath);
  assert.equal((await clone.start([])).code, 0);
  assert.deepEqual(clone.npmCalls(), []);
  packages['node_modules/a'].version = '1.0.1';
  clone.write('package-lock.json', JSON.stringify({ packages }));
  await clone.start([]);
  assert.equal(clone.npmCalls().length, 1);
});

test('two starts at the same time install once and both go on', async () => {
  using clone = checkout();
  const env = { FAKE_NPM: 'slow' };
  const both = await Promise.all([clone.start(['--a'], { env }), clone.start(['--b'], { env })]);
  assert.deepEqual(
    both.map(({ code, stdout }) => [code, JSON.parse(stdout).args]),
    [
      [0, ['serve', '--a']],
      [0, ['serve', '--b']],
    ],
  );
  assert.equal(clone.npmCalls().length, 1);
  assert.match(both.map(({ stderr }) => stderr).join(''), /Another process is installing/);
  assert.deepEqual(readdirSync(join(clone.folder, '.cache')), []);
});

test('starts that find the lock of a killed start take it over, one of them only', async () => {
  using clone = checkout();
  const first = clone.begin([], { env: { FAKE_NPM: 'forever' } });
  await until('npm runs', () => clone.npmCalls().length === 1);
  await until('the lock names npm', () => !readLock(clone.folder).includes('"worker":0'));
  first.kill('SIGKILL');
  await first.ended.catch(() => undefined);
  const npm = Number.parseInt(clone.npmCalls()[0] ?? '', 10);
  const waiting = clone.begin([]);
  await sleep(600);
  assert.equal(clone.npmCalls().length, 1, 'an orphaned npm still writes: nobody may install beside it');
  process.kill(npm, 'SIGKILL');
  const ended = await Promise.all([waiting.ended, clone.start([]), clone.start([])]);
  assert.deepEqual(
    ended.map(({ code }) => code),
    [0, 0, 0],
  );
  assert.equal(clone.npmCalls().length, 2);
});

test('an interrupted install ends npm, is not taken for a finished one, and the next start repairs it', async () => {
  using clone = checkout();
  const interrupted = clone.begin([], { env: { FAKE_NPM: 'forever' } });
  await until('npm runs', () => clone.npmCalls().length === 1);
  interrupted.kill('SIGINT');
  const { code, stdout, stderr } = await interrupted.ended;
  assert.equal(code, 130);
  assert.equal(stdout, '');
  assert.match(stderr, /interrupted; the next start repairs it\.\n$/);
  assert.equal(isAlive(Number.parseInt(clone.npmCalls()[0] ?? '', 10)), false);
  assert.equal((await clone.start([])).code, 0);
  assert.equal(clone.npmCalls().length, 2);
});

test('a failed npm shows its own output and starts nothing', async () => {
  using clone = checkout();
  const { code, stdout, stderr } = await clone.start([], { env: { FAKE_NPM: 'fails' } });
  assert.equal(code, 1);
  assert.equal(stdout, '');
  assert.match(stderr, /npm error ECONNRESET the network\n`npm ci` failed after \d+ s; .* Nothing was started\.\n$/);
  assert.equal((await clone.start([])).code, 0);
});

test('with blocked install scripts an old Node says in one sentence what to do', { skip: needsOldNode }, async () => {
  using clone = checkout();
  const env = { FAKE_NPM: 'no-scripts' };
  const { code, stdout, stderr } = await clone.start([], { node: old ?? '', env });
  assert.equal(code, 1);
  assert.equal(stdout, '');
  assert.match(stderr, /npm install-scripts approve node.*or install Node 24 or newer yourself\.\n$/);
  assert.equal((await clone.start([], { node: old ?? '' })).code, 0, 'once scripts are allowed it installs again');
});

test('with blocked install scripts a Node from 24 on goes on by itself', async () => {
  using clone = checkout();
  const { code, stdout } = await clone.start([], { env: { FAKE_NPM: 'no-scripts' } });
  assert.equal(code, 0);
  assert.equal(JSON.parse(stdout).version, process.version);
});

test('SIGTERM reaches the server, and its exit code comes back', async () => {
  using clone = checkout();
  const running = clone.begin(['--stay']);
  await new Promise((resolve) => running.stdout?.once('data', resolve));
  running.kill('SIGTERM');
  assert.equal((await running.ended).code, 42);
  assert.equal((await clone.start([], { env: { EXIT: '3' } })).code, 3);
});

test('a signal to npm stops the server too, and one Ctrl-C reaches it once', { skip: windows }, async () => {
  using clone = checkout();
  await clone.start([]);
  clone.write(
    'packages/server/src/main.ts',
    `for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => console.log(signal));
     process.on('SIGTERM', () => setTimeout(() => process.exit(), 100));
     setTimeout(() => {}, 30_000); console.log('up');`,
  );
  const started = (node: string) => `'${node}' '${join(clone.folder, 'start.mjs')}'; exit $?`;
  const shell = spawn('/bin/sh', ['-c', started(process.execPath)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { npm_lifecycle_event: 'start' },
    detached: true,
  });
  let output = '';
  shell.stdout.on('data', (text) => {
    output += String(text);
  });
  await until('the server is up', () => output.includes('up'));
  process.kill(-(shell.pid ?? 0), 'SIGINT');
  await until('SIGINT arrives', () => output.includes('SIGINT'));
  shell.kill('SIGKILL');
  await until('SIGTERM arrives', () => output.includes('SIGTERM'));
  assert.equal(output, 'up\nSIGINT\nSIGTERM\n');
  await once(shell, 'close');
});

test('a read-only checkout starts when installed, and says so in one sentence when not', async () => {
  using clone = checkout();
  await clone.start([]);
  const root = process.getuid?.() === 0;
  // Root may write everywhere, so the start is another user's then.
  const options = root ? { uid: 65_534 } : {};
  chmodSync(dirname(clone.folder), 0o755);
  const seal = (mode: number) => {
    for (const name of ['', '.cache', 'node_modules']) chmodSync(join(clone.folder, name), mode);
  };
  seal(0o555);
  try {
    assert.equal((await clone.start([], options)).code, 0);
    writeFileSync(join(clone.folder, 'package-lock.json'), '{"packages":{"changed":{}}}');
    const { code, stderr } = await clone.start([], options);
    assert.equal(code, 1);
    assert.match(stderr, /^The packages must be installed, but .* cannot be written \(EACCES\)\.\n$/);
  } finally {
    seal(0o755);
  }
});

test('npm test runs tsc, biome and every test, ends with the counts, and any failure makes it fail', async () => {
  using clone = checkout();
  await clone.start([]);
  for (const name of ['typescript', '@typescript', '@biomejs']) clone.link(`node_modules/${name}`, join(modules, name));
  clone.write('tsconfig.json', '{"compilerOptions":{"noEmit":true,"types":[]},"include":["packages/*/src/*.ts"]}');
  clone.write('packages/api/src/good.ts', 'export const one: number = 1;\n');
  clone.write('biome.json', '{ "files": { "includes": ["packages/api/src/good.ts"] } }\n');
  clone.write('packages/server/src/main.ts', 'export {};\n');
  const sample = (name: string, body: string) =>
    clone.write(name, `import { test } from 'node:test';\ntest('${name}', () => {${body}});\n`);
  sample('test/a.test.ts', '');
  sample('packages/api/test/deep/b.test.ts', '');
  sample('packages/api/src/deep/c.test.ts', '');
  sample('examples/x/d.test.mjs', '');
  const good = await clone.start(['--test']);
  assert.equal(good.code, 0, good.stdout + good.stderr);
  assert.match(good.stdout, /tests 4\n.*pass 4\n.*duration_ms [\d.]+\n$/s);

  clone.write('packages/api/src/good.ts', "export const one: number = '1';\n");
  const bad = await clone.start(['--test']);
  assert.equal(bad.code, 1);
  assert.match(bad.stdout, /TS2322.*pass 4\n/s);
  assert.match(bad.stderr, /Failed before the tests: tsc, biome/);

  sample('test/a.test.ts', "throw new Error('broken');");
  const one = await clone.start(['--test', 'test/a.test.ts']);
  assert.equal(one.code, 1);
  assert.match(one.stdout, /tests 1\n.*fail 1\n/s);
  const other = await clone.start(['--test', 'examples/x/d.test.mjs']);
  assert.equal(other.code, 0);
  assert.match(other.stdout, /pass 1\n/);
});

test('npm start builds the dashboard when it is missing or its sources changed, and says so; a build that fails starts nothing', async () => {
  using clone = checkout();
  await clone.start([]);
  const built = () =>
    existsSync(join(clone.folder, 'built.txt')) ? readFileSync(join(clone.folder, 'built.txt'), 'utf8') : '';
  const vite = `
const fs = require('node:fs');
const out = process.argv[process.argv.indexOf('--outDir') + 1];
if (fs.readFileSync('src/main.ts', 'utf8').includes('broken')) { console.error('main.ts: a slip'); process.exit(1); }
fs.mkdirSync(out, { recursive: true });
fs.writeFileSync(out + '/index.html', '');
fs.appendFileSync('../../built.txt', 'x');
`;
  clone.write('node_modules/vite/bin/vite.js', vite);
  clone.write('packages/dashboard/vite.config.ts', '');
  clone.write('packages/dashboard/src/main.ts', 'one');
  const first = await clone.start([]);
  assert.equal(first.code, 0, first.stderr);
  assert.match(first.stderr, /^Building the dashboard .*\nBuilt the dashboard in \d+ s\.\n$/);
  assert.equal((await clone.start([])).stderr, '');
  clone.write('packages/server/src/resources/users.ts', 'changed');
  await clone.start([]);
  rmSync(join(clone.folder, 'packages', 'dashboard', 'dist'), { recursive: true });
  await clone.start([]);
  assert.equal(built(), 'xxx');

  clone.write('packages/dashboard/src/main.ts', 'broken');
  const bad = await clone.start([]);
  assert.equal(bad.code, 1);
  assert.equal(bad.stdout, '', 'the server was not started');
  assert.match(bad.stderr, /main\.ts: a slip[\s\S]*could not be built.*--no-dashboard/);
  const without = await clone.start(['--no-dashboard']);
  assert.equal(without.code, 0, without.stderr);
  assert.match(without.stdout, /--no-dashboard/);
});

function readLock(folder: string): string {
  const file = join(folder, '.cache', 'install.lock', 'owner.json');
  return existsSync(file) ? readFileSync(file, 'utf8') : '"worker":0';
}
