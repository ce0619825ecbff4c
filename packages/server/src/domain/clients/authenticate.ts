// Decides whether the client is who it says: a truth table of the registered and the presented method (TOK-9 to TOK-14).
// Pure: an assertion's signature was verified before, and its verdict comes in as a fact.

import { timingSafeEqual } from 'node:crypto';
import { type Refusal, refuse } from '../../oauth/errors.ts';
import type { Brand } from '../../schema/brand.ts';
import type { AssertionVerdict } from '../keys/assertion.ts';
import { type ClientFacts, secretDigest } from './facts.ts';
import type { Presented } from './presented.ts';

/** A client that proved who it is, or a public client that has nothing to prove. */
export type AuthenticatedClient = Brand<ClientFacts, 'AuthenticatedClient'>;

export type Authentication =
  | {
      readonly kind: 'authenticated';
      readonly client: AuthenticatedClient;
      /** The assertion's `jti`, to be spent in the transaction that issues what it buys. */
      readonly jti?: { readonly id: string; readonly expiresAt: number };
    }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

const no = (because: string): Authentication => ({
  kind: 'refused',
  // One body for an unknown client and for a wrong secret: neither can be probed.
  refusal: refuse('client_authentication', 'Unauthorized', because),
});

/** `client` is what the presented id names, if anything; `verdict` is there when an assertion was presented. */
export function authenticate(
  presented: Presented,
  client: ClientFacts | undefined,
  verdict: AssertionVerdict | undefined,
): Authentication {
  if (!client) return no('no client of this tenant has this client_id');
  if (client.builtIn) return no('this client is built in and never gets tokens');
  const yes: Authentication = { kind: 'authenticated', client: client as AuthenticatedClient };
  switch (client.method.kind) {
    case 'none':
      if (presented.kind === 'assertion')
        return no('the client is registered with token_endpoint_auth_method "none" and sent an assertion');
      return yes;
    case 'secret': {
      if (presented.kind === 'assertion')
        return no('the client is registered to authenticate with its secret and sent an assertion');
      if (presented.kind === 'none') return no('the client is confidential and sent no secret');
      const digest = secretDigest(presented.secret);
      if (client.method.digest.length !== digest.length || !timingSafeEqual(client.method.digest, digest)) {
        return no('the client_secret is wrong');
      }
      return yes;
    }
    case 'private_key_jwt':
      if (presented.kind !== 'assertion' || !verdict)
        return no('the client is registered for private_key_jwt and sent no assertion');
      if (presented.clientId !== undefined && presented.clientId !== client.clientId) {
        return no('the client_id of the body is not the one that the assertion is from');
      }
      if (verdict.kind === 'invalid') return no(verdict.because);
      return { ...yes, jti: { id: verdict.jti, expiresAt: verdict.expiresAt } };
    case 'tls':
      return no('the client is registered for mutual TLS, which this server does not offer');
  }
}
