// The door for people: `npm start`, `npm test` and `npm run bench` begin here, on whatever Node the machine has.
// Installs the locked packages when package-lock.json changed, then goes on under the project's own Node.
// This file and bootstrap/ are plain JavaScript for Node 18 and newer: nothing is installed yet when they run.

import { existsSync, readdirSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { builtDashboard } from './bootstrap/dashboard.mjs';
import { installed } from './bootstrap/install.mjs';
import { run, Sentence, say } from './bootstrap/person.mjs';
import { serverFlags } from './bootstrap/server-flags.mjs';

const root = path.dirname(fileURLToPath(import.meta.url));
const dashboard = 'packages/dashboard/tsconfig.json';
const testFiles = [
  'test/**/*.test.ts',
  'packages/*/test/**/*.test.ts',
  'packages/*/src/**/*.test.ts',
  'examples/**/*.test.*',
];

async function main([mode, ...rest]) {
  const node = await installed(root);
  // Workspaces lead to their TypeScript under this condition; Node strips the types.
  const source = '--conditions=countersign-source';
  switch (mode) {
    case '--install':
      return 0;
    case '--test':
      return await test(node, source, rest);
    case '--bench':
      return await run(node, [source, path.join('bench', 'index.ts'), ...rest], root);
    case '--cli':
      return await run(
        node,
        [source, path.join(root, 'packages', 'server', 'src', 'main.ts'), ...rest],
        undefined,
        true,
      );
    case '--example':
      return await example(node, source, rest);
    default: {
      if (!process.argv.includes('--no-dashboard')) await builtDashboard(root, node);
      const server = path.join(root, 'packages', 'server', 'src', 'main.ts');
      return await run(node, [source, ...serverFlags, server, 'serve', ...process.argv.slice(2)]);
    }
  }
}

/** `npm run example -- health-api`: a program of examples/, on the sources of this checkout. */
async function example(node, source, [name, ...args]) {
  const folder = path.join(root, 'examples');
  const known = readdirSync(folder).filter((entry) => statSync(path.join(folder, entry)).isDirectory());
  if (!known.includes(name)) throw new Sentence(`Name an example: ${known.join(', ')}.`);
  const [program] = readdirSync(path.join(folder, name)).filter((file) => /^(api|client|app)\.mjs$/.test(file));
  return await run(node, [source, path.join(folder, name, program), ...args]);
}

/** Types, style and every test; with file names only those tests. The runner comes last: its counts end the output. */
async function test(node, source, args) {
  const flags = args.filter((arg) => arg.startsWith('-'));
  const files = args.filter((arg) => !arg.startsWith('-'));
  const failed = [];
  if (files.length === 0 || files.some((file) => file.includes('dashboard'))) await builtDashboard(root, node);
  if (files.length === 0) {
    for (const [name, file, ...options] of [
      ['tsc', 'typescript/bin/tsc', '-p', 'tsconfig.json'],
      ...(existsSync(path.join(root, dashboard))
        ? [['tsc of the dashboard', 'typescript/bin/tsc', '-p', dashboard]]
        : []),
      ['biome', '@biomejs/biome/bin/biome', 'check', '.'],
    ]) {
      // Not through .bin: its first line would take the Node of the PATH.
      const code = await run(node, [path.join(root, 'node_modules', file), ...options], root);
      if (code > 128) return code;
      if (code !== 0) failed.push(name);
    }
  }
  // At least two at once: a test of the server mostly waits for processes, and test machines have few cores.
  const concurrency = `--test-concurrency=${Math.max(2, os.cpus().length - 1)}`;
  const which = files.length > 0 ? files : testFiles;
  const code = await run(node, [source, '--test', concurrency, ...flags, ...which], root);
  if (failed.length > 0) say(`Failed before the tests: ${failed.join(', ')} (see above).`);
  return code === 0 && failed.length > 0 ? 1 : code;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Sentence)) throw error;
  say(error.message);
  process.exitCode = error.exitCode;
}
