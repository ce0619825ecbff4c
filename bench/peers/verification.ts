// The SDK's whole check of an access token beside the bare check of its signature, in one process that does nothing else.

import { createPublicKey, generateKeyPairSync, type KeyObject, randomUUID, sign, verify } from 'node:crypto';
import { createApi } from '@countersign/api';
import { answerQuestions } from '../process/child.ts';

export interface VerificationJob {
  readonly alg: 'RS256' | 'ES256';
  readonly seconds: number;
}

/** µs of CPU for one check, round by round. */
export interface Verifications {
  readonly bare: readonly number[];
  readonly sdk: readonly number[];
}

const issuer = 'https://tenant.example.com/';
const audience = 'https://api.example.com/';
const rounds = 9;
/** Different tokens, as an API sees them: nothing may be saved by remembering the last one. */
const tokens = 256;

const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

interface Prepared {
  readonly publicKey: KeyObject;
  readonly jwks: object;
  readonly tokens: readonly string[];
}

function prepare(alg: VerificationJob['alg']): Prepared {
  const { privateKey } =
    alg === 'RS256'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const publicKey = createPublicKey(privateKey);
  const kid = 'bench';
  const iat = Math.floor(Date.now() / 1000);
  const made = Array.from({ length: tokens }, () => {
    const sub = `${randomUUID()}@clients`;
    const azp = sub.slice(0, 36);
    const claims = {
      iss: issuer,
      sub,
      aud: audience,
      iat,
      exp: iat + 86_400,
      scope: 'read:patients write:patients',
      gty: 'client-credentials',
      azp,
    };
    const signed = `${encoded({ alg, typ: 'JWT', kid })}.${encoded(claims)}`;
    const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' });
    return `${signed}.${signature.toString('base64url')}`;
  });
  return {
    publicKey,
    jwks: { keys: [{ ...publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig' }] },
    tokens: made,
  };
}

/** The µs of CPU of this process for one call, over this time. */
async function cost(
  seconds: number,
  once: (token: string) => Promise<boolean> | boolean,
  tokens: readonly string[],
): Promise<number> {
  const before = process.cpuUsage();
  const until = performance.now() + seconds * 1000;
  let count = 0;
  while (performance.now() < until) {
    for (const token of tokens) {
      const answer = once(token);
      if (!(answer === true || (await answer))) throw new Error('a good token was refused');
      count++;
    }
  }
  const used = process.cpuUsage(before);
  return (used.user + used.system) / count;
}

async function run({ alg, seconds }: VerificationJob): Promise<Verifications> {
  const { publicKey, jwks, tokens } = prepare(alg);
  const answers: Readonly<Record<string, object>> = {
    [`${issuer}.well-known/openid-configuration`]: { issuer, jwks_uri: `${issuer}.well-known/jwks.json` },
    [`${issuer}.well-known/jwks.json`]: jwks,
  };
  // Keys by discovery, as every API has them; only the network is left out.
  const api = createApi({
    issuer,
    audience,
    algorithms: [alg],
    fetch: async (url) => Response.json(answers[String(url)]),
  });
  const parts = new Map(
    tokens.map((token) => {
      const dot = token.lastIndexOf('.');
      return [
        token,
        { signed: Buffer.from(token.slice(0, dot)), signature: Buffer.from(token.slice(dot + 1), 'base64url') },
      ];
    }),
  );
  const input = { key: publicKey, dsaEncoding: 'ieee-p1363' as const };
  const bareCheck = (token: string) => {
    const part = parts.get(token);
    return part !== undefined && verify('sha256', part.signed, input, part.signature);
  };
  const sdkCheck = async (token: string) =>
    (await api.verify(token, { scopes: ['read:patients'] })).kind === 'accepted';
  const bare: number[] = [];
  const sdk: number[] = [];
  for (let round = -2; round < rounds; round++) {
    const [one, other] = [await cost(seconds, bareCheck, tokens), await cost(seconds, sdkCheck, tokens)];
    if (round < 0) continue;
    bare.push(one);
    sdk.push(other);
  }
  return { bare, sdk };
}

answerQuestions<VerificationJob>('verify', run);
