// What a refresh with rotation costs, on SQLite and on PostgreSQL, beside `oidc-provider` with its in-memory adapter. Each
// answer is an access token and an ID token, two RS256 signatures, and a new refresh token; the one before is spent.

import { setTimeout as sleep } from 'node:timers/promises';
import { freshDatabase } from '../../packages/server/test/support/postgres.ts';
import { type Benchmark, type Figure, median, shown, spread } from '../figure.ts';
import { type Generator, startGenerator } from '../load/generate.ts';
import { type HttpRequest, tokenRequest } from '../load/request.ts';
import { type Countersign, freshFolder, startCountersign } from '../peers/countersign.ts';
import type { PeerFacts, PeerRefreshTokens } from '../peers/oidc-provider.ts';
import { families } from '../peers/refreshing.ts';
import { type Child, pathOf, startChild } from '../process/child.ts';
import { type Contender, cpuEach, inFlight, perSecond, ratios, runRounds, settleMs } from '../rounds.ts';
import { signatureContender } from './machine-tokens.ts';

const rounds = 9;
/** The peer's adapter forgets what is beyond its last thousand things, and a rotation leaves two. */
const refreshes = 300;
/** Until a server is at its full speed. */
const warmUps = 12;

function contender(
  name: string,
  server: { readonly process: Child; readonly port: number },
  generator: Generator,
  requests: () => Promise<readonly HttpRequest[]>,
): Contender {
  const stretch = async () => {
    const job = { port: server.port, requests: await requests(), order: 'in turn', connections: inFlight } as const;
    const before = await server.process.usage();
    const outcome = await generator.run({ ...job, count: refreshes });
    await sleep(settleMs);
    const after = await server.process.usage();
    return { count: outcome.answers, seconds: outcome.seconds, cpu: after.cpu - before.cpu };
  };
  return {
    name,
    async warmUp() {
      for (let i = 0; i < warmUps; i++) await stretch();
    },
    stretch,
  };
}

export const refresh: Benchmark = {
  name: 'refresh',
  about: 'refreshes with rotation on SQLite and PostgreSQL, beside oidc-provider',
  async run({ seconds, say }) {
    const generator = startGenerator();
    const peer = startChild(pathOf('peers/oidc-provider.ts'), { env: { NODE_ENV: 'production' } });
    const bare = startChild(pathOf('peers/bare-signature.ts'));
    const database = await freshDatabase();
    const servers: Countersign[] = [];
    try {
      const ours = async (name: string, url?: string) => {
        const server = await startCountersign({ data: freshFolder(), ...(url ? { database: url } : {}) });
        servers.push(server);
        say(`${refreshes} families on ${name}`);
        const bought = await families(server, refreshes);
        return contender(name, server, generator, () => bought.requests());
      };
      const { port } = await peer.ask<PeerFacts>({ ask: 'facts' });
      const theirs = contender('oidc-provider', { process: peer, port }, generator, async () => {
        const { tokens, clientId, clientSecret } = await peer.ask<PeerRefreshTokens>({
          ask: 'refresh tokens',
          count: refreshes,
        });
        return tokens.map((refresh_token) =>
          tokenRequest('/token', {
            grant_type: 'refresh_token',
            client_id: clientId,
            client_secret: clientSecret,
            refresh_token,
          }),
        );
      });
      const all = [
        await ours('SQLite'),
        await ours('PostgreSQL', database.url),
        theirs,
        signatureContender(bare, 'RS256', seconds),
      ];
      say(`${rounds} rounds`);
      const measured = await runRounds(all, rounds);
      const signatures = 2 * cpuEach(measured, 'signature RS256');
      return ['SQLite', 'PostgreSQL'].map((engine): Figure => {
        const values = ratios(measured, engine, 'oidc-provider');
        const each = (name: string) => `${shown(cpuEach(measured, name))} µs`;
        return {
          kind: 'measured',
          name: `refreshes with rotation on ${engine}, rate to oidc-provider`,
          value: median(values),
          unit: 'x',
          note: `${each(engine)} (durable) and ${each('oidc-provider')} (in memory) of CPU, of which two bare signatures are ${shown(signatures)} µs, ${shown(perSecond(measured, engine))}/s; ${spread(values)} over ${rounds} rounds`,
        };
      });
    } finally {
      await Promise.all([generator.end(), peer.end(), bare.end(), ...servers.map((server) => server.end())]);
      await database.drop();
    }
  },
};
