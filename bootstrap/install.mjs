// Brings node_modules to what package-lock.json says, once per change of it, and finds the Node to go on with.
// node_modules/.countersign-lock holds what was last installed; it is written only after npm ended well.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { alone } from './lock.mjs';
import { exitCodeOf, Sentence, say, showProgress, startGroup, untilClosed, windows } from './person.mjs';

const oldestMajor = 24;

/** The Node to run the project in `root` with, after installing what is not installed yet. Throws a Sentence. */
export async function installed(root) {
  const stampFile = path.join(root, 'node_modules', '.countersign-lock');
  const stamp = wantedStamp(root);
  const done = () => readText(stampFile) === stamp;
  if (!done() && installedByHand(root)) remember(stampFile, stamp);
  else if (!done()) {
    await alone(path.join(root, '.cache', 'install.lock'), done, async (started) => {
      // From here on node_modules is not in order until npm has ended well: what stops us is repaired by the next start.
      fs.rmSync(stampFile, { force: true });
      await npmCi(root, started);
      nodeToUse(root);
      fs.writeFileSync(stampFile, stamp);
    });
  }
  return nodeToUse(root);
}

/** What must be installed: the lock file's hash, and the platform, since a folder can be shared with a container. */
function wantedStamp(root) {
  const lock = readText(path.join(root, 'package-lock.json'));
  if (lock === undefined) throw new Sentence('package-lock.json is missing: restore it from git, then try again.');
  return `${createHash('sha256').update(lock).digest('hex')} ${process.platform}-${process.arch}`;
}

/** True after `npm ci` or `npm install` by hand: npm writes node_modules/.package-lock.json as its last act. */
function installedByHand(root) {
  const found = readJson(path.join(root, 'node_modules', '.package-lock.json'))?.packages;
  const locked = readJson(path.join(root, 'package-lock.json'))?.packages;
  if (!found || !locked || !(ownNode(root) || isNewEnough(process.version))) return false;
  return Object.entries(locked).every(([folder, { version, integrity, optional }]) => {
    if (optional || !/(^|\/)node_modules\//.test(folder)) return true;
    return found[folder] && found[folder].version === version && found[folder].integrity === integrity;
  });
}

/** Spares the next start the comparison above. A folder that cannot be written compares again: nothing is lost. */
function remember(stampFile, stamp) {
  try {
    fs.writeFileSync(stampFile, stamp);
  } catch (error) {
    if (!['EACCES', 'EPERM', 'EROFS'].includes(error.code)) throw error;
  }
}

/** The Node to go on with. Never an older one than the packages allow: it would fail later, and less clearly. */
function nodeToUse(root) {
  const own = ownNode(root);
  if (own) return own;
  if (isNewEnough(process.version)) return process.execPath;
  throw new Sentence(
    `The project's own Node ${pinnedMajor(root)} is not in node_modules (npm may have blocked its install script) ` +
      `and this is Node ${process.version}: run \`npm install-scripts approve node\`, or set "allowScripts": ` +
      `{ "node": true } in package.json, and start again; or install Node ${oldestMajor} or newer yourself.`,
  );
}

/** The project's own Node when it is there, runs on this machine and has exactly the pinned major. */
function ownNode(root) {
  const file = path.join(root, 'node_modules', 'node', 'bin', windows ? 'node.exe' : 'node');
  if (!fs.existsSync(file)) return undefined;
  const asked = spawnSync(file, ['--version'], { encoding: 'utf8' });
  return asked.status === 0 && majorOf(asked.stdout) === pinnedMajor(root) ? file : undefined;
}

const pinnedMajor = (root) => majorOf(readJson(path.join(root, 'package.json'))?.devDependencies?.node ?? '');
const majorOf = (version) => Number(/\d+/.exec(version)?.[0] ?? 0);
const isNewEnough = (version) => majorOf(version) >= oldestMajor;

/** Runs `npm ci` with a line that shows it is alive. npm's own output is for failures only. */
async function npmCi(root, started) {
  const [command, args] = npmCommand();
  const options = { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], shell: command === 'npm.cmd' };
  const { child: npm, stop } = startGroup(command, args, options);
  if (npm.pid) started(npm.pid);
  let output = '';
  const keep = (chunk) => {
    output = (output + chunk).slice(-100_000);
  };
  npm.stdout.on('data', keep);
  npm.stderr.on('data', keep);
  const progress = showProgress('Installing the packages of package-lock.json (only when it changed)');
  const end = await untilClosed(npm, (signal) => {
    stop(signal);
    setTimeout(stop, 5_000, 'SIGKILL').unref();
  }).finally(progress.stop);
  if (end.received) {
    throw new Sentence('The installation was interrupted; the next start repairs it.', exitCodeOf(end.received));
  }
  if (end.code !== 0) {
    process.stderr.write(output);
    throw new Sentence(`\`npm ci\` failed after ${progress.seconds()}; its output is above. Nothing was started.`);
  }
  say(`Installed in ${progress.seconds()}.`);
}

/** The npm that runs us, or the one on the PATH. `ci` keeps to the lock file and removes what a broken install left. */
function npmCommand() {
  // Without --include=dev, NODE_ENV=production would leave out the project's own Node.
  const flags = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  const { npm_execpath: npm, npm_node_execpath: node = process.execPath } = process.env;
  if (npm && /npm-cli\.[cm]?js$/.test(npm)) return [node, [npm, ...flags]];
  return [windows ? 'npm.cmd' : 'npm', flags];
}

function readText(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function readJson(file) {
  try {
    return JSON.parse(readText(file) ?? '');
  } catch {
    return undefined;
  }
}
