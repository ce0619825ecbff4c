// Code that the dashboard offers to copy: whoever may name an API or a callback does not choose what runs on the machine of whoever pastes.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { runInNewContext } from 'node:vm';
import { protections } from '../../../dashboard/src/pages/apis/protections.ts';
import { calls, tokenRequest, type Values } from '../../../dashboard/src/pages/apis/snippets.ts';
import { stepsOf } from '../../../dashboard/src/pages/applications/steps.ts';

const names = [
  'https://api.example.com/',
  'https://api.example.com/;touch$IFS./pwned;',
  'https://api.example.com/$(touch$IFS./pwned)`touch$IFS./pwned`',
  "https://api.example.com/';touch$IFS./pwned;'",
  "https://api.example.com/'+globalThis.pwn()+'",
  'https://api.example.com/"+globalThis.pwn()+"\\',
];

/** What `curl` gets when a shell runs the snippet; a snippet that did anything else left a file. */
async function curled(code: string): Promise<string[]> {
  const cwd = await mkdtemp(join(tmpdir(), 'countersign-snippet-'));
  try {
    const script = `curl() { for one in "$@"; do printf '%s\\n' "$one"; done; }\n${code}\n`;
    const out = execFileSync('/bin/sh', ['-c', script], { cwd, encoding: 'utf8' });
    assert.deepEqual(await readdir(cwd), [], code);
    return out.split('\n');
  } finally {
    await rm(cwd, { recursive: true, force: true });
  }
}

const valuesOf = (name: string): Values => ({
  issuer: 'http://localhost:4000/',
  audience: name,
  scope: 'read:things',
  algorithm: 'RS256',
  clientId: 'CLIENT',
  address: name,
  token: 'ey.J.x',
});
const client = (app_type: string, callback: string) =>
  ({ client_id: 'CLIENT', app_type, callbacks: [callback] }) as Parameters<typeof stepsOf>[0];

/** The literals after these members, evaluated. */
function literals(code: string, member: RegExp): unknown[] {
  return [...code.matchAll(member)].map(([, literal]) => runInNewContext(literal ?? ''));
}

describe('code to copy', () => {
  for (const name of names)
    test(`holds ${name} as one text, in a shell and in JavaScript`, async () => {
      const values = valuesOf(name);
      const call = calls.find(({ name: kind }) => kind === 'curl')?.code(values) ?? '';
      assert.equal((await curled(call))[0], name);
      assert.ok((await curled(tokenRequest(values))).includes(`audience=${name}`));
      const native = stepsOf(client('native', name), name, 'http://localhost:4000');
      assert.ok((await curled(native.at(-1)?.code ?? '')).includes(`redirect_uri=${name}`));
      const [curl, node] = stepsOf(client('non_interactive', name), name, 'http://localhost:4000');
      assert.ok((await curled(curl?.code ?? '')).includes(`audience=${name}`));
      for (const code of [
        node?.code ?? '',
        stepsOf(client('spa', name), name, 'http://localhost:4000').at(-1)?.code ?? '',
        stepsOf(client('regular_web', name), name, 'http://localhost:4000').at(-1)?.code ?? '',
      ]) {
        const found = literals(code, /(?:audience|redirect_uri): (.+?),?(?: \},)?$/gm);
        assert.ok(found.length > 0, code);
        for (const one of found) assert.equal(one, name, code);
      }
      const express = protections.find(({ name: kind }) => kind === 'Express')?.code(values) ?? '';
      assert.deepEqual(literals(express, /audience: (.+),$/gm), [name]);
    });
});
