// The one canonical form of what names a user: e-mail addresses, usernames and phone numbers. It is made here, stored,
// and compared byte for byte; no database ever folds case, so both engines agree and look-alikes never become equal.

export const identifierKinds = ['email', 'username', 'phone_number'] as const;
export type IdentifierKind = (typeof identifierKinds)[number];

/** Longest password-database username, unless the connection says otherwise (auth0-behaviour §2.6). */
export const usernameBounds = { min: 1, max: 15 } as const;
/** What a connection may allow at most. */
export const longestUsername = 128;

/** RFC 5322 `atext`, and every letter, mark or number beyond ASCII (RFC 6531). No quoted local parts: nobody has one. */
const localPart = /^[a-z0-9!#$%&'*+/=?^_`{|}~\-\p{L}\p{M}\p{N}]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~\-\p{L}\p{M}\p{N}]+)*$/u;
const domain = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/;
/** Scripts whose letters pass for one another. */
const confusable = [/\p{Script=Latin}/u, /\p{Script=Cyrillic}/u, /\p{Script=Greek}/u, /\p{Script=Armenian}/u];
const phoneNumber = /^\+[0-9]{1,15}$/;
const usernameShape = /^[a-z0-9_+\-.!#$'^`~@]+$/;

/** Lower case in NFC, if the text has no compatibility characters: full-width forms, ligatures. */
function plain(text: string): string | undefined {
  if (!text.isWellFormed()) return undefined;
  if (/^[\x21-\x7e]*$/.test(text)) return text.toLowerCase();
  // Letters, marks and signs that nobody sees.
  if (/\p{Default_Ignorable_Code_Point}/u.test(text)) return undefined;
  // The Kelvin sign is a K to NFC already.
  if ([...text].some((unit) => unit > '\x7f' && /^[\x00-\x7f]+$/.test(unit.normalize('NFC')))) return undefined;
  const composed = text.normalize('NFC');
  // What NFKC would change looks like something else, and lower-casing some of it would make two addresses one.
  if (composed.normalize('NFKC') !== composed) return undefined;
  const lower = composed.toLowerCase().normalize('NFC');
  return lower.normalize('NFKC') === lower ? lower : undefined;
}

/** A domain in ASCII; one with other letters by its `xn--` name, so that it has one spelling only. */
function canonicalDomain(text: string): string | undefined {
  if (domain.test(text)) return text;
  if (/^[\x00-\x7f]*$/.test(text) || /[\s/?#@:\\[\]%]/.test(text)) return undefined;
  try {
    const { hostname } = new URL(`http://${text}`);
    return hostname.includes('xn--') && domain.test(hostname) ? hostname : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The canonical form of an e-mail address, or `undefined` if it is none that can be kept: 64 bytes before the one `@`, 254
 * in all (RFC 5321 §4.5.3.1), a domain with a dot, no compatibility characters, no mixture of scripts that look alike.
 * Pure. Does not check that the address exists.
 */
export function canonicalEmail(text: string): string | undefined {
  if (text.length > 254) return undefined;
  const whole = plain(text);
  const at = whole?.indexOf('@') ?? -1;
  if (whole === undefined || at < 1 || whole.includes('@', at + 1)) return undefined;
  const local = whole.slice(0, at);
  const host = canonicalDomain(whole.slice(at + 1));
  if (!host?.includes('.') || !localPart.test(local) || new TextEncoder().encode(local).length > 64) return undefined;
  if (confusable.filter((script) => script.test(local)).length > 1) return undefined;
  const email = `${local}@${host}`;
  return new TextEncoder().encode(email).length <= 254 ? email : undefined;
}

/**
 * The canonical form of a username (ASCII letters, digits and `_+-.!#$'^~@` and backtick), or `undefined`. One that could be an
 * e-mail address or a phone number is refused: it would answer for somebody else's. `bounds`: characters. Pure.
 */
export function canonicalUsername(
  text: string,
  bounds: { readonly min: number; readonly max: number } = { min: 1, max: longestUsername },
): string | undefined {
  if (text.length < bounds.min || text.length > Math.min(bounds.max, longestUsername)) return undefined;
  // ASCII before lower-casing: the Kelvin sign becomes a k by it.
  if (!/^[\x21-\x7e]+$/.test(text)) return undefined;
  const lower = text.toLowerCase();
  if (!usernameShape.test(lower) || phoneNumber.test(lower) || canonicalEmail(lower) !== undefined) return undefined;
  return lower;
}

/** A phone number as `+` and up to 15 digits (E.164), or `undefined`. Pure. */
export function canonicalPhone(text: string): string | undefined {
  return phoneNumber.test(text) ? text : undefined;
}

/** The canonical form of an identifier of this kind, or `undefined`. Pure. */
export function canonicalIdentifier(kind: IdentifierKind, text: string): string | undefined {
  switch (kind) {
    case 'email':
      return canonicalEmail(text);
    case 'username':
      return canonicalUsername(text);
    case 'phone_number':
      return canonicalPhone(text);
  }
}

/** What this text can name, in canonical form: one kind at most, as no username looks like the other two. Pure. */
export function readIdentifier(text: string): { readonly kind: IdentifierKind; readonly value: string } | undefined {
  const email = canonicalEmail(text);
  if (email !== undefined) return { kind: 'email', value: email };
  const phone = canonicalPhone(text);
  if (phone !== undefined) return { kind: 'phone_number', value: phone };
  const username = canonicalUsername(text);
  return username === undefined ? undefined : { kind: 'username', value: username };
}

/** The id of the row that claims an identifier in a connection. `value` is canonical; connection names have no spaces. */
export function identifierId(connection: string, kind: IdentifierKind, value: string): string {
  return `${connection} ${kind === 'phone_number' ? 'phone' : kind} ${value}`;
}
