// `@countersign/api/inspect`: what a token says about itself, for tools that explain refusals. Nothing here is verified, so
// nothing here may let anybody in.

import { type JsonObject, readJwt } from './jwt.ts';
import { audiencesOf, checkKind, clientOf } from './kind.ts';

export type { CauseCode } from './causes/index.ts';
export { looksLikeSiblingTenant, nearMiss } from './near-miss.ts';

/** What is longer is not taken apart. */
const longest = 65_536;

export type Inspection =
  | {
      readonly form: 'jwt';
      readonly header: JsonObject;
      readonly payload: JsonObject;
      /** The text of `aud`, as a list. */
      readonly audiences: readonly string[];
      readonly client: string | undefined;
      /** What it is instead of an access token, as the code of the cause; `undefined` if it looks like one. */
      readonly otherKind: string | undefined;
      readonly signatureBytes: number;
    }
  | { readonly form: 'encrypted' | 'opaque' }
  | { readonly form: 'malformed'; readonly problem: string };

/** Takes a token apart without believing any of it. Never throws. */
export function inspectToken(token: string): Inspection {
  if (token.length > longest) return { form: 'malformed', problem: `it has ${token.length} characters` };
  const read = readJwt(token);
  switch (read.kind) {
    case 'encrypted':
    case 'opaque':
      return { form: read.kind };
    case 'malformed':
      return { form: 'malformed', problem: read.problem };
    case 'jwt': {
      const { header, payload, signature } = read.jwt;
      return {
        form: 'jwt',
        header,
        payload,
        audiences: audiencesOf(payload),
        client: clientOf(payload),
        otherKind: checkKind(read.jwt, 'any')?.code,
        signatureBytes: signature.length,
      };
    }
  }
}
