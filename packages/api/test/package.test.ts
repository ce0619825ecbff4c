// What `npm pack` makes of this workspace: plain JavaScript that runs in an empty folder without network, and types that a consumer can use.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const workspace = fileURLToPath(new URL('..', import.meta.url));
const root = fileURLToPath(new URL('../../..', import.meta.url));
const tsc = join(root, 'node_modules/typescript/bin/tsc');

let folder: string;
let consumer: string;

function run(command: string, args: readonly string[], cwd: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(command, args, { cwd, env: { ...process.env, NODE_OPTIONS: '' } }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${command} ${args.join(' ')}\n${stdout}${stderr}`));
    });
  });
}

/** A copy is built and packed, so that a `dist` of the checkout is neither needed nor touched. */
before(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'countersign-api-')));
  const copy = join(folder, 'packages/api');
  consumer = join(folder, 'consumer');
  for (const file of ['package.json', 'tsconfig.build.json', 'src', 'README.md', 'LICENSE']) {
    await cp(join(workspace, file), join(copy, file), { recursive: true });
  }
  await cp(join(root, 'tsconfig.base.json'), join(folder, 'tsconfig.base.json'));
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
  await run(process.execPath, [tsc, '-p', 'tsconfig.build.json'], copy);
  await run('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], copy);
  await rm(join(folder, 'node_modules'));
  const archive = (await readdir(folder)).find((file) => file.endsWith('.tgz')) ?? '';
  await cp(join(folder, archive), join(consumer, archive), { recursive: true });
  await writeFile(join(consumer, 'package.json'), '{ "private": true, "type": "module" }');
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', `./${archive}`], consumer);
});
after(() => rm(folder, { recursive: true, force: true }));

test('the package installs without any other package', async () => {
  const names = (await readdir(join(consumer, 'node_modules'))).filter((name) => !name.startsWith('.'));
  assert.deepEqual(names, ['@countersign']);
});

test('the package holds JavaScript, types, a README and a licence, and no TypeScript source', async () => {
  const installed = join(consumer, 'node_modules/@countersign/api');
  const files = (await readdir(installed, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name);
  assert.deepEqual(
    files.filter((name) => !/\.js$|\.d\.ts$|^README\.md$|^LICENSE$|^package\.json$/.test(name)),
    [],
  );
  for (const needed of ['README.md', 'LICENSE', 'index.js', 'index.d.ts', 'express.js'])
    assert.ok(files.includes(needed), needed);
  const index = await readFile(join(installed, 'dist/index.js'), 'utf8');
  assert.doesNotMatch(index, /\.ts'/);
});

test('every entry runs as plain JavaScript, without type stripping', async () => {
  const script = `
    import { createApi, explainRefusal } from '@countersign/api';
    import * as node from '@countersign/api/node';
    import * as express from '@countersign/api/express';
    import * as fastify from '@countersign/api/fastify';
    import * as hono from '@countersign/api/hono';
    for (const adapter of [node, express, fastify, hono]) if (typeof adapter.protect !== 'function') throw new Error('no protect');
    const api = createApi({ issuer: 'https://tenant.example.com/', audience: 'https://api.example.com/' });
    const verdict = await api.verify('opaque');
    console.log(explainRefusal(verdict.refusal));
  `;
  await writeFile(join(consumer, 'run.mjs'), script);
  assert.match(await run(process.execPath, ['--no-strip-types', 'run.mjs'], consumer), /opaque token of 6 characters/);
});

const use = `
  import { createServer, type ServerResponse } from 'node:http';
  import { type Api, createApi, explainRefusal, keysFromSet, type Refusal, requireScopes, type VerifiedToken } from '@countersign/api';
  import { protect as express, tokenOf } from '@countersign/api/express';
  import { protect as fastify } from '@countersign/api/fastify';
  import { type AuthVariables, protect as hono } from '@countersign/api/hono';
  import { protect, withToken } from '@countersign/api/node';

  const api: Api = createApi({ issuer: 'https://x.example/', audience: 'a', keys: keysFromSet({ keys: [] }) });
  const verdict = await api.verify('x');
  if (verdict.kind === 'accepted') {
    const token: VerifiedToken = verdict.token;
    console.log(token.subject.length, token.claims.exp.toFixed());
  } else {
    const refusal: Refusal = verdict.refusal;
    console.log(explainRefusal(refusal), refusal.cause.code === 'opaque_token');
    // @ts-expect-error there is no such cause
    console.log(refusal.cause.code === 'nonsense');
  }
  createServer(async (request, response) => {
    const token = await protect(api, request, response, requireScopes('a'));
    if (token !== undefined) response.end(token.subject);
  });
  createServer(withToken(api, {}, (_request, response: ServerResponse, token) => response.end(token.subject)));
  export const all: [typeof express, typeof tokenOf, typeof fastify, typeof hono, AuthVariables?] = [express, tokenOf, fastify, hono];
  // @ts-expect-error there is no such option
  createApi({ issuer: 'x', audience: 'y', aud: 'z' });
  // @ts-expect-error a token that was not verified
  export const forged: VerifiedToken = { claims: {}, subject: 'x' };
`;

for (const [module, moduleResolution] of [
  ['nodenext', 'nodenext'],
  ['esnext', 'bundler'],
] as const) {
  test(`the types serve a consumer with moduleResolution ${moduleResolution}`, async () => {
    await writeFile(join(consumer, 'use.ts'), use);
    const compilerOptions = {
      strict: true,
      noEmit: true,
      target: 'es2022',
      module,
      moduleResolution,
      types: ['node'],
      typeRoots: [join(root, 'node_modules/@types')],
    };
    await writeFile(join(consumer, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['use.ts'] }));
    await run(process.execPath, [tsc, '-p', '.'], consumer);
  });
}
