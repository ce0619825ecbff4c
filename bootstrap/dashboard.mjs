// Builds the dashboard when its files are missing or its sources changed. packages/dashboard/dist holds what is served;
// .cache/dashboard-stamp says what it was built from, and is written only after the build ended well.

import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { alone } from './lock.mjs';
import { exitCodeOf, Sentence, say, showProgress, startGroup, untilClosed } from './person.mjs';

/** What the files are made of: the package itself, and the declarations that it shows forms and texts from. */
const sources = [
  'packages/dashboard/src',
  'packages/dashboard/index.html',
  'packages/dashboard/package.json',
  'packages/dashboard/vite.config.ts',
  'packages/server/src/resources',
  'packages/server/src/schema',
  'packages/server/src/oauth',
  'package-lock.json',
];

/** Builds what is not built, with a line that shows it is alive. Does nothing where there is no dashboard. Throws a Sentence. */
export async function builtDashboard(root, node) {
  const folder = path.join(root, 'packages', 'dashboard');
  if (!fs.existsSync(path.join(folder, 'vite.config.ts'))) return;
  const stampFile = path.join(root, '.cache', 'dashboard-stamp');
  const stamp = stampOf(root);
  const done = () => readText(stampFile) === stamp && fs.existsSync(path.join(folder, 'dist', 'index.html'));
  if (done()) return;
  await alone(
    path.join(root, '.cache', 'dashboard.lock'),
    done,
    async (started) => {
      fs.rmSync(stampFile, { force: true });
      await build(root, folder, node, started);
      fs.writeFileSync(stampFile, stamp);
    },
    { doing: 'building the dashboard', must: 'The dashboard must be built' },
  );
}

async function build(root, folder, node, started) {
  const next = path.join(folder, 'dist.next');
  const vite = path.join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  const args = [vite, 'build', '--outDir', next, '--emptyOutDir', '--logLevel', 'warn'];
  const { child, stop } = startGroup(node, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  if (child.pid) started(child.pid);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output = (output + chunk).slice(-20_000);
    });
  }
  const progress = showProgress('Building the dashboard (only when its sources changed)', 'building');
  const end = await untilClosed(child, stop).finally(progress.stop);
  if (end.received) throw new Sentence('The build of the dashboard was interrupted.', exitCodeOf(end.received));
  if (end.code !== 0) {
    process.stderr.write(output);
    throw new Sentence(
      'The dashboard could not be built; the output is above. `npm start -- --no-dashboard` starts without it.',
    );
  }
  fs.rmSync(path.join(folder, 'dist'), { recursive: true, force: true });
  fs.renameSync(next, path.join(folder, 'dist'));
  say(`Built the dashboard in ${progress.seconds()}.`);
}

/** A hash of every source, by path and content. */
function stampOf(root) {
  const hash = createHash('sha256');
  const add = (file) => {
    hash.update(`${path.relative(root, file)}\0`);
    hash.update(fs.readFileSync(file));
  };
  for (const source of sources) {
    const at = path.join(root, source);
    if (!fs.existsSync(at)) continue;
    if (!fs.statSync(at).isDirectory()) add(at);
    else {
      const inside = fs.readdirSync(at, { recursive: true, withFileTypes: true });
      const files = inside.filter((entry) => entry.isFile() && !entry.name.includes('.test.'));
      for (const file of files.map((entry) => path.join(entry.parentPath ?? entry.path, entry.name)).sort()) add(file);
    }
  }
  return hash.digest('hex');
}

function readText(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
