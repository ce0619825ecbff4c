// What a call needs, and whether a verified token has it.

import { type Finding, found } from './causes/index.ts';
import type { JsonObject } from './jwt.ts';

/** What a call needs besides a valid token. */
export interface Requirement {
  /** All of these scopes; one of them with `any`. */
  readonly scopes?: readonly string[];
  /** One of `scopes` is enough. `permissions` are needed all the same. */
  readonly any?: boolean;
  /** All of these in the `permissions` claim (Auth0's role-based access control): what the *user* may do, whatever the client asked for. */
  readonly permissions?: readonly string[];
}

/** A requirement that was looked at: scopes that can be sent in a challenge, nothing misspelt. */
export interface CheckedRequirement {
  readonly scopes: readonly string[];
  readonly any: boolean;
  readonly permissions: readonly string[];
}

const nothing: CheckedRequirement = { scopes: [], any: false, permissions: [] };
const checked = new WeakMap<Requirement, CheckedRequirement>();

/** Throws a TypeError for a requirement that cannot be meant, so that no call is let through by a misspelt member. */
export function checkedRequirement(requirement: Requirement | undefined): CheckedRequirement {
  if (requirement === undefined) return nothing;
  return checked.get(requirement) ?? readRequirement(requirement);
}

function readRequirement(requirement: Requirement): CheckedRequirement {
  if (typeof requirement !== 'object' || requirement === null || Array.isArray(requirement)) {
    throw new TypeError("a requirement is an object: { scopes: ['read:x'] }");
  }
  for (const name of Object.keys(requirement)) {
    if (!['scopes', 'any', 'permissions'].includes(name)) {
      throw new TypeError(`a requirement has no "${name}"; it has scopes, any and permissions`);
    }
  }
  const { scopes = [], any = false, permissions = [] } = requirement;
  if (typeof any !== 'boolean') throw new TypeError('`any` of a requirement is true or false');
  for (const list of [scopes, permissions]) {
    if (!Array.isArray(list)) throw new TypeError("`scopes` and `permissions` of a requirement are lists: ['read:x']");
    for (const scope of list) {
      if (typeof scope !== 'string' || !scopeToken.test(scope)) {
        throw new TypeError(
          `"${String(scope)}" is not one scope: no spaces, quotes or backslashes (RFC 6749 section 3.3)`,
        );
      }
    }
  }
  if (any && scopes.length === 0) throw new TypeError('`any` of no scopes can never be had: name some `scopes`');
  return { scopes: [...scopes], any, permissions: [...permissions] };
}

/** RFC 6749 §3.3 `scope-token`. */
const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

/** All of these scopes: `requireScopes('read:x')`. Checked here once, which makes each call cheaper. */
export function requireScopes(...scopes: readonly string[]): Requirement {
  return remembered({ scopes });
}

/** One of these scopes. */
export function requireAnyScope(...scopes: readonly string[]): Requirement {
  return remembered({ scopes, any: true });
}

/** A copy of a requirement that was looked at once for all. Adapters do it for each route when it is set up, so that a mistake shows at the start. */
export function remembered(requirement: Requirement): Requirement {
  const fresh = readRequirement(requirement);
  checked.set(fresh, fresh);
  return fresh;
}

/** The scopes of a token: `scope` as text (RFC 6749 §3.3) or list, else `scp` of other vendors. A wrong type is a finding. */
export function scopesOf(payload: JsonObject): ReadonlySet<string> | Finding {
  const name = payload.scope === undefined ? 'scp' : 'scope';
  const value = payload[name];
  if (value === undefined) return new Set();
  if (typeof value === 'string') {
    const scopes = new Set(value.split(' '));
    scopes.delete(''); // of two spaces in a row
    return scopes;
  }
  if (isListOfText(value)) return new Set(value);
  return found('malformed_claim', { claim: name, expected: 'text' });
}

/** The `permissions` claim. A wrong type is a finding. */
export function permissionsOf(payload: JsonObject): ReadonlySet<string> | Finding {
  const value = payload.permissions;
  if (value === undefined) return new Set();
  return isListOfText(value)
    ? new Set(value)
    : found('malformed_claim', { claim: 'permissions', expected: 'a list of text' });
}

function isListOfText(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((member) => typeof member === 'string');
}

export interface Held {
  readonly scopes: ReadonlySet<string>;
  readonly permissions: ReadonlySet<string>;
}

/** What a token has that satisfies a needed scope. */
export function hasScope(held: Held, scope: string, permissionsCount: boolean): boolean {
  return held.scopes.has(scope) || (permissionsCount && held.permissions.has(scope));
}

/** Compares exactly: `read:*` is a scope of that name and nothing more. */
export function checkRequirement(
  held: Held,
  needed: CheckedRequirement,
  permissionsCount: boolean,
): Finding | undefined {
  const missing = needed.scopes.filter((scope) => !hasScope(held, scope, permissionsCount));
  if (needed.any ? missing.length === needed.scopes.length : missing.length > 0) {
    return found('missing_scope', {
      missing,
      granted: [...held.scopes],
      any: needed.any,
      inPermissions: needed.any
        ? missing.some((scope) => held.permissions.has(scope))
        : missing.every((scope) => held.permissions.has(scope)),
    });
  }
  const lacking = needed.permissions.filter((permission) => !held.permissions.has(permission));
  if (lacking.length === 0) return undefined;
  return found('missing_permission', { missing: lacking, held: [...held.permissions] });
}
