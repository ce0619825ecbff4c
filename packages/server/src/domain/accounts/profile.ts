// What a user's profile says when nobody said otherwise (auth0-behaviour §2.6).

import { createHash } from 'node:crypto';

export interface NamedProfile {
  readonly email?: string | undefined;
  readonly username?: string | undefined;
  readonly phone_number?: string | undefined;
  readonly name?: string | undefined;
  readonly nickname?: string | undefined;
  readonly picture?: string | undefined;
}

/**
 * `name`, `nickname` and `picture` of a user: those given, else made from the e-mail address, the username or the phone
 * number. The picture is a Gravatar address as at Auth0; nothing is fetched. Pure.
 */
export function profileDefaults(given: NamedProfile): { name: string; nickname: string; picture: string } {
  const identifier = given.email ?? given.username ?? given.phone_number ?? '';
  const local = given.email?.slice(0, given.email.indexOf('@')) ?? identifier;
  return {
    name: given.name ?? identifier,
    nickname: given.nickname ?? local,
    picture: given.picture ?? avatar(given.email ?? identifier, given.name ?? local),
  };
}

function avatar(address: string, name: string): string {
  // Gravatar names its pictures by MD5; nothing is kept secret by it.
  const digest = createHash('md5').update(address).digest('hex');
  const letters = name
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '')
    .slice(0, 2);
  const fallback = encodeURIComponent(`https://cdn.auth0.com/avatars/${letters || 'default'}.png`);
  return `https://s.gravatar.com/avatar/${digest}?s=480&r=pg&d=${fallback}`;
}
