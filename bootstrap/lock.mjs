// One installation at a time in a folder, whoever asks: two `npm start` at once must not delete each other's packages.
// The lock is a folder with its owner's process ids inside; a dead owner's lock is taken over.

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Sentence, say } from './person.mjs';

const pollEvery = 250;
const silentPolls = 60_000 / pollEvery;
const installing = { doing: 'installing the packages', must: 'The packages must be installed' };

/**
 * Runs `work(started)` while no other process does in `folder`; `started(pid)` names the process that does the work,
 * so that the lock holds as long as either lives. `done()` is asked first: another one may have done it meanwhile.
 * `words` say what it is, for those who wait and for who cannot write.
 */
export async function alone(folder, done, work, words = installing) {
  const owner = { host: os.hostname(), pid: process.pid, worker: 0 };
  const write = (to) => fs.writeFileSync(path.join(to, 'owner.json'), JSON.stringify(owner));
  const mine = `${folder}.${process.pid}`;
  try {
    fs.mkdirSync(mine, { recursive: true });
    write(mine);
  } catch (error) {
    throw new Sentence(`${words.must}, but ${path.dirname(folder)} cannot be written (${error.code}).`);
  }
  try {
    await acquire(mine, folder, done, words.doing);
  } finally {
    fs.rmSync(mine, { recursive: true, force: true });
  }
  const pulse = setInterval(() => beat(folder), 2_000);
  try {
    if (done()) return;
    await work((pid) => {
      owner.worker = pid;
      write(folder);
    });
  } finally {
    clearInterval(pulse);
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** Shows waiting processes that we live. A full disk must not stop npm in the middle, so a failure is passed over. */
function beat(folder) {
  try {
    fs.writeFileSync(path.join(folder, 'beat'), String(Date.now()));
  } catch {
    // At worst another process takes the lock over after a minute.
  }
}

/** Returns when the lock is ours. It appears with its owner inside, in one step: renaming onto a full folder fails. */
async function acquire(mine, folder, done, doing) {
  let seen = '';
  for (let polls = 0; !rename(mine, folder); polls += 1) {
    if (polls === 0 && !done()) say(`Another process is ${doing} here; waiting for it.`);
    const holder = read(folder, 'owner.json');
    const state = holder + read(folder, 'beat');
    // Silence is counted in our own polls, not in clock time: a laptop that slept must not look like a dead process.
    if (state !== seen) polls = 1;
    seen = state;
    const silent = polls > silentPolls;
    if (silent || isGone(holder)) breakLock(folder, holder);
    await sleep(pollEvery);
  }
}

/** Removes a dead owner's lock. Of several that wait only one may, or the second would remove the first one's new lock. */
function breakLock(folder, judged) {
  const breaking = path.join(folder, 'breaking');
  try {
    fs.mkdirSync(breaking);
  } catch {
    const since = fs.statSync(breaking, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    if (Date.now() - since > 10_000) fs.rmSync(breaking, { recursive: true, force: true });
    return;
  }
  const gone = `${folder}.${process.pid}.gone`;
  if (read(folder, 'owner.json') === judged && rename(folder, gone)) fs.rmSync(gone, { recursive: true, force: true });
  else fs.rmSync(breaking, { recursive: true, force: true });
}

/** True when the owner and the process that does its work are both dead. On another host only silence can tell. */
function isGone(holder) {
  try {
    const { host, pid, worker } = JSON.parse(holder);
    return host === os.hostname() && !isAlive(pid) && !(worker > 0 && isAlive(worker));
  } catch {
    return false;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function rename(from, to) {
  try {
    fs.renameSync(from, to);
    return true;
  } catch {
    return false;
  }
}

function read(folder, name) {
  try {
    return fs.readFileSync(path.join(folder, name), 'utf8');
  } catch {
    return '';
  }
}
