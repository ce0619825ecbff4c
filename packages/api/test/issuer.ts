// A tiny issuer over HTTP that counts what it is asked and can be made to misbehave.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Api, type ApiOptions, createApi } from '../src/index.ts';
import { audience, instant, jwk, listen, rsa, tokenOf } from './rig.ts';

export interface Issuer {
  readonly issuer: string;
  /** Paths asked for since the last `forget`. */
  asked(): readonly string[];
  forget(): void;
  /** The keys to publish. */
  keys: unknown[];
  cacheControl: string | undefined;
  /** Answers instead of the issuer, when set. Returns false to let it answer all the same. */
  instead: ((request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean>) | undefined;
  close(): Promise<void>;
}

export const published = (kid: string, key = rsa.publicKey): unknown => jwk(key, { kid, alg: 'RS256', use: 'sig' });

export async function startIssuer(path = '/'): Promise<Issuer> {
  let asked: string[] = [];
  const server = await listen(async (request, response) => {
    asked.push(request.url ?? '');
    if ((await self.instead?.(request, response)) === true) return;
    response.setHeader('content-type', 'application/json');
    if (request.url === `${path}.well-known/openid-configuration`) {
      response.end(JSON.stringify({ issuer: self.issuer, jwks_uri: `${self.issuer}jwks` }));
    } else if (request.url === `${path}jwks`) {
      if (self.cacheControl !== undefined) response.setHeader('cache-control', self.cacheControl);
      response.end(JSON.stringify({ keys: self.keys }));
    } else {
      response.statusCode = 404;
      response.end('{}');
    }
  });
  const self: Issuer = {
    issuer: `${server.origin}${path}`,
    asked: () => asked,
    forget: () => {
      asked = [];
    },
    keys: [published('rsa')],
    cacheControl: undefined,
    instead: undefined,
    close: server.close,
  };
  return self;
}

export interface Clock {
  now(): number;
  pass(seconds: number): void;
}

export function clockAt(seconds: number): Clock {
  let now = seconds * 1000;
  return {
    now: () => now,
    pass: (more) => {
      now += more * 1000;
    },
  };
}

export function apiOf(issuer: Issuer, clock: Clock = clockAt(instant), options: Partial<ApiOptions> = {}): Api {
  return createApi({ issuer: issuer.issuer, audience, now: clock.now, ...options });
}

/** A token of this issuer that stays good for the length of any of these tests. */
export const tokenFrom = (issuer: Issuer, kid = 'rsa', key = rsa.privateKey): string =>
  tokenOf({ iss: issuer.issuer, aud: audience, exp: instant + 10_000_000 }, { kid }, key);

/** `accepted`, or the code of the cause. */
export async function outcome(api: Api, token: string): Promise<string> {
  const verdict = await api.verify(token);
  return verdict.kind === 'accepted' ? 'accepted' : verdict.refusal.cause.code;
}
