// An authorization request, checked once its target is proven: every rule of auth0-behaviour §4.1 and §4.2 that needs no
// user. Pure: what must be looked up comes in as facts. The first rule that is broken is the answer.

import type { ClientFacts } from '../../domain/clients/facts.ts';
import type { TenantSettings } from '../../domain/tenants/settings.ts';
import { type AuthorizationRefusal, refuseAuthorization } from '../../oauth/authorization-error.ts';
import {
  type AuthorizationRequest,
  type Prompt,
  prompts,
  type ResponseType,
  responseModes,
  responseTypes,
} from '../../oauth/authorization-request.ts';
import { isChallenge } from '../../oauth/pkce.ts';
import { parseScope } from '../../oauth/scope.ts';
import type { AnswerDialect } from '../../web/answers.ts';
import { type Params, printable } from '../../web/params.ts';
import { judgeOrganization } from './organization.ts';
import { bringsTokens, type Target, wordsOf } from './target.ts';
import { judgeObjects, judgePushed, judgeStrictParameters } from './unsupported.ts';

/** What the request names, looked up. */
export interface RequestFacts {
  readonly settings: TenantSettings;
  readonly dialect: AnswerDialect;
  /** Of `audience`, `resource` or the tenant's default. `undefined`: a token for /userinfo only. */
  readonly audience: string | undefined;
  readonly audienceRefusal: AuthorizationRefusal | undefined;
  /** Whether the client may use the `connection` that was named. */
  readonly connectionUsable: boolean;
  /** Whether the `organization` that was named exists. */
  readonly organizationExists: boolean;
  /** `sub` of a verified `id_token_hint`. */
  readonly hintedUser: string | undefined;
}

export type JudgedRequest =
  | { readonly kind: 'accepted'; readonly request: AuthorizationRequest }
  | { readonly kind: 'refused'; readonly refusal: AuthorizationRefusal };

type Rule = (params: Params, client: ClientFacts, facts: RequestFacts) => AuthorizationRefusal | undefined;

const invalid = (description: string, because?: string) => refuseAuthorization('invalid_request', description, because);

/** The rules in their order (§4.2). */
const rules: readonly Rule[] = [
  judgeObjects,
  judgeResponseType,
  judgeResponseMode,
  judgeGrants,
  judgePushed,
  judgeStrictParameters,
  judgeNonce,
  judgeScope,
  judgeChallenge,
  judgePrompt,
  judgeNumbers,
  judgeAcr,
  judgeHint,
  (_params, _client, { audienceRefusal }) => audienceRefusal,
  (params, { authorization }, facts) => judgeOrganization(params, authorization, facts),
  judgeConnection,
];

/** Judges everything after the target. Does not judge the user, the consent or the scopes: `next-step.ts` has them judged. */
export function judgeRequest(
  params: Params,
  client: ClientFacts,
  target: Pick<Target, 'redirectSent' | 'mode' | 'state'> & { readonly redirect: string },
  facts: RequestFacts,
): JudgedRequest {
  for (const rule of rules) {
    const refusal = rule(params, client, facts);
    if (refusal) return { kind: 'refused', refusal };
  }
  const optional = (name: 'nonce' | 'login_hint' | 'screen_hint' | 'ui_locales' | 'acr_values' | 'connection') => {
    const value = params.get(name);
    return value === undefined ? {} : { [name]: value };
  };
  const challenge = params.get('code_challenge');
  const maxAge = params.get('max_age');
  return {
    kind: 'accepted',
    request: {
      client_id: client.clientId,
      redirect_uri: target.redirect,
      redirect_uri_sent: target.redirectSent,
      response_type: responseTypesOf(params),
      response_mode: target.mode,
      ...(target.state === undefined ? {} : { state: target.state }),
      scopes: scopesOf(params) ?? [],
      ...(facts.audience === undefined ? {} : { audience: facts.audience }),
      ...(challenge === undefined ? {} : { code_challenge: challenge, code_challenge_method: 'S256' as const }),
      prompt: promptsOf(params),
      ...(maxAge === undefined ? {} : { max_age: Number(maxAge) }),
      ...optional('nonce'),
      ...optional('login_hint'),
      ...optional('screen_hint'),
      ...optional('ui_locales'),
      ...optional('acr_values'),
      ...optional('connection'),
      ...(facts.hintedUser === undefined ? {} : { hinted_user: facts.hintedUser }),
    },
  };
}

function responseTypesOf(params: Params): readonly ResponseType[] {
  const words = wordsOf(params.get('response_type'));
  return responseTypes.filter((type) => words.includes(type));
}

function promptsOf(params: Params): readonly Prompt[] {
  const words = wordsOf(params.get('prompt'));
  return prompts.filter((prompt) => words.includes(prompt));
}

function scopesOf(params: Params): readonly string[] | undefined {
  const scope = params.get('scope');
  return scope === undefined ? ['openid'] : parseScope(scope);
}

function judgeResponseType(params: Params, client: ClientFacts): AuthorizationRefusal | undefined {
  const words = wordsOf(params.get('response_type'));
  if (words.length === 0) return invalid('Missing required parameter: response_type');
  const unsupported = (because: string) =>
    refuseAuthorization(
      'unsupported_response_type',
      `Unsupported response type: ${printable(params.get('response_type') ?? '')}`,
      because,
    );
  if (responseTypesOf(params).length !== words.length)
    return unsupported('response_type is made of code, token and id_token, each at most once');
  if (client.authorization.thirdParty === 'strict' && bringsTokens(words))
    return unsupported('a third-party client in strict mode has response_type=code only (3P-3)');
  return undefined;
}

function judgeResponseMode(params: Params, client: ClientFacts): AuthorizationRefusal | undefined {
  const wanted = params.get('response_mode');
  // Of a strict third-party client it is refused as a parameter, below.
  if (wanted === undefined || client.authorization.thirdParty === 'strict') return undefined;
  if (!responseModes.some((mode) => mode === wanted))
    return invalid(`Unsupported response mode: ${printable(wanted)}. Use one of: ${responseModes.join(', ')}`);
  if (wanted === 'query' && bringsTokens(wordsOf(params.get('response_type'))))
    return invalid(
      'response_mode=query is not allowed for a response type with tokens; use fragment or form_post',
      'tokens in a query end in logs and Referer headers (OAuth 2.0 Multiple Response Types §2.1)',
    );
  return undefined;
}

function judgeGrants(params: Params, client: ClientFacts): AuthorizationRefusal | undefined {
  const words = wordsOf(params.get('response_type'));
  const needed = [
    ...(words.includes('code') ? ['authorization_code'] : []),
    ...(bringsTokens(words) ? ['implicit'] : []),
  ];
  const missing = needed.find((grant) => !client.grantTypes.has(grant));
  return missing === undefined
    ? undefined
    : refuseAuthorization(
        'unauthorized_client',
        `Grant type '${missing}' not allowed for the client.`,
        `the client's grant_types do not contain "${missing}", which response_type=${words.join(' ')} needs; add it with PATCH /api/v2/clients/{id}`,
      );
}

/** Auth0 asks for a nonce where no code comes along; OpenID Connect Core §3.3.2.11 wherever an ID token does. */
function judgeNonce(params: Params, _client: ClientFacts, { dialect }: RequestFacts): AuthorizationRefusal | undefined {
  const words = wordsOf(params.get('response_type'));
  const needed = words.includes('id_token') && (dialect === 'oidc' || !words.includes('code'));
  return needed && !params.has('nonce') ? invalid('Missing required parameter: nonce') : undefined;
}

function judgeScope(params: Params): AuthorizationRefusal | undefined {
  const scopes = scopesOf(params);
  if (!scopes)
    return refuseAuthorization('invalid_scope', 'scope has a character that RFC 6749 section 3.3 does not allow');
  if (scopes.includes('online_access') && scopes.includes('offline_access'))
    return invalid('Cannot request both online_access and offline_access scopes');
  return undefined;
}

/** PKCE (RFC 7636 §4.3): S256 only, and required of clients that have no secret to protect the code (RFC 9700 §2.1.1, PKC-01). */
function judgeChallenge(params: Params, client: ClientFacts): AuthorizationRefusal | undefined {
  const challenge = params.get('code_challenge');
  const method = params.get('code_challenge_method');
  if (challenge === undefined) {
    if (method !== undefined) return invalid('code_challenge_method needs a code_challenge');
    const unprotected = client.method.kind === 'none' || client.authorization.thirdParty === 'strict';
    return unprotected && wordsOf(params.get('response_type')).includes('code')
      ? invalid(
          'Missing required parameter: code_challenge',
          'public clients and third-party clients in strict mode must use PKCE with S256',
        )
      : undefined;
  }
  if (method !== 'S256')
    return invalid(
      'code_challenge_method must be S256',
      method === undefined
        ? 'without a method the challenge would be "plain" (RFC 7636 §4.3), which is the verifier itself'
        : undefined,
    );
  // 256 bits in base64url without padding.
  return isChallenge(challenge)
    ? undefined
    : invalid('code_challenge must be the base64url form of a SHA-256 digest: 43 characters without padding');
}

function judgePrompt(params: Params): AuthorizationRefusal | undefined {
  const words = wordsOf(params.get('prompt'));
  const unknown = words.find((word) => !prompts.some((prompt) => prompt === word));
  if (unknown !== undefined)
    return invalid(`Unknown prompt: ${printable(unknown)}. Use some of: ${prompts.join(', ')}`);
  return words.includes('none') && new Set(words).size > 1
    ? invalid('prompt=none cannot be combined with another prompt')
    : undefined;
}

function judgeNumbers(params: Params): AuthorizationRefusal | undefined {
  const maxAge = params.get('max_age');
  return maxAge === undefined || /^\d{1,10}$/.test(maxAge)
    ? undefined
    : invalid('max_age must be a whole number of seconds');
}

function judgeAcr(params: Params, _client: ClientFacts, { settings }: RequestFacts): AuthorizationRefusal | undefined {
  const supported = settings.acr_values_supported ?? [];
  if (supported.length === 0) return undefined;
  const unknown = wordsOf(params.get('acr_values')).find((value) => !supported.includes(value));
  return unknown === undefined
    ? undefined
    : invalid(`Unsupported acr_values: ${printable(unknown)}`, `the tenant's acr_values_supported lacks it`);
}

function judgeHint(params: Params, _client: ClientFacts, facts: RequestFacts): AuthorizationRefusal | undefined {
  return params.has('id_token_hint') && facts.hintedUser === undefined
    ? invalid('id_token_hint is not an ID token of this issuer')
    : undefined;
}

function judgeConnection(params: Params, _client: ClientFacts, facts: RequestFacts): AuthorizationRefusal | undefined {
  const name = params.get('connection');
  return name === undefined || facts.connectionUsable
    ? undefined
    : invalid(
        'the connection was not found',
        `no connection ${printable(name)} is enabled for the client; check its name and enabled_clients`,
      );
}
