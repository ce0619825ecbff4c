// The peer: `oidc-provider` from npm, with resource indicators (RFC 8707) and signed JWT access tokens, configured as its
// documentation has it, with its own in-memory adapter. Codes are made past its login pages, which are not what is measured.

import { generateKeyPairSync, hash } from 'node:crypto';
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

/** A person who has logged in: what a code exchange and /userinfo are measured with. */
export interface PeerCodes {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly redirectUri: string;
  readonly verifier: string;
  readonly codes: readonly string[];
}

export interface PeerRefreshTokens {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly tokens: readonly string[];
}

const webClient = 'bench-web-client-of-32-characters';
const redirectUri = 'https://web.example.com/callback';
const verifier = 'bench-verifier-of-43-characters-0123456789abcdefg';
const accountId = 'auth0|0123456789abcdef01234567';
const identityScope = 'openid profile email';
const claims = {
  sub: accountId,
  name: 'Ada Example',
  nickname: 'ada',
  picture: 'https://pictures.example.com/ada.png',
  updated_at: 1_760_000_000,
  email: 'ada@example.com',
  email_verified: true,
};

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
    {
      client_id: webClient,
      client_secret: clientSecret,
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      redirect_uris: [redirectUri],
      token_endpoint_auth_method: 'client_secret_post',
    },
  ],
  claims: {
    openid: ['sub'],
    profile: ['name', 'nickname', 'picture', 'updated_at'],
    email: ['email', 'email_verified'],
  },
  // ID tokens then hold the profile, as ours do.
  conformIdTokenClaims: false,
  findAccount: (_context: unknown, sub: string) => ({ accountId: sub, claims: () => claims }),
  jwks: { keys: [jwk('RS256'), jwk('ES256')] },
  scopes: [...identityScope.split(' '), 'offline_access', ...scope.split(' ')],
  rotateRefreshToken: true,
  features: {
    introspection: { enabled: true, allowedPolicy: () => true },
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      useGrantedResource: () => true,
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

async function grantId(): Promise<string> {
  const grant = new provider.Grant({ accountId, clientId: webClient });
  grant.addOIDCScope(`${identityScope} offline_access`);
  grant.addResourceScope(audiences.RS256, scope);
  return grant.save();
}

answerQuestions<{ readonly count: number }>('codes', async ({ count }): Promise<PeerCodes> => {
  const client = await provider.Client.find(webClient);
  const grant = await grantId();
  const codes: string[] = [];
  for (let i = 0; i < count; i++) {
    const code = new provider.AuthorizationCode({
      client,
      accountId,
      grantId: grant,
      gty: 'authorization_code',
      redirectUri,
      resource: audiences.RS256,
      scope: `${identityScope} ${scope}`,
      claims: {},
      nonce: 'bench-nonce',
      authTime: Math.floor(Date.now() / 1000),
      codeChallenge: hash('sha256', verifier, 'base64url'),
      codeChallengeMethod: 'S256',
    });
    codes.push(await code.save());
  }
  return { clientId: webClient, clientSecret, redirectUri, verifier, codes };
});

/** Refresh tokens of as many logins, each to be rotated once. */
answerQuestions<{ readonly count: number }>('refresh tokens', async ({ count }): Promise<PeerRefreshTokens> => {
  const client = await provider.Client.find(webClient);
  const grant = await grantId();
  const tokens: string[] = [];
  for (let i = 0; i < count; i++) {
    const token = new provider.RefreshToken({
      client,
      accountId,
      grantId: grant,
      gty: 'authorization_code',
      resource: audiences.RS256,
      scope: `${identityScope} offline_access ${scope}`,
      claims: {},
      nonce: 'bench-nonce',
      authTime: Math.floor(Date.now() / 1000),
      rotations: 0,
    });
    tokens.push(await token.save());
  }
  return { clientId: webClient, clientSecret, tokens };
});

/** An opaque access token for /me (its /userinfo). */
answerQuestions('access token', async (): Promise<string> => {
  const client = await provider.Client.find(webClient);
  const token = new provider.AccessToken({
    client,
    accountId,
    grantId: await grantId(),
    gty: 'authorization_code',
    scope: identityScope,
    claims: {},
  });
  return token.save();
});
