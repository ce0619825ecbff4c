// A client's server that is told of logouts: keeps every call, and answers as it is told to.

import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLocalJWKSet, decodeJwt, type JWTPayload, jwtVerify } from 'jose';
import type { Site } from '../support/running.ts';

export interface Call {
  readonly path: string;
  readonly method: string;
  readonly contentType: string | undefined;
  readonly params: Readonly<Record<string, string>>;
  /** Of the logout token, unchecked. */
  readonly claims: JWTPayload;
  readonly at: number;
}

export interface Receiver {
  readonly calls: readonly Call[];
  /** The address of one client. */
  url(name: string): string;
  /** Calls at the address of this client. */
  of(name: string): Call[];
  /** What the next calls at this address are answered with; 200 afterwards. 0 hangs up. */
  answer(name: string, ...statuses: number[]): void;
  /** The calls of this client, once there are so many. Waits as long as a busy machine needs. */
  until(name: string, count: number): Promise<Call[]>;
  stop(): Promise<void>;
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString();
}

/** Listens on this machine. */
export async function receiver(): Promise<Receiver> {
  const calls: Call[] = [];
  const answers = new Map<string, number[]>();
  const server = createServer(async (request, response) => {
    const params = Object.fromEntries(new URLSearchParams(await textOf(request)));
    calls.push({
      path: request.url ?? '',
      method: request.method ?? '',
      contentType: request.headers['content-type'],
      params,
      claims: decodeJwt(params.logout_token ?? ''),
      at: Date.now(),
    });
    const status = answers.get(request.url ?? '')?.shift() ?? 200;
    if (status === 0) request.socket.destroy();
    else response.writeHead(status, { location: '/elsewhere' }).end('a secret of the client');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const of = (name: string) => calls.filter(({ path }) => path === `/${name}`);
  return {
    calls,
    of,
    url: (name) => `http://localhost:${port}/${name}`,
    answer: (name, ...statuses) => void answers.set(`/${name}`, statuses),
    async until(name, count) {
      for (let tries = 0; of(name).length < count; tries++) {
        if (tries > 6_000) throw new Error(`${of(name).length} of ${count} calls at ${name} within a minute`);
        await sleep(10);
      }
      return of(name);
    },
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** The claims of a logout token that this site signed for a client, checked as Back-Channel Logout 1.0 §2.6 tells a client. */
export async function logoutToken(site: Pick<Site, 'send' | 'issuer'>, call: Call, clientId: string, now = new Date()) {
  const jwks = await site.send('GET', '/.well-known/jwks.json');
  return jwtVerify(call.params.logout_token ?? '', createLocalJWKSet(jwks.body), {
    issuer: site.issuer,
    audience: clientId,
    algorithms: ['RS256'],
    requiredClaims: ['iat', 'exp', 'jti', 'events', 'sub', 'sid'],
    currentDate: now,
    clockTolerance: 5,
  });
}
