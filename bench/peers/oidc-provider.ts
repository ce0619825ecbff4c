// The peer: `oidc-provider` from npm, issuing signed JWT access tokens by client credentials with resource
// indicators (RFC 8707), configured as its documentation has it, with its own in-memory adapter.

import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Provider } from 'oidc-provider';
import { answerQuestions } from '../process/child.ts';

/** What the load generator must know. The audience is a URL that names the algorithm of its tokens. */
export interface PeerFacts {
  readonly port: number;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope: string;
  readonly audiences: Readonly<Record<'RS256' | 'ES256', string>>;
}

const clientId = 'bench-machine-client-of-32-chars-';
const clientSecret = 'bench-secret-of-64-characters-0123456789abcdefghijklmnopqrstuvwx';
const scope = 'read:patients write:patients';
const audiences = { RS256: 'https://rs256.example.com/', ES256: 'https://es256.example.com/' } as const;

function jwk(alg: 'RS256' | 'ES256') {
  const { privateKey } =
    alg === 'RS256'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { ...privateKey.export({ format: 'jwk' }), alg, use: 'sig', kid: `bench-${alg}` };
}

const provider = new Provider('http://localhost/', {
  clients: [
    {
      client_id: clientId,
      client_secret: clientSecret,
      grant_types: ['client_credentials'],
      response_types: [],
      redirect_uris: [],
      token_endpoint_auth_method: 'client_secret_post',
    },
  ],
  jwks: { keys: [jwk('RS256'), jwk('ES256')] },
  scopes: scope.split(' '),
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: (_context: unknown, resource: string) => ({
        scope,
        audience: resource,
        accessTokenTTL: 86_400,
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: resource === audiences.ES256 ? 'ES256' : 'RS256' } },
      }),
    },
  },
});

const server = provider.listen(0, '127.0.0.1');
await once(server, 'listening');
// Its own keep-alive ends after 5 s without a request; the pauses between rounds are longer.
server.keepAliveTimeout = 65_000;

answerQuestions('facts', async (): Promise<PeerFacts> => {
  const { port } = server.address() as AddressInfo;
  return { port, clientId, clientSecret, scope, audiences };
});
