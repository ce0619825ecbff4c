// Parameters that are refused by name, and clients that need what this server does not offer (auth0-behaviour §4.2, 3P-2).

import type { ClientFacts } from '../../domain/clients/facts.ts';
import { type AuthorizationRefusal, refuseAuthorization } from '../../oauth/authorization-error.ts';
import { type Params, printable } from '../../web/params.ts';

const invalid = (description: string, because?: string) => refuseAuthorization('invalid_request', description, because);

/** Request objects and authorization details are refused by name: a client that signs its request must not see it ignored. */
export function judgeObjects(params: Params, client: ClientFacts): AuthorizationRefusal | undefined {
  if (client.authorization.thirdParty === 'strict') return undefined;
  if (params.has('request'))
    return refuseAuthorization('request_not_supported', 'The request parameter is not supported');
  if (params.has('request_uri'))
    return refuseAuthorization('request_uri_not_supported', 'The request_uri parameter is not supported');
  if (params.has('registration'))
    return refuseAuthorization('registration_not_supported', 'The registration parameter is not supported');
  if (params.has('authorization_details'))
    return invalid('The authorization_details parameter is not supported; ask for an audience and scopes instead');
  return undefined;
}

/** A client that must push or sign its requests is refused rather than let through without (row 6). */
export function judgePushed(_params: Params, { authorization }: ClientFacts): AuthorizationRefusal | undefined {
  if (authorization.requiresPushedRequest)
    return invalid(
      'Pushed Authorization Requests are required by the configured compliance level',
      'the client has require_pushed_authorization_requests, which this server does not offer yet',
    );
  if (authorization.requiresSignedRequest)
    return invalid(
      'A signed request object is required for this client',
      'the client has signed_request_object.required, which this server does not offer yet',
    );
  return undefined;
}

/** All that a third-party client in strict mode may send (3P-2). */
const strictParameters = new Set([
  'acr_values',
  'audience',
  'client_id',
  'code_challenge',
  'code_challenge_method',
  'connection',
  'correlation_id',
  'display',
  'dpop_jkt',
  'login_hint',
  'max_age',
  'nonce',
  'prompt',
  'redirect_uri',
  'resource',
  'response_type',
  'scope',
  'state',
  'ui_locales',
]);

/** A third-party client in strict mode may send what is listed, and nothing else. */
export function judgeStrictParameters(
  params: Params,
  { authorization }: ClientFacts,
): AuthorizationRefusal | undefined {
  if (authorization.thirdParty !== 'strict') return undefined;
  const other = [...params.keys()].find((name) => !strictParameters.has(name) && !name.startsWith('ext-'));
  return other === undefined ? undefined : invalid(`Unsupported parameter: ${printable(other)}`);
}
