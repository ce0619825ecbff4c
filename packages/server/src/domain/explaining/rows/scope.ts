// Causes: everything is right but what the token may do. Why a scope is missing stands in the trace of the token's issuance;
// where the log has it no more, in the trace of a token that would be issued now.

import { apiPage, applicationPage, type ScopeVerdict, userPage } from '../../../resources/index.ts';
import type { TraceEntry } from '../../logs/event.ts';
import { claim, type Facts, type Found, type Row } from '../facts.ts';
import { apiName, askAgain, byManagementApi, isMachine } from '../words.ts';
import { fromLibrary } from './kind.ts';

/** What the token was granted. */
export function grantedScopes(facts: Facts): readonly string[] {
  if (facts.known.kind === 'access_token') return facts.known.row.scopes;
  const words = (facts.encrypted ? facts.issuance?.scope : claim(facts, 'scope')) ?? '';
  return words.split(' ').filter((word) => word !== '');
}

function dropOf(trace: readonly TraceEntry[], scope: string): TraceEntry | undefined {
  return trace.find(({ dropped }) => dropped?.includes(scope));
}

/** Whether what the token was granted says anything about the asked API: it is an access token, and for that one. */
function isForAsked(facts: Facts): boolean {
  const { cause, asked, known, inspection, encrypted, issuance } = facts;
  if (known.kind === 'access_token' && known.row.opaque) return asked?.kind !== 'api';
  if (inspection.form !== 'jwt' && !(encrypted && issuance)) return false;
  return cause?.code !== 'id_token' && cause?.code !== 'wrong_audience' && cause?.code !== 'no_audience';
}

/** What became of each wanted scope, and why the missing ones are missing. Pure. */
export function wantedVerdicts(facts: Facts): ScopeVerdict[] {
  const granted = new Set(grantedScopes(facts));
  if (!isForAsked(facts)) {
    const because = 'what was presented is no access token for this API, so it says nothing about its scopes';
    return facts.wanted.map((value) => ({ value, granted: false, rule: 'other_token', because }));
  }
  return facts.wanted.map((value) => {
    if (granted.has(value)) return { value, granted: true, rule: 'granted', because: 'the token has it' };
    return { value, granted: false, ...reasonOf(facts, value) };
  });
}

function reasonOf(facts: Facts, scope: string): Pick<ScopeVerdict, 'rule' | 'because'> {
  const { issuance, anew, asked } = facts;
  const drop = issuance && dropOf(issuance.trace, scope);
  if (drop) return drop;
  const now = anew && dropOf(anew.trace, scope);
  if (asked?.kind === 'api' && asked.facts && !asked.facts.scopes.has(scope) && now?.rule !== 'management_api')
    return { rule: 'api_scopes', because: `${apiName(asked)} defines no such scope` };
  const glued = issuance?.trace
    .flatMap(({ dropped }) => dropped ?? [])
    .find((word) => word !== scope && word.split(/[,;+|]/).includes(scope));
  if (glued !== undefined)
    return { rule: 'requested', because: `${gluedBecause} "${glued}", and scopes are separated by spaces` };
  // Nothing in particular was asked for, so everything that the grant gave is in the token: this was not among it.
  const everything = issuance?.trace.some(({ rule, dropped }) => rule === 'requested' && dropped === undefined);
  const given = issuance?.trace.find(({ rule, dropped }) => rule === 'client_grant' && dropped === undefined);
  if (everything && given) return { rule: 'client_grant', because: `${given.because}; this was not among it` };
  if (now) return now;
  if (issuance?.type === refreshed)
    return {
      rule: 'requested',
      because:
        'a refresh token brings at most what its login was granted, and less where the exchange names a scope: this was not among it',
    };
  if (issuance) return { rule: 'requested', because: 'the request for this token did not ask for it' };
  return {
    rule: 'requested',
    because:
      'the request for this token did not ask for it, or it was not to be had at that time: a new one would have it',
  };
}

const gluedBecause = 'it was asked for as';
/** The event of an exchange of a refresh token. */
const refreshed = 'sertft';

/** The reason of its issuance holds no more: a new token would have the scope. A scope that was only not asked for never had one. */
function isOutdated({ anew }: Facts, { value, rule }: ScopeVerdict): boolean {
  return rule !== 'requested' && anew?.refused === undefined && anew?.granted.includes(value) === true;
}

const missing: Row = (facts) => {
  const { cause } = facts;
  const ours = facts.asked?.kind === 'userinfo' ? lacksOpenid(facts) : undefined;
  if (ours) return ours;
  if (cause?.code !== 'missing_scope') return undefined;
  const first = wantedVerdicts(facts).find(({ granted }) => !granted);
  if (!first) return fromLibrary(facts);
  const has = grantedScopes(facts).join(' ');
  const outdated = isOutdated(facts, first)
    ? '. That has been changed since: a new token would have it, and this one stays as it is'
    : '';
  const known = facts.issuance !== undefined || facts.anew !== undefined;
  return {
    code: 'missing_scope',
    certainty: known ? 'certain' : 'likely',
    message: `the token lacks ${first.value} (it has ${has === '' ? 'no scope' : has}), because ${first.because.replace(/^requested, /, 'it was requested, ')}${hintOf(facts, first)}${outdated}`,
    evidence: { missing: first.value, granted: has, rule: first.rule },
    fix: fixOf(facts, first),
  };
};

/** The scope that is probably meant, or where else the right stands. */
function hintOf(facts: Facts, { value, rule }: ScopeVerdict): string {
  const { asked, inspection } = facts;
  const held = inspection.form === 'jwt' ? inspection.payload.permissions : undefined;
  if (rule === 'requested' && Array.isArray(held) && held.includes(value))
    return ` (the user holds it: it stands in permissions, and a client gets as scope what it asks for)`;
  if (rule !== 'api_scopes' || asked?.kind !== 'api' || !asked.facts) return '';
  const [near] = [...asked.facts.scopes].filter((scope) => isNear(scope, value));
  if (near !== undefined) return `; it defines ${near}, and scopes are compared character by character`;
  const other = facts.definedBy.get(value);
  return other === undefined ? '' : `; the API ${other} does, and a token for that one may have it`;
}

/** Whether two scopes differ by case, by what is between the words, or by one letter. */
function isNear(one: string, other: string): boolean {
  const [a, b] = [one, other].map((scope) => scope.toLowerCase().replace(/[^a-z0-9]+/g, ' '));
  if (a === undefined || b === undefined || one === other) return false;
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  if (long.length - short.length > 1) return false;
  let at = 0;
  while (at < short.length && short[at] === long[at]) at++;
  return short.slice(long.length === short.length ? at + 1 : at) === long.slice(at + 1);
}

function lacksOpenid(facts: Facts): Found | undefined {
  if (facts.known.kind !== 'access_token' || grantedScopes(facts).includes('openid')) return undefined;
  return {
    code: 'missing_scope',
    certainty: 'certain',
    message: 'the token was issued without the scope openid, which /userinfo needs',
    evidence: { missing: 'openid', granted: grantedScopes(facts).join(' ') },
    fix: askAgain(facts, 'ask for openid in scope', ['openid', 'profile']),
  };
}

/** What was wrong is mended already. */
function newToken(facts: Facts, value: string): Found['fix'] {
  return askAgain(
    facts,
    isMachine(facts)
      ? 'get a new token: the client keeps the old one until it ends. Restart it, or empty its cache of tokens'
      : `let the user sign in again, with a request that asks for ${value}: a refresh token brings no more than its login was granted`,
  );
}

function fixOf(facts: Facts, verdict: ScopeVerdict): Found['fix'] {
  const { asked, client, user } = facts;
  const { value, rule } = verdict;
  if (isOutdated(facts, verdict)) return newToken(facts, value);
  const api = asked?.kind === 'api' ? asked.facts : undefined;
  // All that the call needs, not only what is missing: a request that names scopes gets no others.
  const again = askAgain(facts, '');
  const { code } = again;
  switch (rule) {
    case 'api_scopes':
      return {
        text: facts.definedBy.has(value)
          ? `call the API that defines ${value} with a token for it; or define it among the permissions of this one too`
          : hintOf(facts, verdict)
            ? `correct the name: the API, the client and the code that checks must spell the scope alike; or define ${value} among the permissions of the API`
            : `define ${value} among the permissions of the API, then get a new token; or correct the name that the API asks for`,
        ...(api ? { dashboard: apiPage(api.id, 'permissions') } : {}),
      };
    case 'client_grant': {
      const granted = facts.grant && { scope: [...new Set([...facts.grant.scopes, value])] };
      const call =
        granted && byManagementApi(facts, 'PATCH', `client-grants/${facts.grant?.id}`, granted, 'update:client_grants');
      return {
        text: `give ${value} to the client at this API (its client grant), then get a new token${call?.how ?? ''}`,
        ...(api ? { dashboard: apiPage(api.id, 'applications') } : {}),
        ...(call ? { command: call.command } : {}),
      };
    }
    case 'permissions': {
      const given = { permissions: [{ resource_server_identifier: asked?.identifier ?? '', permission_name: value }] };
      const call =
        user &&
        byManagementApi(facts, 'POST', `users/${encodeURIComponent(user.id)}/permissions`, given, 'update:users');
      return {
        text: `give the permission ${value} to the user, directly or by a role, then get a new token${call?.how ?? ''}`,
        ...(user ? { dashboard: `${userPage(user.id)}/permissions` } : {}),
        ...(call ? { command: call.command } : {}),
      };
    }
    case 'requested':
      return {
        ...again,
        text: verdict.because.startsWith(gluedBecause)
          ? `separate the scopes by spaces, and get a new token`
          : facts.issuance?.type === refreshed
            ? `leave scope out of the exchange, or name ${value} in it; if the login did not have it, let the user sign in again with a request that asks for ${value}`
            : `let the client ask for ${value} in scope, and get a new token`,
      };
    case 'management_api':
      return {
        text: 'a user may do at the Management API what concerns the own profile; use a machine client for the rest',
        ...(api ? { dashboard: apiPage(api.id, 'applications') } : {}),
      };
    default:
      return {
        text: `mend what the reason names, then get a new token with ${value}`,
        ...(client ? { dashboard: applicationPage(client.id) } : {}),
        ...(code === undefined ? {} : { code }),
      };
  }
}

const permission: Row = (facts) => (facts.cause?.code === 'missing_permission' ? fromLibrary(facts) : undefined);

/** Scopes, then permissions. */
export const scopeRows: readonly Row[] = [missing, permission];
