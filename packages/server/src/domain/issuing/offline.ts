// Whether a client may have a refresh token (auth0-behaviour TOK-8, RT-1, RT-2): the rules by which `offline_access` stays or
// leaves the scopes. Pure.

import type { ResponseType } from '../../oauth/authorization-request.ts';
import { type ClientFacts, isStrict } from '../clients/facts.ts';
import type { UserTarget } from './user-authorization.ts';

export interface OfflineFacts {
  readonly client: ClientFacts;
  readonly target: UserTarget;
  /** How the request wants to be answered; absent at the token endpoint, where every grant of a user may bring one. */
  readonly responseTypes?: readonly ResponseType[] | undefined;
}

/** Why there can be no refresh token, with what to change; `undefined` if there can be one. */
export function offlineProblem({ client, target, responseTypes }: OfflineFacts): string | undefined {
  if (responseTypes && !responseTypes.includes('code'))
    return 'the implicit flow brings no refresh token; use response_type=code';
  if (!client.grantTypes.has('refresh_token'))
    return 'the client has not the grant refresh_token; add it to its grant_types';
  if (target.kind === 'api' && !target.api.allowsOffline)
    return `the API ${target.api.identifier} does not allow it (allow_offline_access)`;
  const { rotating, expiring } = client.refresh;
  if (client.authorization.appType === 'spa' && !(rotating && expiring))
    return 'a single-page application gets refresh tokens only if they rotate and expire (refresh_token.rotation_type, expiration_type)';
  if (isStrict(client) && !expiring)
    return 'a third-party client in strict mode gets refresh tokens only if they expire (refresh_token.expiration_type)';
  return undefined;
}
