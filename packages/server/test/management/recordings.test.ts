// Recorded Management API traffic replayed against this server, when the recordings lie beside the checkout
// (`../shared/recordings`). They are not shipped; without them this says so and passes nothing off as checked.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { serveHere } from '../support/running.ts';

const recordings = fileURLToPath(new URL('../../../../../shared/recordings/', import.meta.url));
const replay = join(recordings, 'replay.mjs');
const reset = fileURLToPath(new URL('./replay-reset.ts', import.meta.url));
const absent = existsSync(replay) ? false : `no recordings at ${recordings}`;

/** Least scores by kind; an exchange that could not be sent, since an earlier one failed, counts as failed. */
const least: Readonly<Record<string, number>> = {
  clients: 0.975,
  'client-credentials': 0.995,
  'client-grants': 0.975,
  'resource-servers': 0.975,
  'tenants-settings': 0.95,
  connections: 0.89,
  'connection-profiles': 0.99,
  'user-attribute-profiles': 0.96,
  'attack-protection': 0.95,
};

/** Scenarios of people want the tenant's database connection as it was in the beginning, which others change or delete. */
const leastOfPeople: Readonly<Record<string, number>> = {
  roles: 0.96,
  // What is missing: linked and connected accounts, risk assessments, custom domains.
  users: 0.83,
  'users-by-email': 0.99,
  sessions: 0.99,
};

interface Result {
  readonly kind: string;
  readonly verdict: string;
  readonly score: number;
  readonly weight: number;
}

async function replayed(kinds: readonly string[], options: { readonly reset: boolean }): Promise<readonly Result[]> {
  const site = await serveHere();
  const folder = await mkdtemp(join(tmpdir(), 'countersign-replay-'));
  try {
    const { body } = await site.token({
      grant_type: 'client_credentials',
      client_id: site.admin.clientId,
      client_secret: site.admin.clientSecret,
      audience: `https://${site.host}/api/v2/`,
    });
    const report = join(folder, 'report.json');
    const env = { ...process.env, REPLAY_BASE: site.base, REPLAY_TOKEN: body.access_token };
    const args = [
      replay,
      '--base-url',
      site.base,
      '--token',
      body.access_token,
      '--since',
      '2025-01-01',
      '--retries',
      '0',
      '--quiet',
      '--report',
      report,
      ...(options.reset ? ['--before', `"${process.execPath}" "${reset}"`] : []),
      ...kinds.flatMap((kind) => ['--kind', kind]),
    ];
    const status = await new Promise((resolve) =>
      spawn(process.execPath, args, { stdio: 'ignore', env }).once('exit', resolve),
    );
    assert.equal(status, 0);
    return JSON.parse(await readFile(report, 'utf8')).runs.flatMap((run: { results: Result[] }) => run.results);
  } finally {
    await rm(folder, { recursive: true, force: true });
    await site.stop();
  }
}

for (const [about, wanted, options] of [
  ['of configuration', least, { reset: false }],
  ['of people', leastOfPeople, { reset: true }],
] as const) {
  test(`traffic ${about} recorded since 2025 is answered as Auth0 did`, { skip: absent }, async (context) => {
    const results = await replayed(Object.keys(wanted), options);
    const score = (rows: readonly Result[]) =>
      rows.reduce((sum, row) => sum + row.score * row.weight, 0) / rows.reduce((sum, row) => sum + row.weight, 0);
    for (const [kind, most] of Object.entries(wanted)) {
      const rows = results.filter((row) => row.kind === kind && row.weight > 0);
      context.diagnostic(`${kind}: ${(100 * score(rows)).toFixed(1)} % of ${rows.length} exchanges`);
      assert.ok(score(rows) >= most, `${kind}: ${score(rows)}`);
    }
  });
}
