// Holds the house's rules over every source file, and shows for each rule that it can fail.

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { breaches, type Exception, type Rule, ruleNames } from './support/house.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const door = 'only the door of an endpoint room knows the store and the router';

/** Who may break which rule, and why. Keep it short: where many need it, the rule is wrong. */
const exceptions: readonly Exception[] = [
  {
    path: 'packages/server/src/demo.ts',
    rule: 'imports name their target',
    because: 'the demo API is examples/ in a checkout and a copy inside the published package',
  },
  {
    path: 'packages/server/src/endpoints/token/spend.ts',
    rule: door,
    because: 'the commit beat of endpoint.ts in a file of its own; names the types of what it is handed',
  },
  {
    path: 'packages/server/src/endpoints/login/commit.ts',
    rule: door,
    because: 'the commit beat of endpoint.ts in a file of its own; names the types of what it is handed',
  },
  {
    path: 'packages/server/src/endpoints/management/context.ts',
    rule: door,
    because: 'declares, as a type, what endpoint.ts hands to every operation',
  },
  {
    path: 'packages/server/src/endpoints/recovery/behind.ts',
    rule: door,
    because: 'the load beat that endpoint.ts and choose.ts share; declares, as a type, what they are handed',
  },
  {
    path: 'packages/server/src/endpoints/management/lists.ts',
    rule: door,
    because: 'the load beat that collection-routes.ts and verbs/ share; names the types of what it is handed',
  },
  {
    path: 'packages/server/src/endpoints/management/log-query.ts',
    rule: door,
    because: 'pure; what it makes is a filter in the words of the store',
  },
];

test('the house holds', () => {
  const paths = globSync('packages/*/src/**/*.{ts,tsx}', { cwd: root }).map((path) => path.replaceAll(sep, '/'));
  assert.ok(paths.includes('packages/server/src/main.ts'), 'the sources are where they are looked for');
  const files = paths.map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
  const found = breaches(files, exceptions);
  assert.equal(found.length, 0, `\n${found.join('\n')}\n`);
});

/** For each rule: what it lets pass, and what it stops. `src` is packages/server/src; the opening comment is added. */
const cases: Readonly<Record<Rule, { readonly good: readonly Case[]; readonly bad: readonly Case[] }>> = {
  'every room is in the list': {
    good: [
      ['src/web/cookies.ts', ''],
      ['src/domain/keys/ring.ts', ''],
    ],
    bad: [
      ['src/queues/one.ts', ''],
      ['src/domain/billing/one.ts', ''],
      ['src/domain/loose.ts', ''],
    ],
  },
  'imports go down only': {
    good: [
      ['src/endpoints/token/endpoint.ts', "import { a } from '../../domain/keys/ring.ts';"],
      ['src/server.ts', "import { a } from './endpoints/token/endpoint.ts';"],
      ['src/seed/one.ts', "import { a } from '../config.ts';"],
      ['src/resources/clients.ts', "import type { A } from '../oauth/scope.ts';"],
      ['src/web/deep/one.ts', "import { a } from '../html.ts';"],
      ['src/domain/keys/ring.test.ts', "import { a } from '../../web/router.ts';"],
    ],
    bad: [
      ['src/domain/keys/ring.ts', "import { a } from '../../endpoints/token/endpoint.ts';"],
      ['src/domain/keys/ring.ts', "import type { A } from '../../web/exchange.ts';"],
      ['src/domain/keys/ring.ts', "import { a } from '../../config.ts';"],
      ['src/storage/store.ts', "import { a } from '../resources/clients.ts';"],
      ['src/resources/clients.ts', "export * from '../storage/store.ts';"],
      ['src/web/router.ts', "const a = await import('../storage/store.ts');"],
      ['src/web/router.ts', "type A = import('../domain/keys/ring.ts').A;"],
      ['src/oauth/scope.ts', "import '../domain/keys/ring.ts';"],
      ['src/schema/field.ts', "import { a } from '../cli/serve.ts';"],
      ['src/endpoints/token/endpoint.ts', "import { a } from '../../server.ts';"],
    ],
  },
  'nothing imports main.ts, and only main.ts imports cli/': {
    good: [
      ['src/main.ts', "const a = await import('./cli/serve.ts');"],
      ['src/cli/serve.ts', "import { a } from './banner.ts';"],
    ],
    bad: [
      ['src/server.ts', "import { a } from './main.ts';"],
      ['src/server.ts', "import { a } from './cli/serve.ts';"],
      ['src/seed/one.ts', "import { a } from '../cli/serve.ts';"],
    ],
  },
  'rooms of endpoints/ do not import each other': {
    good: [['src/endpoints/token/grants/one.ts', "import { a } from '../grant.ts';"]],
    bad: [
      ['src/endpoints/token/endpoint.ts', "import { a } from '../discovery/metadata.ts';"],
      ['src/endpoints/token/grants/one.ts', "import type { A } from '../../revoke/a.ts';"],
    ],
  },
  'rooms of domain/ lean downwards only': {
    good: [
      ['src/domain/issuing/a.ts', "import { a } from '../keys/ring.ts';"],
      ['src/domain/connections/a.ts', "import { a } from '../accounts/a.ts';"],
      ['src/domain/connections/oidc/a.ts', "import { a } from '../strategy.ts';"],
    ],
    bad: [
      ['src/domain/keys/a.ts', "import { a } from '../issuing/token.ts';"],
      ['src/domain/accounts/a.ts', "import type { A } from '../connections/a.ts';"],
      ['src/domain/clients/a.ts', "import { a } from '../billing/a.ts';"],
    ],
  },
  [door]: {
    good: [
      ['src/endpoints/token/endpoint.ts', "import type { Store } from '../../storage/store.ts';"],
      ['src/endpoints/management/links-routes.ts', "import type { Route } from '../../web/router.ts';"],
      ['src/endpoints/management/verbs/a.ts', "import type { Store } from '../../../storage/store.ts';"],
      ['src/endpoints/login/steps/a/page.ts', "import { html } from '../../../../web/html.ts';"],
    ],
    bad: [
      ['src/endpoints/token/grants/a.ts', "import type { Store } from '../../../storage/store.ts';"],
      ['src/endpoints/token/grant.ts', "import type { Route } from '../../web/router.ts';"],
      ['src/endpoints/token/verbs/a.ts', "import type { Store } from '../../../storage/store.ts';"],
    ],
  },
  'what a browser loads imports nothing of node': {
    good: [['src/resources/clients.ts', "import * as z from 'zod';"]],
    bad: [
      ['src/resources/clients.ts', "import { a } from 'node:crypto';"],
      ['src/schema/field.ts', "import type { A } from 'node:buffer';"],
      ['src/oauth/scope.ts', "import 'node:url';"],
    ],
  },
  'drivers, framework and JOSE have one owner': {
    good: [
      ['src/storage/sqlite/a.ts', "import { DatabaseSync } from 'node:sqlite';"],
      ['src/web/router.ts', "import fastify from 'fastify';"],
      ['src/domain/keys/a.ts', "import { jwtVerify } from 'jose';"],
      ['packages/api/src/verify.ts', "import { jwtVerify } from 'jose/jwt/verify';"],
    ],
    bad: [
      ['src/domain/keys/a.ts', "import type { Kysely } from 'kysely';"],
      ['src/server.ts', "const pg = await import('pg');"],
      ['src/cli/a.ts', "import { DatabaseSync } from 'node:sqlite';"],
      ['src/web/cookies.ts', "import type { A } from 'fastify';"],
      ['src/server.ts', "import cors from '@fastify/cors';"],
      ['src/domain/accounts/a.ts', "import { createTransport } from 'nodemailer';"],
      ['src/domain/clients/a.ts', "import { jwtVerify } from 'jose/jwt/verify';"],
    ],
  },
  'signatures are made and checked where keys live': {
    good: [
      ['src/domain/issuing/a.ts', "import { sign } from 'node:crypto';"],
      ['src/domain/clients/a.ts', "import { createHash, type KeyObject as K } from 'node:crypto';"],
    ],
    bad: [
      ['src/domain/clients/a.ts', "import { createHash, verify as check } from 'node:crypto';"],
      ['src/storage/a.ts', "import { createSign } from 'crypto';"],
      ['src/storage/a.ts', "import * as crypto from 'node:crypto';"],
      ['src/storage/a.ts', "import crypto from 'node:crypto';"],
    ],
  },
  'packages know each other one way': {
    good: [
      ['src/endpoints/management/guard.ts', "import { bearer } from '@countersign/api';"],
      ['packages/dashboard/src/app.tsx', "import { clients } from 'countersign/resources';"],
      ['packages/dashboard/src/app.tsx', "import { a } from './deep/a.tsx';"],
      ['packages/api/src/verify.ts', "import { Buffer } from 'node:buffer';"],
    ],
    bad: [
      ['packages/api/src/verify.ts', "import { a } from 'countersign/resources';"],
      ['packages/api/src/verify.ts', "import { z } from 'zod';"],
      ['packages/api/src/verify.ts', "import { a } from '../../server/src/oauth/scope.ts';"],
      ['packages/dashboard/src/app.tsx', "import { a } from 'countersign';"],
      ['packages/dashboard/src/app.tsx', "import { a } from '@countersign/api';"],
      ['src/server.ts', "import { a } from 'countersign/resources';"],
      ['src/server.ts', "import { a } from '../../dashboard/src/a.ts';"],
    ],
  },
  'imports name their target': {
    good: [['src/server.ts', "const a = await import('./config.ts');"]],
    bad: [
      ['src/server.ts', 'const a = await import(name);'],
      ['src/server.ts', 'const a = await import(`./${' + 'name}.ts`);'],
    ],
  },
  'names say what is inside': {
    good: [['src/web/cookies.ts', '']],
    bad: [
      ['src/web/util.ts', ''],
      ['src/web/cookie-helpers.ts', ''],
      ['src/web/Services/a.ts', ''],
      ['src/web/error.handler.test.ts', ''],
    ],
  },
  'files are short': {
    good: [['src/web/cookies.ts', '\n'.repeat(298)]],
    bad: [['src/web/cookies.ts', '\n'.repeat(300)]],
  },
  'a file opens by saying what it is for': {
    good: [['src/main.ts', '#!/usr/bin/env node\n// One.\n// Two.\n\n// Not a part of it.\n', 'bare']],
    bad: [
      ['src/web/cookies.ts', 'export const a = 1;\n// Late.', 'bare'],
      ['src/web/cookies.ts', '// 1\n// 2\n// 3\n// 4\n// 5\n', 'bare'],
      ['src/web/cookies.ts', '/*\n * 1\n * 2\n * 3\n * 4\n * 5\n */', 'bare'],
    ],
  },
  'exported functions are documented': {
    good: [
      ['src/web/cookies.ts', '/** Says. */\nexport function a() {}'],
      ['src/web/cookies.ts', 'function inner() {}\nexport const limit = (1 + 2) * 3;\nexport type A = () => void;'],
      ['src/web/cookies.ts', '/** Says. */\nexport function a(b: 1): 1;\nexport function a(b: 2): 2;'],
      ['src/storage/conformance/rows.ts', 'export function rows() {}'],
    ],
    bad: [
      ['src/web/cookies.ts', 'export function a() {}'],
      ['src/web/cookies.ts', '// Not a doc comment.\nexport async function* a() {}'],
      ['src/web/cookies.ts', 'export const a = async (b: string): Promise<void> => {};'],
      ['src/web/cookies.ts', 'export const a = b => b;'],
      ['src/web/cookies.ts', 'export default function () {}'],
    ],
  },
};

/** Path, text, and `bare` to get no opening comment in front. */
type Case = readonly [path: string, text: string, bare?: 'bare'];

function breachesOf(rule: Rule, [path, text, bare]: Case): string[] {
  const file = {
    path: path.replace(/^src\//, 'packages/server/src/'),
    text: bare ? text : `// What it is for.\n${text}`,
  };
  return breaches([file]).filter((breach) => breach.startsWith(`${file.path}: ${rule}: `));
}

for (const rule of ruleNames) {
  test(`it is held that ${rule}`, () => {
    for (const one of cases[rule].good) assert.deepEqual(breachesOf(rule, one), [], one.join('\n'));
    for (const one of cases[rule].bad) assert.equal(breachesOf(rule, one).length, 1, one.join('\n'));
    assert.ok(cases[rule].good.length > 0 && cases[rule].bad.length > 0);
  });
}

test('an exception covers one rule in one file, and one that is not needed is a breach', () => {
  const file = { path: 'packages/server/src/web/a.ts', text: "import 'pg';\n" };
  const opening: Exception = { path: file.path, rule: 'a file opens by saying what it is for', because: 'a test' };
  const [left = '', ...more] = breaches([file], [opening]);
  assert.deepEqual(more, []);
  assert.match(left, /pg is for storage\/ only/);
  const unneeded: Exception = { ...opening, rule: 'files are short' };
  assert.ok(breaches([file], [opening, unneeded]).some((breach) => breach.endsWith('the exception is not needed')));
});
