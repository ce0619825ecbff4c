// The parent's side of `child.ts`.

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DatabasePlace } from '../index.ts';
import type { Asked, Told } from './child.ts';
import type { Input } from './chores.ts';

const CHILD = fileURLToPath(import.meta.resolve('./child.ts'));

const NOTHING: Input = { who: '', key: '', id: '', racers: 1, times: 1, limit: 1, ms: 0 };

export interface Child {
  /** Runs a chore there. `heard` is called with everything it says. @throws when it fails or is killed */
  ask(chore: string, tenant: string, input?: Partial<Input>, heard?: (word: unknown) => void): Promise<unknown>;
  /** Ends it without a chance to tidy up. */
  kill9(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a process that uses the database; it has loaded its program, but not opened the database yet. */
export async function startChild(place: DatabasePlace): Promise<Child> {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const child = fork(CHILD, [JSON.stringify(place)], {
    // Many are started; with the cache each needs half the time.
    env: { NODE_COMPILE_CACHE: path.join(tmpdir(), 'countersign-compile-cache'), ...env },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const exited = once(child, 'exit');
  await Promise.race([
    once(child, 'message'),
    exited.then(([code]) => Promise.reject(new Error(`the child ended with ${code}`))),
  ]);
  let asked = 0;

  return {
    ask(chore, tenant, input = {}, heard = () => {}) {
      const id = asked++;
      const question: Asked = { id, chore, tenant, input: { ...NOTHING, ...input } };
      child.send(question);
      return answerOf(child, id, heard);
    },
    async kill9() {
      child.kill('SIGKILL');
      await exited;
    },
    async stop() {
      if (child.connected) child.disconnect();
      await exited;
    },
  };
}

function answerOf(child: ChildProcess, id: number, heard: (word: unknown) => void): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const done = () => {
      child.off('message', hear);
      child.off('exit', gone);
    };
    const gone = () => {
      done();
      reject(new Error('the child was killed'));
    };
    function hear(told: Told) {
      if (told.kind === 'ready' || told.id !== id) return;
      if (told.kind === 'said') return heard(told.word);
      done();
      if (told.kind === 'done') resolve(told.value);
      else reject(new Error(`${told.name}: ${told.message}`));
    }
    child.on('message', hear);
    child.on('exit', gone);
  });
}
