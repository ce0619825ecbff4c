// The two published packages as their users get them: packed, installed in an empty folder, and run there.
// Needs the npm registry for what they depend on; skipped without it, except in CI.

import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const top = mkdtempSync(join(tmpdir(), 'countersign packages '));
const app = join(top, 'app');
const oldest = { name: 'Node 24', version: 'v24.21.0', folder: join(top, 'node') };
const own = { name: 'Node 26', version: process.version, folder: dirname(process.execPath) };
let offline: string | undefined;

/** Without what npm tells its children about this repository: npm in the empty folder would install here instead. */
function environment(nodeFolder: string): NodeJS.ProcessEnv {
  // Whom the machine trusts stays: behind a proxy of a company the registry cannot be reached without.
  const ours = /^(npm_|NODE_(?!EXTRA_CA_CERTS$)|INIT_CWD|COUNTERSIGN_)/i;
  const kept = Object.entries(process.env).filter(([name]) => !ours.test(name));
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules'));
  return { ...Object.fromEntries(kept), PATH: [nodeFolder, ...path].join(delimiter) };
}

async function npm(cwd: string, ...args: string[]): Promise<string> {
  const options = { cwd, env: environment(own.folder), maxBuffer: 1e8 };
  const { stdout } = await promisify(execFile)(
    'npm',
    [...args, '--no-audit', '--no-fund', '--loglevel=error'],
    options,
  );
  return stdout;
}

/** The package that holds the program of one Node for this machine: what the package `node` fetches with a script. */
function nodePackage(version: string): string {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const prefix = platform === 'darwin' && process.arch === 'arm64' ? 'node-bin' : 'node';
  return `${prefix}-${platform}-${process.arch}@${version.slice(1)}`;
}

before(async () => {
  for (const folder of [app, oldest.folder]) mkdirSync(folder);
  await npm(root, 'pack', '-w', '@countersign/api', '-w', 'countersign', '--pack-destination', top);
  const tarballs = readdirSync(top).filter((name) => name.endsWith('.tgz'));
  try {
    await npm(app, 'install', '--prefer-offline', ...tarballs.map((name) => join(top, name)));
    await npm(oldest.folder, 'install', '--prefer-offline', nodePackage(oldest.version));
    const [module = ''] = readdirSync(join(oldest.folder, 'node_modules')).filter((name) => name.startsWith('node'));
    oldest.folder = join(oldest.folder, 'node_modules', module, 'bin');
  } catch (error) {
    const text = String(error);
    if (process.env.CI || !/ENOTFOUND|ECONNREFUSED|ETIMEDOUT|EAI_AGAIN|ENOTCACHED/.test(text)) throw error;
    offline = 'the npm registry cannot be reached';
  }
});

after(() => rmSync(top, { recursive: true, force: true }));

/** A test of the installed packages: skipped where nothing could be installed. */
function installed(name: string, body: (t: TestContext) => Promise<void>): void {
  test(name, { timeout: 120_000 }, async (t) => {
    if (offline) t.skip(offline);
    else await body(t);
  });
}

async function run(node: { folder: string }, command: string, ...args: string[]) {
  return await promisify(execFile)(command, args, { cwd: app, env: environment(node.folder) }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({ code, stdout, stderr }),
  );
}

installed('the packages hold JavaScript with types, and no TypeScript source or test', async () => {
  for (const name of ['countersign', '@countersign/api']) {
    const folder = join(app, 'node_modules', name);
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
      (file) => !/^node_modules/.test(file),
    );
    assert.deepEqual(
      files.filter((file) => (/\.tsx?$/.test(file) && !file.endsWith('.d.ts')) || /\.test\.|conformance/.test(file)),
      [],
    );
    assert.ok(files.includes('LICENSE'));
    if (name === 'countersign') {
      const licences = readFileSync(join(folder, 'dist/demo/single-page-app/auth0-spa-js.LICENSES.txt'), 'utf8');
      for (const inside of ['@auth0/auth0-spa-js', 'jose', 'oauth4webapi'])
        assert.match(licences, new RegExp(`^${inside}\n`, 'm'));
    }
    // The dashboard is for browsers: bundled, without types, with the licences of what is inside.
    if (name === 'countersign')
      assert.match(readFileSync(join(folder, 'dist/dashboard/LICENSES.txt'), 'utf8'), /^react-dom\n/m);
    for (const file of files.filter((file) => file.endsWith('.js') && !file.startsWith('dist/dashboard/'))) {
      assert.ok(files.includes(file.replace(/js$/, 'd.ts')), `${file} has types`);
    }
  }
});

installed('TypeScript finds the types of both packages', async () => {
  const tsc = (name: string, text: string) => {
    writeFileSync(join(app, name), text);
    const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    const flags = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--target', 'es2024'];
    return run(own, 'node', compiler, ...flags, name);
  };
  const uses = "import { createApi } from '@countersign/api';\nimport * as resources from 'countersign/resources';\n";
  const good = await tsc('good.mts', `${uses}export const both: [object, object] = [createApi, resources];\n`);
  assert.equal(good.code, 0, good.stdout);
  const bad = await tsc('bad.mts', `${uses}export const both: [number, number] = [createApi, resources];\n`);
  assert.equal(bad.stdout.match(/error TS2322/g)?.length, 2, bad.stdout);
});

for (const node of [own, oldest]) {
  installed(`npx countersign says its version on ${node.name}`, async () => {
    assert.equal((await run(node, 'node', '--version')).stdout, `${node.version}\n`);
    const { stdout, stderr } = await run(node, 'npx', '--no', 'countersign', '--version');
    assert.match(stdout, /^\d+\.\d+\.\d+\n$/, stderr);
  });

  installed(`npx countersign serve on ${node.name}: a machine gets a token, and the demo API accepts it`, async () => {
    const ports = ['--port', '0', '--https-port', '0', '--demo-port', '0', '--demo-app-port', '0'];
    const child = spawn(
      'npx',
      ['--no', 'countersign', 'serve', ...ports, '--data', join(top, `data ${node.version}`)],
      {
        cwd: app,
        env: environment(node.folder),
        stdio: ['ignore', 'pipe', 'inherit'],
        detached: true,
      },
    );
    try {
      const banner = await bannerOf(child);
      const found = (pattern: RegExp) => pattern.exec(banner)?.[1] ?? assert.fail(`${pattern} is not in ${banner}`);
      const issuer = found(/http +(http:\S+)/);
      const response = await fetch(`${issuer}oauth/token`, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'client_credentials',
          client_id: found(/-d client_id=(\S+)/),
          client_secret: found(/-d client_secret=(\S+)/),
          audience: found(/-d audience=(\S+)/),
        }),
      });
      assert.equal(response.status, 200);
      const { access_token } = (await response.json()) as { access_token: string };
      const patients = found(/curl -s (http:\S+\/patients)/);
      const accepted = await fetch(patients, { headers: { authorization: `Bearer ${access_token}` } });
      assert.equal(accepted.status, 200, await accepted.text());
      assert.equal((await fetch(patients)).status, 401);
      const dashboard = await fetch(`${issuer}dashboard`);
      assert.equal(dashboard.status, 200);
      const script = /src="(\/dashboard\/assets\/[^"]+\.js)"/.exec(await dashboard.text())?.[1];
      const served = await fetch(new URL(script ?? '', issuer));
      assert.equal(served.headers.get('content-type'), 'text/javascript; charset=utf-8');
      const app = found(/ app +(http:\S+)/);
      assert.match(await (await fetch(app)).text(), /src="page.mjs"/);
      const sdk = await fetch(`${app}auth0-spa-js.mjs`);
      assert.equal(sdk.headers.get('content-type'), 'text/javascript; charset=utf-8');
      assert.match(await sdk.text(), /createAuth0Client/);
      assert.match(found(/ password +(\S+)/), /^Health7-/);
    } finally {
      if (child.exitCode === null) {
        const closed = once(child, 'close');
        process.kill(-(child.pid ?? 0), 'SIGTERM');
        await closed;
      }
    }
  });
}

/** All of what the server prints at its start. */
async function bannerOf(child: ChildProcess): Promise<string> {
  let text = '';
  child.stdout?.on('data', (part) => {
    text += String(part);
  });
  for (let tries = 0; !text.includes('Ctrl-C'); tries += 1) {
    assert.ok(child.exitCode === null && tries < 300, `it does not start: ${text}`);
    await sleep(100);
  }
  return text;
}
