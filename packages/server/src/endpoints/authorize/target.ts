// Where the answer to a request may go: client and redirect URI, proven before anything else is looked at. Until they are,
// a refusal is a page of ours; afterwards it travels to the client in the response mode of the request (auth0-behaviour §4.2).

import type { ClientFacts } from '../../domain/clients/facts.ts';
import type { AuthorizationError } from '../../oauth/authorization-error.ts';
import { type AuthorizationRequest, type ResponseMode, responseModes } from '../../oauth/authorization-request.ts';
import {
  isRedirectShape,
  messageOrigin,
  onlyRedirect,
  type RedirectRules,
  type RegisteredRedirect,
  registeredRedirect,
} from '../../oauth/redirect-uri.ts';
import type { Ask } from '../../web/exchange.ts';
import { type Params, printable, type ReadParams, readBody, readForm } from '../../web/params.ts';

/** A refusal that is shown instead of sent. */
export interface ShownRefusal {
  readonly status: 400 | 403 | 413 | 415;
  readonly error: AuthorizationError;
  readonly description: string;
  readonly because: string;
}

/** Where and how every answer to this request is delivered, successful or not. */
export interface Target {
  readonly redirect: RegisteredRedirect;
  /** Whether the request named it. */
  readonly redirectSent: boolean;
  readonly mode: ResponseMode;
  readonly state: string | undefined;
  /** `web_message` only: the one origin that may read the answer. */
  readonly origin: string | undefined;
}

export type JudgedTarget =
  | { readonly kind: 'target'; readonly client: ClientFacts; readonly target: Target }
  | { readonly kind: 'shown'; readonly refusal: ShownRefusal };

/**
 * The parameters of a GET or POST request (OpenID Connect Core §3.1.2.1, AZ-1). A name that comes twice, also once in the
 * query and once in the body, makes the request ambiguous and is malformed (RED-15). Empty values count as absent (RFC 6749 §3.1).
 */
export function readRequest(ask: Pick<Ask, 'method' | 'query' | 'body' | 'headers'>): ReadParams {
  const query = readForm(ask.query);
  if (query.kind === 'malformed') return query;
  const params = new Map<string, string>();
  const add = (from: Params) => {
    for (const [name, value] of from) if (value !== '') params.set(name, value);
  };
  add(query.params);
  if (ask.method === 'POST') {
    const type = ask.headers['content-type'] ?? '';
    if (ask.body.length > 0 && !/^application\/x-www-form-urlencoded *(;|$)/i.test(type)) {
      return { kind: 'malformed', status: 415, description: 'The body must be application/x-www-form-urlencoded' };
    }
    const body = readBody(ask.body, type);
    if (body.kind === 'malformed') return body;
    const twice = [...body.params.keys()].find((name) => query.params.has(name));
    if (twice !== undefined)
      return { kind: 'malformed', status: 400, description: `Duplicate parameter: ${printable(twice)}` };
    add(body.params);
  }
  return { kind: 'params', params };
}

/** The words of a `response_type`, whatever they are. */
export function wordsOf(value: string | undefined): readonly string[] {
  return (value ?? '').split(' ').filter((word) => word !== '');
}

/** Whether tokens come straight from /authorize, so that they must not be in a query (OAuth 2.0 Multiple Response Types §2.1). */
export function bringsTokens(responseType: readonly string[]): boolean {
  return responseType.includes('token') || responseType.includes('id_token');
}

/** The rules by which a client's redirect URIs are compared. */
export function redirectRules(client: ClientFacts): RedirectRules {
  return {
    callbacks: client.callbacks,
    wildcards: client.authorization.thirdParty !== 'strict',
    anyLoopbackPort: client.authorization.appType === 'native',
  };
}

function shown(status: 400 | 403, description: string, because = description): JudgedTarget {
  return { kind: 'shown', refusal: { status, error: 'invalid_request', description, because } };
}

/** Rows 1 to 2 of §4.2: is there such a client, and may it be answered where the request says? */
export function judgeTarget(params: Params, client: ClientFacts | undefined): JudgedTarget {
  const clientId = params.get('client_id');
  if (clientId === undefined) return shown(400, 'Missing required parameter: client_id');
  if (!client || client.builtIn) return shown(400, `Unknown client: ${printable(clientId)}`);
  const uri = params.get('redirect_uri');
  const redirect = uri === undefined ? onlyRedirect(redirectRules(client)) : judgeRedirect(uri, client);
  if (redirect === undefined) {
    return shown(
      400,
      'Missing required parameter: redirect_uri',
      `the client has ${client.callbacks.length} callbacks; only a single one, without a wildcard, can be left out`,
    );
  }
  if (typeof redirect !== 'string') return redirect;
  return deliveryTo(redirect, uri !== undefined, params, client);
}

function judgeRedirect(uri: string, client: ClientFacts): RegisteredRedirect | JudgedTarget {
  const registered = registeredRedirect(uri, redirectRules(client));
  if (registered !== undefined) return registered;
  const quoted = uri.replace(/[^\x20-\x7e]/g, '?').slice(0, 300);
  if (!isRedirectShape(uri)) {
    return shown(
      400,
      `The redirect_uri parameter is not valid: "${quoted}" is not an absolute URI without fragment and userinfo.`,
    );
  }
  return shown(
    403,
    `Callback URL mismatch. ${quoted} is not in the list of allowed callback URLs. Whoever runs the application ${client.name} can add it in the settings of the application.`,
    `redirect_uri is none of the callbacks of the client, compared byte by byte: ${client.callbacks.join(', ') || '(none)'}`,
  );
}

function deliveryTo(
  redirect: RegisteredRedirect,
  redirectSent: boolean,
  params: Params,
  client: ClientFacts,
): JudgedTarget {
  const strict = client.authorization.thirdParty === 'strict';
  const mode = modeOf(wordsOf(params.get('response_type')), strict ? undefined : params.get('response_mode'));
  const origin = mode === 'web_message' ? messageOrigin(redirect, client.authorization.webOrigins, !strict) : undefined;
  if (mode === 'web_message' && origin === undefined) {
    return shown(
      403,
      `response_mode=web_message needs the origin of ${redirect.slice(0, 300)} in the list of allowed web origins of the application.`,
      'the origin of redirect_uri is not among web_origins, so there is nobody that the answer may be posted to (OPR-10)',
    );
  }
  return { kind: 'target', client, target: { redirect, redirectSent, mode, state: params.get('state'), origin } };
}

/** Who may read a web message; nobody in the other modes. */
function originFor(mode: ResponseMode, redirect: RegisteredRedirect, client: ClientFacts): string | undefined {
  const { webOrigins, thirdParty } = client.authorization;
  return mode === 'web_message' ? messageOrigin(redirect, webOrigins, thirdParty !== 'strict') : undefined;
}

/**
 * The target of a request that was accepted a while ago, if the client still has it: callbacks and origins may have been
 * taken away meanwhile, and then nothing goes there any more.
 */
export function targetOf(request: AuthorizationRequest, client: ClientFacts): Target | undefined {
  const redirect = registeredRedirect(request.redirect_uri, redirectRules(client));
  if (redirect === undefined) return undefined;
  const mode = request.response_mode;
  const origin = originFor(mode, redirect, client);
  if (mode === 'web_message' && origin === undefined) return undefined;
  return { redirect, redirectSent: request.redirect_uri_sent, mode, state: request.state, origin };
}

/** The mode that a success would use, so that errors use it too (AZ-5); a mode that is refused falls back to the default. */
function modeOf(responseType: readonly string[], wanted: string | undefined): ResponseMode {
  const tokens = bringsTokens(responseType);
  const mode = responseModes.find((known) => known === wanted);
  if (mode !== undefined && !(mode === 'query' && tokens)) return mode;
  return tokens ? 'fragment' : 'query';
}
