// Makes dist/: what `npm pack` ships. Plain JavaScript with types beside it, the command, and the demo
// with the browser build of the SDK that its app uses.
// Runs on any Node that npm runs on; needs only what `npm ci` installs.

import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { builtDashboard } from '../../bootstrap/dashboard.mjs';

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

const demo = {
  'health-api': ['api.mjs'],
  'single-page-app': ['app.mjs', 'index.html', 'page.mjs', 'style.css'],
};
for (const [folder, files] of Object.entries(demo)) {
  for (const file of files) {
    const example = path.join(root, 'examples', folder, file);
    if (!existsSync(example)) fail(`${example} is missing; the published server serves a copy of it.`);
  }
}

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
for (const [folder, files] of Object.entries(demo)) {
  mkdirSync(path.join(dist, 'demo', folder), { recursive: true });
  for (const file of files)
    copyFileSync(path.join(root, 'examples', folder, file), path.join(dist, 'demo', folder, file));
}
vendorSdk(path.join(dist, 'demo', 'single-page-app'));
await builtDashboard(root, process.execPath);
cpSync(path.join(root, 'packages', 'dashboard', 'dist'), path.join(dist, 'dashboard'), { recursive: true });
licencesOfDashboard(path.join(dist, 'dashboard'));

/** The licences of what is bundled into the dashboard: everything that its package depends on, whether all of it is inside or not. */
function licencesOfDashboard(folder) {
  const { packages } = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8'));
  const modules = path.join(root, 'node_modules');
  const inside = new Set();
  const add = (name) => {
    if (inside.has(name)) return;
    inside.add(name);
    for (const next of Object.keys(packages[`node_modules/${name}`]?.dependencies ?? {})) add(next);
  };
  for (const name of Object.keys(packages['packages/dashboard'].dependencies)) add(name);
  const licences = [...inside].sort().flatMap((name) => {
    const at = path.join(modules, name);
    const file = existsSync(at) && readdirSync(at).find((entry) => /^licen[cs]e/i.test(entry));
    const stated = packages[`node_modules/${name}`]?.license;
    if (!file && !stated) return [];
    return [`${name}\n\n${file ? readFileSync(path.join(at, file), 'utf8') : stated}`];
  });
  writeFileSync(path.join(folder, 'LICENSES.txt'), licences.join(`\n${'-'.repeat(80)}\n\n`));
}

/** Auth0's SDK for the demo app, as its authors built it for browsers, with the licences of all that is in that file. */
function vendorSdk(folder) {
  const modules = path.join(root, 'node_modules');
  const name = '@auth0/auth0-spa-js';
  const built = path.join(modules, name, 'dist', 'auth0-spa-js.production.esm.js');
  if (!existsSync(built)) fail(`${name} is not installed; run npm ci at the root first.`);
  // Its source map is not shipped, so nothing should ask for one.
  const code = readFileSync(built, 'utf8').replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n');
  writeFileSync(path.join(folder, 'auth0-spa-js.mjs'), code);
  const inside = new Set([name]);
  for (const source of JSON.parse(readFileSync(`${built}.map`, 'utf8')).sources) {
    const [, bundled] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(source) ?? [];
    if (bundled !== undefined) inside.add(bundled);
  }
  const licences = [...inside].map((bundled) => `${bundled}\n\n${licenceOf(path.join(modules, bundled), bundled)}`);
  writeFileSync(path.join(folder, 'auth0-spa-js.LICENSES.txt'), licences.join(`\n${'-'.repeat(80)}\n\n`));
}

function licenceOf(folder, name) {
  const file = existsSync(folder) && readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (!file) fail(`no licence text of ${name}, which is inside the SDK of the demo app.`);
  return readFileSync(path.join(folder, file), 'utf8');
}
