// Causes: everything is right but what the token may do. Why a scope is missing stands in the trace of the token's issuance;
// where the log has it no more, in the trace of a token that would be issued now.

import { apiPage, applicationPage, type ScopeVerdict, userPage } from '../../../resources/index.ts';
import type { TraceEntry } from '../../logs/event.ts';
import { claim, type Facts, type Found, type Row } from '../facts.ts';
import { apiName, askAgain, shell } from '../words.ts';
import { fromLibrary } from './kind.ts';

/** What the token was granted. */
export function grantedScopes(facts: Facts): readonly string[] {
  if (facts.known.kind === 'access_token') return facts.known.row.scopes;
  const words = claim(facts, 'scope') ?? '';
  return words.split(' ').filter((word) => word !== '');
}

function dropOf(trace: readonly TraceEntry[], scope: string): TraceEntry | undefined {
  return trace.find(({ dropped }) => dropped?.includes(scope));
}

/** What became of each wanted scope, and why the missing ones are missing. Pure. */
export function wantedVerdicts(facts: Facts): ScopeVerdict[] {
  const granted = new Set(grantedScopes(facts));
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
  // Nothing in particular was asked for, so everything that the grant gave is in the token: this was not among it.
  const everything = issuance?.trace.some(({ rule, dropped }) => rule === 'requested' && dropped === undefined);
  const given = issuance?.trace.find(({ rule, dropped }) => rule === 'client_grant' && dropped === undefined);
  if (everything && given) return { rule: 'client_grant', because: `${given.because}; this was not among it` };
  if (now) return now;
  if (issuance) return { rule: 'requested', because: 'the request for this token did not ask for it' };
  return {
    rule: 'requested',
    because:
      'the request for this token did not ask for it, or it was not to be had at that time: a new one would have it',
  };
}

const missing: Row = (facts) => {
  const { cause } = facts;
  const ours = facts.asked?.kind === 'userinfo' ? lacksOpenid(facts) : undefined;
  if (ours) return ours;
  if (cause?.code !== 'missing_scope') return undefined;
  const first = wantedVerdicts(facts).find(({ granted }) => !granted);
  if (!first) return fromLibrary(facts);
  const has = grantedScopes(facts).join(' ');
  const known = facts.issuance !== undefined || facts.anew !== undefined;
  return {
    code: 'missing_scope',
    certainty: known ? 'certain' : 'likely',
    message: `the token lacks ${first.value} (it has ${has === '' ? 'no scope' : has}), because ${first.because.replace(/^requested, /, 'it was requested, ')}`,
    evidence: { missing: first.value, granted: has, rule: first.rule },
    fix: fixOf(facts, first),
  };
};

function lacksOpenid(facts: Facts): Found | undefined {
  if (facts.known.kind !== 'access_token' || grantedScopes(facts).includes('openid')) return undefined;
  return {
    code: 'missing_scope',
    certainty: 'certain',
    message: 'the token was issued without the scope openid, which /userinfo needs',
    evidence: { missing: 'openid', granted: grantedScopes(facts).join(' ') },
    fix: { text: 'ask for openid in scope', code: `scope: "openid profile"` },
  };
}

function fixOf(facts: Facts, { value, rule }: ScopeVerdict): Found['fix'] {
  const { asked, client, user } = facts;
  const api = asked?.kind === 'api' ? asked.facts : undefined;
  const again = askAgain(facts, '', [value]);
  const { command, code } = again;
  const token = '-H "authorization: Bearer $TOKEN" -H "content-type: application/json"';
  switch (rule) {
    case 'api_scopes':
      return {
        text: `define ${value} among the permissions of the API, then get a new token; or correct the name that the API asks for`,
        ...(api ? { dashboard: apiPage(api.id, 'permissions') } : {}),
      };
    case 'client_grant':
      return {
        text: `give ${value} to the client at this API (its client grant), then get a new token`,
        ...(api ? { dashboard: apiPage(api.id, 'applications') } : {}),
        ...(command === undefined ? {} : { command }),
      };
    case 'permissions':
      return {
        text: `give the permission ${value} to the user, directly or by a role, then get a new token`,
        ...(user ? { dashboard: userPage(user.id) } : {}),
        ...(user
          ? {
              command: `curl -X POST ${shell(`${facts.issuer}api/v2/users/${encodeURIComponent(user.id)}/permissions`)} ${token} -d ${shell(JSON.stringify({ permissions: [{ resource_server_identifier: asked?.identifier ?? '', permission_name: value }] }))}`,
            }
          : {}),
      };
    case 'requested':
      return { ...again, text: `let the client ask for ${value} in scope, and get a new token` };
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
