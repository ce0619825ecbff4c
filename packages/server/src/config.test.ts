// Settings: where they come from, what is refused, and that their page is true.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { isDevelopment, readConfig, settingsPage } from './config.ts';

test('a flag wins over the environment, which wins over the default', () => {
  assert.equal(readConfig([], {}).port, 4000);
  assert.equal(readConfig([], { COUNTERSIGN_PORT: '1' }).port, 1);
  assert.equal(readConfig(['--port', '2'], { COUNTERSIGN_PORT: '1' }).port, 2);
  assert.equal(readConfig(['--no-demo'], {}).demo, false);
  assert.equal(readConfig([], { COUNTERSIGN_DEMO: 'false' }).demo, false);
  assert.equal(readConfig(['--https-port', 'off'], {})['https-port'], 'off');
  assert.deepEqual(readConfig(['--domain', 'a.example.com, b.example.com'], {}).domain, [
    'a.example.com',
    'b.example.com',
  ]);
});

test('development is loopback without a public host and without a proxy', () => {
  const says = (...args: string[]) => isDevelopment(readConfig(args, {}));
  assert.equal(says(), true);
  for (const host of ['localhost', '127.0.0.2', '::1']) assert.equal(says('--host', host), true, host);
  for (const host of ['0.0.0.0', '::', '10.0.0.1', '127.evil.example', 'localhost.example.com']) {
    assert.equal(says('--host', host), false, host);
  }
  assert.equal(says('--domain', 'auth.example.com'), false);
  assert.equal(says('--trusted-proxies', '127.0.0.1'), false);
});

test('an empty variable counts as not set', () => {
  assert.equal(readConfig([], { COUNTERSIGN_PORT: '' }).port, 4000);
});

const refused: readonly [args: string[], env: Record<string, string>, says: RegExp][] = [
  [['--port', '70000'], {}, /^--port must be a whole number from 0 to 65535\.$/],
  [['--port', '1e3'], {}, /^--port must be/],
  [[], { COUNTERSIGN_LOG_LEVEL: 'loud' }, /^COUNTERSIGN_LOG_LEVEL must be one of debug, info/],
  [['--master-key', 'x'], {}, /--master-key/],
  [['extra'], {}, /extra/],
];
for (const [args, env, says] of refused) {
  test(`${JSON.stringify(args)} ${JSON.stringify(env)} is refused in one sentence`, () => {
    assert.throws(() => readConfig(args, env), { name: 'StartRefused', message: says });
  });
}

test('no message repeats a refused value, which may be a secret', () => {
  assert.throws(
    () => readConfig([], { COUNTERSIGN_PORT: 'canary' }),
    (error: Error) => !error.message.includes('canary'),
  );
});

test('docs/settings.md is what the program says', async () => {
  const page = await readFile(new URL('../../../docs/settings.md', import.meta.url), 'utf8');
  assert.equal(page, settingsPage());
});
