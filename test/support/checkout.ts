// A small checkout of its own for tests of the bootstrap: our start.mjs and bootstrap/, an npm that installs in
// milliseconds, and a "server" that says how it was called. Only npm and the server are stand-ins.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

// What `FAKE_NPM` may ask for: ok (default), slow (ends after 1 s), forever, fails, no-scripts (installs no Node).
const npm = `
const fs = require('node:fs'), path = require('node:path');
const mode = process.env.FAKE_NPM;
fs.appendFileSync(path.join(__dirname, 'calls.txt'), process.pid + ' ' + process.argv.slice(2).join(' ') + '\\n');
fs.rmSync('node_modules', { recursive: true, force: true });
fs.mkdirSync('node_modules/node/bin', { recursive: true });
const finish = () => {
  if (mode === 'fails') { console.error('npm error ECONNRESET the network'); process.exit(7); }
  if (mode !== 'no-scripts') fs.symlinkSync(process.env.OWN_NODE, 'node_modules/node/bin/node');
};
if (mode === 'forever') setInterval(() => {}, 1000);
else setTimeout(finish, mode === 'slow' ? 1000 : 0);
`;

const server = `
process.on('SIGTERM', () => setTimeout(() => process.exit(42), 50));
console.log(JSON.stringify({ args: process.argv.slice(2), execArgv: process.execArgv, version: process.version }));
if (process.argv.includes('--stay')) setInterval(() => {}, 1000);
else if (process.argv.includes('--read')) process.stdin.pipe(process.stdout);
else process.exitCode = Number(process.env.EXIT ?? 0);
`;

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface Checkout extends Disposable {
  readonly folder: string;
  /** Writes a file of the checkout; folders on the way are made. */
  write(path: string, content: string): void;
  link(path: string, target: string): void;
  /** One line a call of npm: its process id and its arguments. */
  npmCalls(): string[];
  begin(args: string[], options?: Options): ChildProcess & { ended: Promise<Ended> };
  start(args: string[], options?: Options): Promise<Ended>;
}

export interface Options {
  env?: Record<string, string>;
  /** The Node that runs start.mjs: this process's own by default. */
  node?: string;
  uid?: number;
  /** What it reads from standard input, which stays open if this does not end with a line end. */
  input?: string;
}

/** Makes a checkout in a folder with a space in its name, where nothing is installed yet. */
export function checkout(): Checkout {
  const top = mkdtempSync(join(tmpdir(), 'countersign checkout '));
  const folder = join(top, 'my clone');
  const tools = join(top, 'tools');
  const write = (path: string, content: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  };
  mkdirSync(tools);
  writeFileSync(join(tools, 'npm-cli.js'), npm);
  write('package.json', JSON.stringify({ type: 'module', devDependencies: { node: process.versions.node } }));
  write('package-lock.json', '{"packages":{}}');
  write('packages/server/src/main.ts', server);
  cpSync(join(root, 'start.mjs'), join(folder, 'start.mjs'));
  cpSync(join(root, 'bootstrap'), join(folder, 'bootstrap'), { recursive: true });

  const begin = (args: string[], { env = {}, node = process.execPath, uid, input }: Options = {}) => {
    const child = spawn(node, [join(folder, 'start.mjs'), ...args], {
      cwd: folder,
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      // Not the environment of this test run: it would tell the inner runner that it is a child of ours.
      env: {
        PATH: process.env.PATH ?? '',
        npm_execpath: join(tools, 'npm-cli.js'),
        OWN_NODE: process.execPath,
        ...env,
      },
      ...(uid === undefined ? {} : { uid }),
    });
    if (input?.endsWith('\n')) child.stdin?.end(input);
    else child.stdin?.write(input ?? '');
    const texts = { stdout: '', stderr: '' };
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      texts.stdout += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      texts.stderr += text;
    });
    const ended = once(child, 'close').then(([code]: (number | null)[]) => ({ code: code ?? null, ...texts }));
    return Object.assign(child, { ended });
  };
  return {
    folder,
    write,
    link: (path, target) => {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      symlinkSync(target, join(folder, path));
    },
    npmCalls: () => {
      try {
        return readFileSync(join(tools, 'calls.txt'), 'utf8').trim().split('\n');
      } catch {
        return [];
      }
    },
    begin,
    start: (args, options) => begin(args, options).ended,
    [Symbol.dispose]: () => rmSync(top, { recursive: true, force: true }),
  };
}

/** A Node older than 24 on the PATH, as a fresh machine has: undefined when there is none. */
export async function oldNode(): Promise<string | undefined> {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const node = join(folder, 'node');
    const child = spawn(node, ['--version'], { stdio: ['ignore', 'pipe', 'ignore'] });
    let version = '';
    child.stdout.on('data', (text) => {
      version += String(text);
    });
    const code = await once(child, 'close').then(
      ([code]) => code,
      () => -1,
    );
    if (code === 0 && Number(/^v(\d+)/.exec(version)?.[1]) < 24) return node;
  }
  return undefined;
}
