// Makes dist/: what `npm pack` ships. Plain JavaScript with types beside it, the command, and the demo API.
// Runs on any Node that npm runs on; needs only what `npm ci` installs.

import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.join(here, '..', '..');
const dist = path.join(here, 'dist');

function fail(sentence) {
  process.stderr.write(`countersign is not built: ${sentence}\n`);
  process.exit(1);
}

function run(what, file, args, cwd) {
  const { status, error } = spawnSync(process.execPath, [file, ...args], { cwd, stdio: 'inherit' });
  if (error || status !== 0) fail(`${what} failed (see above).`);
}

const demo = path.join(root, 'examples', 'health-api', 'api.mjs');
if (!existsSync(demo)) fail(`the demo API ${demo} is missing; the published server starts a copy of it.`);

const tsc = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');
if (!existsSync(tsc)) fail('TypeScript is not installed; run npm ci at the root first.');
const api = path.join(root, 'packages', 'api');
// The types of @countersign/api come from its own build, as they will for whoever installs us. Only there, since a
// TypeScript file of another package would land in our dist.
run('the build of @countersign/api', tsc, ['-p', 'tsconfig.build.json'], api);
rmSync(dist, { recursive: true, force: true });
run('tsc', tsc, ['-p', 'tsconfig.build.json'], here);

const main = path.join(dist, 'main.js');
if (!readFileSync(main, 'utf8').startsWith('#!/usr/bin/env node\n')) {
  fail('src/main.ts does not begin with "#!/usr/bin/env node", so no shell could run the command.');
}
chmodSync(main, 0o755);
mkdirSync(path.join(dist, 'demo'));
copyFileSync(demo, path.join(dist, 'demo', 'health-api.mjs'));
