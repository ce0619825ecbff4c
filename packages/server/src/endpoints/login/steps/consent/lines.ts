// Scopes in words that a person understands (auth0-behaviour §7.2, CON-7 to CON-9). Pure.

import type { UserTarget } from '../../../../domain/issuing/user-authorization.ts';
import type { Texts } from '../../../../web/texts/index.ts';
import type { StepAsk } from '../../step.ts';

export interface ScopeLines {
  /** What the client may learn about the user. */
  readonly profile: readonly string[];
  /** What it may do at the API. */
  readonly api: readonly string[];
}

const profileScopes = ['openid', 'profile', 'email', 'address', 'phone', 'offline_access'] as const;
type ProfileScope = (typeof profileScopes)[number];
const isProfile = (scope: string): scope is ProfileScope => (profileScopes as readonly string[]).includes(scope);

/**
 * One line for each thing that is asked for. `descriptions`: of the API's scopes, where the tenant wants those shown
 * (`use_scope_descriptions_for_consent`); else `read:posts write:posts` become one line about posts.
 */
export function scopeLines(
  scopes: readonly string[],
  texts: Texts['consent'],
  language: string,
  descriptions?: ReadonlyMap<string, string>,
): ScopeLines {
  const profile = scopes.filter(isProfile);
  // `openid` alone is what every login tells; beside others it would only be noise.
  const told = profile.length > 1 ? profile.filter((scope) => scope !== 'openid') : profile;
  const others = scopes.filter((scope) => !isProfile(scope));
  return {
    profile: told.map((scope) => texts.scopes[scope]),
    api: descriptions
      ? others.map((scope) => descriptions.get(scope) ?? scope)
      : grouped(others, texts, new Intl.ListFormat(language, { type: 'conjunction' })),
  };
}

/** What a client would be able to do, for a page. */
export interface MayDo {
  /** What it may learn about the user. */
  readonly profile: readonly string[];
  /** What it may do in an API. */
  readonly api: { readonly name: string; readonly lines: readonly string[] } | undefined;
}

/** These scopes of the target, in the words that the tenant wants. */
export function mayDoWith(
  { place, settings }: Pick<StepAsk, 'place' | 'settings'>,
  target: UserTarget,
  scopes: readonly string[],
): MayDo {
  const described = settings.flags?.use_scope_descriptions_for_consent === true && target.kind === 'api';
  const { consent } = place.texts;
  const lines = scopeLines(scopes, consent, place.language, described ? target.api.descriptions : undefined);
  return {
    // Every scope may have been dropped: what is left is what any login tells.
    profile: lines.profile.length + lines.api.length === 0 ? [consent.scopes.openid] : lines.profile,
    api: target.kind === 'api' ? { name: target.api.name, lines: lines.api } : undefined,
  };
}

function grouped(scopes: readonly string[], texts: Texts['consent'], list: Intl.ListFormat): string[] {
  const groups = new Map<string, string[]>();
  for (const scope of scopes) {
    // One colon with words on both sides; everything else is told as it is.
    const [, verb, resource] = /^([\w-]+):([\w.-]+)$/.exec(scope) ?? [];
    if (verb === undefined || resource === undefined) groups.set(scope, []);
    else groups.set(`:${resource}`, [...(groups.get(`:${resource}`) ?? []), verb]);
  }
  return [...groups].map(([name, verbs]) => {
    if (verbs.length === 0) return name;
    const words = verbs.map((verb) => (isVerb(texts, verb) ? texts.verbs[verb] : verb.replaceAll(/[_-]/g, ' ')));
    return texts.group(name.slice(1).replaceAll(/[_-]/g, ' '), list.format(words));
  });
}

function isVerb(texts: Texts['consent'], verb: string): verb is keyof Texts['consent']['verbs'] {
  return Object.hasOwn(texts.verbs, verb);
}
