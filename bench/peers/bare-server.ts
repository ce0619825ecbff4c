// The least that a token endpoint over HTTP can be: Node's own server, one client in a Map, its secret's digest, a signature.
// No framework, no database, no log, no checks: what is left is the price of HTTP on this machine. Nobody should run it.

import { generateKeyPairSync, hash, type KeyObject, sign, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerQuestions } from '../process/child.ts';
import type { SignatureAlgorithm } from './bare-signature.ts';

export interface BareServerFacts {
  readonly port: number;
  readonly clientId: string;
  readonly clientSecret: string;
}

const clientId = 'bench-machine-client-of-32-chars-';
const clientSecret = 'bench-secret-of-64-characters-0123456789abcdefghijklmnopqrstuvwx';
const digests = new Map([[clientId, hash('sha256', clientSecret, 'buffer')]]);
const keys: Readonly<Record<SignatureAlgorithm, KeyObject>> = {
  RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
};

function token(alg: SignatureAlgorithm, claims: object, then: (token: string) => void): void {
  const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const input = `${encoded({ alg, typ: 'JWT', kid: 'bare' })}.${encoded(claims)}`;
  if (alg === 'ES256') {
    const signature = sign('sha256', Buffer.from(input), { key: keys.ES256, dsaEncoding: 'ieee-p1363' });
    then(`${input}.${signature.toString('base64url')}`);
    return;
  }
  sign('sha256', Buffer.from(input), keys.RS256, (error, signature) => {
    if (error) throw error;
    then(`${input}.${signature.toString('base64url')}`);
  });
}

const server = createServer((request, response) => {
  request.once('data', (body: Buffer) => {
    const params = new URLSearchParams(body.toString());
    const digest = digests.get(params.get('client_id') ?? '');
    if (!digest || !timingSafeEqual(digest, hash('sha256', params.get('client_secret') ?? '', 'buffer'))) {
      response.writeHead(401).end();
      return;
    }
    const iat = Math.floor(Date.now() / 1000);
    const audience = params.get('audience') ?? '';
    const [sub, scope] = [`${clientId}@clients`, params.get('scope')];
    const claims = { iss: 'http://localhost/', sub, aud: audience, iat, exp: iat + 86_400, scope, azp: clientId };
    token(audience === 'ES256' ? 'ES256' : 'RS256', claims, (access_token) => {
      const text = JSON.stringify({ access_token, scope, expires_in: 86_400, token_type: 'Bearer' });
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': text.length }).end(text);
    });
  });
});
server.keepAliveTimeout = 65_000;
server.listen(0, '127.0.0.1');
await once(server, 'listening');

answerQuestions('facts', async (): Promise<BareServerFacts> => {
  const { port } = server.address() as AddressInfo;
  return { port, clientId, clientSecret };
});
