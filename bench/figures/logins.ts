// What people cost: the exchange of a code for an access token and an ID token, and /userinfo, beside `oidc-provider`;
// the rows that one login writes; and whether the number of users matters.

import pg from 'pg';
import { freshDatabase } from '../../packages/server/test/support/postgres.ts';
import { type Benchmark, type Figure, median, shown, spread } from '../figure.ts';
import { type Generator, startGenerator } from '../load/generate.ts';
import { type HttpRequest, tokenRequest } from '../load/request.ts';
import { freshFolder, startCountersign } from '../peers/countersign.ts';
import type { PeerCodes, PeerFacts } from '../peers/oidc-provider.ts';
import { addUser, browser, exchangeParams, logIn, silentCode, userinfoToken, webClient } from '../peers/people.ts';
import { type Child, pathOf, startChild } from '../process/child.ts';
import { type Contender, cpuEach, httpContender, inFlight, ratios, runRounds, settleMs } from '../rounds.ts';

const rounds = 9;
/** The peer's in-memory adapter forgets what is beyond its last thousand things. */
const exchanges = 400;
const codesAtOnce = 16;

/** Codes are good once, so each stretch gets new ones before it is measured. */
function exchangeContender(
  name: string,
  server: { readonly process: Child; readonly port: number },
  generator: Generator,
  requests: () => Promise<readonly HttpRequest[]>,
): Contender {
  const run = async () => {
    const job = { port: server.port, requests: await requests(), order: 'in turn', connections: inFlight } as const;
    const before = await server.process.usage();
    const outcome = await generator.run({ ...job, count: exchanges });
    await new Promise((resolve) => setTimeout(resolve, settleMs));
    const after = await server.process.usage();
    return { count: outcome.answers, seconds: outcome.seconds, cpu: after.cpu - before.cpu };
  };
  return {
    name,
    async warmUp() {
      for (let i = 0; i < 15; i++) await run();
    },
    stretch: run,
  };
}

async function inTurns<T>(count: number, atOnce: number, make: () => Promise<T>): Promise<T[]> {
  const made: T[] = [];
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (made.length < count) made.push(await make());
    }),
  );
  return made;
}

const bearer = (path: string, token: string): HttpRequest => ({
  method: 'GET',
  path,
  headers: { authorization: `Bearer ${token}` },
  body: '',
});

async function besidePeer(generator: Generator, seconds: number, say: (line: string) => void): Promise<Figure[]> {
  const peer = startChild(pathOf('peers/oidc-provider.ts'), { env: { NODE_ENV: 'production' } });
  const server = await startCountersign({ data: freshFolder() });
  try {
    const client = await webClient(server);
    await addUser(server, 'ada@example.com');
    const at = browser(server);
    await logIn(at, client, 'ada@example.com');
    const { port } = await peer.ask<PeerFacts>({ ask: 'facts' });
    const [theirs, ours] = ['oidc-provider', 'countersign'];
    const codes = [
      exchangeContender(`${ours} code`, server, generator, () =>
        inTurns(exchanges, codesAtOnce, async () =>
          tokenRequest('/oauth/token', exchangeParams(client, await silentCode(at, client))),
        ),
      ),
      exchangeContender(`${theirs} code`, { process: peer, port }, generator, async () => {
        const { codes, ...web } = await peer.ask<PeerCodes>({ ask: 'codes', count: exchanges });
        return codes.map((code) =>
          tokenRequest('/token', {
            grant_type: 'authorization_code',
            client_id: web.clientId,
            client_secret: web.clientSecret,
            code,
            redirect_uri: web.redirectUri,
            code_verifier: web.verifier,
          }),
        );
      }),
    ];
    const token = await userinfoToken(server, at, client);
    const theirToken = await peer.ask<string>({ ask: 'access token' });
    const userinfo = [
      httpContender(`${ours} userinfo`, server, [bearer('/userinfo', token)], generator, seconds),
      httpContender(`${theirs} userinfo`, { process: peer, port }, [bearer('/me', theirToken)], generator, seconds),
    ];
    say(`/userinfo and code exchanges, ${rounds} rounds each`);
    // The peer's adapter would forget the token among so many codes, so it is asked first.
    const measured = new Map([...(await runRounds(userinfo, rounds)), ...(await runRounds(codes, rounds))]);
    return [
      ['code', 'code exchanges (two RS256 signatures)'],
      ['userinfo', '/userinfo with an opaque token'],
    ].map(([what, name]): Figure => {
      const values = ratios(measured, `${ours} ${what}`, `${theirs} ${what}`);
      const each = (who: string) => `${shown(cpuEach(measured, `${who} ${what}`))} µs`;
      return {
        kind: 'measured',
        name: `${name}, rate to oidc-provider`,
        value: median(values),
        unit: 'x',
        note: `${each(ours)} (on disk) and ${each(theirs)} (in memory) of CPU; ${spread(values)} over ${rounds} rounds`,
      };
    });
  } finally {
    await Promise.all([peer.end(), server.end()]);
  }
}

/** Rows written by one login through the page and its code exchange, as PostgreSQL counts them. */
async function writesOfALogin(): Promise<Figure> {
  const database = await freshDatabase();
  const server = await startCountersign({ data: freshFolder(), database: database.url });
  const admin = new pg.Client({ connectionString: database.url });
  try {
    await admin.connect();
    const client = await webClient(server);
    await addUser(server, 'ada@example.com');
    const logins = 20;
    const log = async () =>
      server.token(exchangeParams(client, await logIn(browser(server), client, 'ada@example.com')));
    await log();
    const counted = async () => {
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      const { rows } = await admin.query<{ relname: string; written: string }>(
        'select relname, n_tup_ins + n_tup_upd + n_tup_del as written from pg_stat_user_tables',
      );
      return new Map(rows.map((row) => [row.relname, Number(row.written)]));
    };
    const before = await counted();
    for (let i = 0; i < logins; i++) await log();
    const after = await counted();
    const each = [...after]
      .map(([table, written]) => [table, (written - (before.get(table) ?? 0)) / logins] as const)
      .filter(([, written]) => written >= 0.5)
      .toSorted(([, a], [, b]) => b - a);
    return {
      kind: 'measured',
      name: 'rows written by one login and its code exchange',
      value: each.reduce((sum, [, written]) => sum + written, 0),
      unit: 'rows',
      note: each.map(([table, written]) => `${table} ${shown(written)}`).join(', '),
    };
  } finally {
    await admin.end();
    await server.end();
    await database.drop();
  }
}

export const logins: Benchmark = {
  name: 'logins',
  about: 'code exchanges and /userinfo, beside oidc-provider; what a login writes',
  async run({ seconds, say }) {
    const generator = startGenerator();
    try {
      const figures = await besidePeer(generator, seconds, say);
      say('what a login writes, on PostgreSQL');
      return [...figures, await writesOfALogin()];
    } finally {
      await generator.end();
    }
  },
};
