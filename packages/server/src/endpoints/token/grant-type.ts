// Whether this client may use this grant type at all, before the grant itself judges (TOK-18 to TOK-21). Pure.

import type { ClientFacts } from '../../domain/clients/facts.ts';
import { type Refusal, refuse } from '../../oauth/errors.ts';
import type { AnyGrant } from './grant.ts';

const grantTypesHelp = 'https://auth0.com/docs/clients/client-grant-types';

/** Grant type unknown, or not among the client's, or one that a public client can't have (TOK-18 to TOK-21). */
export function judgeGrantType(type: string, grant: AnyGrant | undefined, client: ClientFacts): Refusal | undefined {
  const shown = type.replace(/[^\x20-\x7e]/g, '?').slice(0, 120);
  if (!grant && !client.grantTypes.has(type)) return refuse('unknown_grant', `Unsupported grant type: ${shown}`);
  if (client.method.kind === 'none' && type === 'client_credentials') {
    return {
      ...notAllowed(shown),
      because: 'the client is public (token_endpoint_auth_method "none"): it has nothing to prove who it is with',
    };
  }
  if (!client.grantTypes.has(type)) return notAllowed(shown);
  if (!grant)
    return refuse(
      'unknown_grant',
      `Unsupported grant type: ${shown}`,
      'the client may use this grant type, but this server does not offer it yet',
    );
  return undefined;
}

function notAllowed(type: string): Refusal {
  return {
    kind: 'grant_not_allowed',
    description: `Grant type '${type}' not allowed for the client.`,
    because: `the client's grant_types do not contain "${type}"; add it with PATCH /api/v2/clients/{id}`,
    errorUri: grantTypesHelp,
  };
}
