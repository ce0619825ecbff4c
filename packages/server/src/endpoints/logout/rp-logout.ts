// RP-initiated logout (OpenID Connect RP-Initiated Logout 1.0, auth0-behaviour §31.2): what the request asks for, where it leads,
// and whether the person is asked first. Pure.

import type { ClientFacts } from '../../domain/clients/facts.ts';
import type { IdTokenHint } from '../../domain/issuing/id-token-hint.ts';
import type { Session } from '../../domain/sessions/session.ts';
import type { TenantSettings } from '../../domain/tenants/settings.ts';
import { type RegisteredLogoutUrl, registeredPostLogoutUri } from '../../oauth/redirect-uri.ts';
import { type Params, printable } from '../../web/params.ts';

/** Members that the confirmation page carries on. */
export const carried = [
  'id_token_hint',
  'logout_hint',
  'client_id',
  'post_logout_redirect_uri',
  'state',
  'ui_locales',
] as const;

export interface LogoutFacts {
  /** `invalid`: there is one, and it is none of ours. */
  readonly hint: IdTokenHint | 'invalid' | undefined;
  /** The client that the hint or `client_id` names. */
  readonly client: ClientFacts | undefined;
  /** The living session of the browser. */
  readonly session: Pick<Session, 'id' | 'user_id'> | undefined;
  readonly settings: Pick<TenantSettings, 'allowed_logout_urls' | 'sessions'>;
}

export type RpLogout =
  | { readonly kind: 'refused'; readonly description: string }
  | {
      readonly kind: 'logout';
      /** Where to afterwards, with the state; `undefined`: a page of ours says that it is done. */
      readonly url: string | undefined;
      /** Why the person has to confirm it; `undefined` if nobody is asked. */
      readonly asks: string | undefined;
    };

const refused = (description: string): RpLogout => ({ kind: 'refused', description });

/** Judges the request. `method` is that of the request: a form says `federated=true`, a query only `federated`. */
export function judgeRpLogout(params: Params, facts: LogoutFacts, method: string): RpLogout {
  const { hint, client } = facts;
  const clientId = params.get('client_id') || undefined;
  const logoutHint = params.get('logout_hint') || undefined;
  const federated = params.get('federated');
  if (method === 'POST' && federated !== undefined && federated !== 'true' && federated !== 'false')
    return refused('federated must be "true" or "false"');
  if (clientId !== undefined && (!client || client.builtIn)) return refused(`Unknown client: ${printable(clientId)}`);
  if (hint !== undefined && hint !== 'invalid') {
    if (!client || client.builtIn) return refused('The application of the id_token_hint does not exist any more');
    if (clientId !== undefined && clientId !== hint.clientId)
      return refused('The client_id is not the one that the id_token_hint was issued to');
    if (logoutHint !== undefined && logoutHint !== hint.sid)
      return refused('The logout_hint is not the session of the id_token_hint');
  }
  if (client?.authorization.thirdParty === 'strict')
    return refused('Logout is not available to third-party applications');
  const target = targetOf(params, facts);
  if (target.kind === 'refused') return target;
  return { kind: 'logout', url: target.url, asks: questionOf(logoutHint, facts) };
}

function targetOf(
  params: Params,
  { hint, client, settings }: LogoutFacts,
): Extract<RpLogout, { kind: 'refused' }> | { readonly kind: 'to'; readonly url: string | undefined } {
  const uri = params.get('post_logout_redirect_uri') || undefined;
  // Whoever sends a forged hint is sent nowhere.
  if (hint === 'invalid') return { kind: 'to', url: undefined };
  if (uri === undefined) {
    // LO-12; a hint alone only says who it is.
    const first = params.get('client_id') ? client?.authorization.logoutUrls[0] : undefined;
    const url = first === undefined || first.includes('*') ? undefined : registeredPostLogoutUri(first, [first]);
    return { kind: 'to', url };
  }
  const allowed = client ? client.authorization.logoutUrls : (settings.allowed_logout_urls ?? []);
  const url = registeredPostLogoutUri(uri, allowed);
  if (url !== undefined) return { kind: 'to', url: withState(url, params.get('state')) };
  const quoted = uri.replace(/[^\x20-\x7e]/g, '?').slice(0, 300);
  const whose = client ? `the application ${client.name}` : 'the tenant, since no client is known';
  return {
    kind: 'refused',
    description: `The "post_logout_redirect_uri" querystring parameter "${quoted}" is not defined as a valid URL in "Allowed Logout URLs". To add a new URL, change allowed_logout_urls of ${whose}.`,
  };
}

/** The state comes back as it was, whatever is in it. */
function withState(url: RegisteredLogoutUrl, state: string | undefined): string {
  if (state === undefined) return url;
  return `${url}${url.includes('?') ? '&' : '?'}state=${encodeURIComponent(state)}`;
}

/** LO-15: any site can send a browser here, so a person is asked unless the request shows that it knows the session. */
function questionOf(logoutHint: string | undefined, { hint, session, settings }: LogoutFacts): string | undefined {
  if (!session || settings.sessions?.oidc_logout_prompt_enabled === false) return undefined;
  if (hint === 'invalid') return 'the id_token_hint is not an ID token of this issuer';
  if (hint === undefined && logoutHint === undefined) return 'there is no hint';
  if (hint) {
    const same = hint.sid === undefined ? hint.subject === session.user_id : hint.sid === session.id;
    if (!same) return 'the id_token_hint is of another session';
  }
  if (logoutHint !== undefined && logoutHint !== session.id) return 'the logout_hint is of another session';
  return undefined;
}
