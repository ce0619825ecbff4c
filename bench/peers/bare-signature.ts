// The least that any issuer must do: the signature alone, in the process model of our server. An asynchronous
// `crypto.sign` with a key object that is made once, so many at the same time as a server has requests in flight.

import { generateKeyPairSync, type KeyObject, type SignKeyObjectInput, sign } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { answerQuestions } from '../process/child.ts';

export type SignatureAlgorithm = 'RS256' | 'ES256';

export interface SignatureJob {
  readonly alg: SignatureAlgorithm;
  readonly seconds: number;
  readonly inFlight: number;
}

export interface Signatures {
  readonly count: number;
  readonly seconds: number;
}

const keys: Readonly<Record<SignatureAlgorithm, KeyObject>> = {
  RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
};

/** As long as the signing input of our access tokens. */
const message = Buffer.alloc(420, 'x');

function run({ alg, seconds, inFlight }: SignatureJob): Promise<Signatures> {
  const input: SignKeyObjectInput = { key: keys[alg], ...(alg === 'ES256' ? { dsaEncoding: 'ieee-p1363' } : {}) };
  const began = performance.now();
  const until = began + seconds * 1000;
  let count = 0;
  return new Promise((resolve, reject) => {
    let open = inFlight;
    const one = () => {
      sign('sha256', message, input, (error) => {
        if (error) return reject(error);
        count++;
        if (performance.now() < until) return one();
        open--;
        if (open === 0) resolve({ count, seconds: (performance.now() - began) / 1000 });
      });
    };
    for (let i = 0; i < inFlight; i++) one();
  });
}

answerQuestions<SignatureJob>('sign', run);
