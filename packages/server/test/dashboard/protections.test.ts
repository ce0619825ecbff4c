// The code of the dashboard that protects an API, run as it is pasted, for every algorithm that signs an API's tokens.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { protections } from '../../../dashboard/src/pages/apis/protections.ts';
import { freePort, serveHere } from '../support/running.ts';

const modules = fileURLToPath(new URL('../../../../node_modules', import.meta.url));
const algorithms = ['RS256', 'PS256', 'ES256', 'EdDSA', 'HS256'];
// The verifier is the same behind each, and each run is a process.
const cases = [
  ...algorithms.map((algorithm) => ['Express', algorithm] as const),
  ['Fastify', 'RS256'] as const,
  ['Hono', 'HS256'] as const,
];

interface Subject {
  readonly audience: string;
  readonly secret: string;
  readonly token: string;
  readonly withoutScope: string;
}

describe('code that protects an API, as it is pasted', { concurrency: 2 }, () => {
  let site: Awaited<ReturnType<typeof serveHere>>;
  let folder: string;
  const subjects = new Map<string, Subject>();
  before(async () => {
    site = await serveHere();
    folder = await mkdtemp(join(tmpdir(), 'countersign-protections-'));
    await symlink(modules, join(folder, 'node_modules'));
    for (const signing_alg of algorithms) {
      const machine = await site.machine({ scopes: ['read:things'], granted: ['read:things'], api: { signing_alg } });
      const { audience, api } = machine;
      const token = async (more: object) => {
        const { body, text } = await site.token({
          grant_type: 'client_credentials',
          client_id: machine.clientId,
          client_secret: machine.clientSecret,
          audience,
          ...more,
        });
        assert.ok(body.access_token, text);
        return body.access_token as string;
      };
      const [grant] = (await site.manage('GET', `/client-grants?${new URLSearchParams({ audience })}`)).body;
      const full = await token({});
      await site.manage('PATCH', `/client-grants/${grant.id}`, { scope: [] });
      subjects.set(signing_alg, {
        audience,
        secret: String(api.signing_secret ?? ''),
        token: full,
        withoutScope: await token({}),
      });
    }
  });
  after(async () => {
    await site.stop();
    await rm(folder, { recursive: true, force: true });
  });

  for (const [framework, algorithm] of cases)
    test(`in ${framework} with ${algorithm} accepts its tokens, and no others`, async () => {
      const subject = subjects.get(algorithm);
      const other = subjects.get(algorithm === 'RS256' ? 'PS256' : 'RS256');
      assert.ok(subject && other);
      const port = await freePort();
      const snippet = protections.find(({ name }) => name === framework);
      assert.ok(snippet);
      const code = snippet.code({
        issuer: site.issuer,
        audience: subject.audience,
        scope: 'read:things',
        algorithm,
        clientId: '',
        address: '',
        token: '',
      });
      const file = join(folder, `${framework}-${algorithm}.mjs`);
      // Its port is the reader's to choose.
      await writeFile(file, code.replaceAll('3000', String(port)));
      const child: ChildProcess = spawn(process.execPath, ['--conditions=countersign-source', file], {
        cwd: folder,
        env: { ...process.env, API_SIGNING_SECRET: subject.secret },
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      try {
        const at = `http://localhost:${port}/`;
        for (let tries = 0; !(await fetch(at).catch(() => undefined)); tries++) {
          assert.ok(tries < 300 && child.exitCode === null, 'the API answers within 30 s');
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
        const status = async (token?: string) =>
          (await fetch(at, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } })).status;
        assert.equal(await status(subject.token), 200);
        assert.equal(await status(subject.withoutScope), 403);
        assert.equal(await status(other.token), 401);
        assert.equal(await status(), 401);
      } finally {
        child.kill();
        if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      }
    });
});
