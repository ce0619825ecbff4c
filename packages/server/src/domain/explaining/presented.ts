// Takes the token out of what somebody sent or pasted: people bring a whole answer, a command, an address, or a token that was
// encoded, wrapped or shortened on the way. Pure; believes nothing, looks nothing up, decompresses nothing.

import type { TokenReason } from '../../resources/index.ts';
import { insideJson } from './presented-json.ts';

/** What was around the token, or done to it. */
export interface Wrapping {
  readonly code: TokenReason;
  readonly message: string;
  readonly fix: string;
  /** People copy such things along with the token, so what is wrong with the token itself comes first. */
  readonly pasted: boolean;
}

export interface PresentedText {
  /** The token, as an API would have to get it; without one, what was sent. */
  readonly token: string;
  readonly wrapping?: Wrapping;
}

const jwtForm = /^ey[\w-]+\.[\w-]+\.[\w-]*(?:\.[\w-]+\.[\w-]+)?$/;
/** Three parts in the alphabet of plain Base64, with its padding. */
const inPlainBase64 = /^ey[\w+/-]+=*\.[\w+/-]+=*\.[\w+/-]+=*$/;
const plain = /^[\w.~+/-]+=*$/;
const invisible = /[\u00a0\u00ad\u200b-\u200f\u2028-\u202e\u2060\ufeff]/g;
const quotes = /^(?:"(.*)"|'(.*)'|`(.*)`|\u201c(.*)\u201d|\u2018(.*)\u2019|\u00ab(.*)\u00bb|\u201e(.*)\u201c)$/s;

// Every expression below is linear: the text may be 50 kB of anything.

/** Reads what was presented. An `Authorization:` and one `Bearer` in front are what an API would take away itself. */
export function presentedText(text: string): PresentedText {
  const trimmed = text.trim();
  const bare = withoutScheme(trimmed.replace(/^authorization *: */i, ''));
  const start = text.indexOf(trimmed);
  const around = `${text.slice(0, start)}${text.slice(start + trimmed.length)}`.match(invisible);
  if (around && jwtForm.test(bare)) return wrapped(bare, brokenBy(around));
  // Twice: the library says so.
  if (/^bearer /i.test(bare)) return { token: bare };
  if (plain.test(bare) || inPlainBase64.test(bare)) return ofPlainText(bare);
  const inQuotes = unquoted(bare);
  if (inQuotes !== undefined)
    return wrapped(inQuotes, {
      code: 'illegal_characters',
      message: 'the token was sent in quotation marks',
      fix: 'strip the quotation marks: the client probably sends JSON text, or a value of a settings file, where it should send the string',
      pasted: false,
    });
  for (const take of [scheme, pem, json, shortened, address, form, cookie, several, broken, encoded, within, userId]) {
    const taken = take(bare);
    if (taken) return taken;
  }
  return { token: bare };
}

const withoutScheme = (text: string) => (/^bearer$/i.test(text) ? '' : text.replace(/^bearer +/i, ''));

function unquoted(text: string): string | undefined {
  const found = quotes.exec(text);
  const inner = found?.slice(1).find((group) => group !== undefined);
  return inner !== undefined && plain.test(withoutScheme(inner.trim())) ? withoutScheme(inner.trim()) : undefined;
}

const wrapped = (token: string, wrapping: Wrapping): PresentedText => ({ token, wrapping });

const notAToken = (message: string, fix: string): Wrapping => ({ code: 'not_a_token', message, fix, pasted: false });

/** Text that could be sent as a token: a JWT that was encoded once more or shortened looks like one. */
function ofPlainText(text: string): PresentedText {
  const middle = shortened(text);
  if (middle) return middle;
  if (text.includes('.')) {
    // The alphabet of plain Base64 instead of that of JWTs, or its padding.
    if (text === text.toLowerCase() && jwtForm.test(text) && text.length > 60) return wrapped(text, lowered);
    const url = text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
    if (url === text || !jwtForm.test(url)) return { token: text };
    return wrapped(url, {
      code: 'encoded_token',
      message: 'the parts of the token are in plain Base64 (+, / or =), and a JWT has base64url (RFC 7515 section 2)',
      fix: 'send the token as it was received: something takes it apart and encodes it again on the way',
      pasted: false,
    });
  }
  const inner = withoutScheme(Buffer.from(text, 'base64').toString('utf8').trim());
  if (!jwtForm.test(inner)) return { token: text };
  return wrapped(inner, {
    code: 'encoded_token',
    message: 'this is a token that was encoded with Base64 as a whole',
    fix: 'decode it before it is sent. Values in the `data` of a Kubernetes secret are Base64, and are decoded when they are mounted: whoever reads them by kubectl has to do it (base64 -d)',
    pasted: false,
  });
}

const lowered: Wrapping = {
  code: 'malformed_token',
  message: 'every letter of the token was made small, and capital letters count in it',
  fix: 'look for what changes the case on the way: toLowerCase() on a header, a column or a search that ignores case',
  pasted: false,
};

const scheme = (text: string): PresentedText | undefined => {
  const [, name = '', rest = ''] = /^(basic|dpop|digest|token|jwt|apikey|oauth|negotiate) +(\S+)$/i.exec(text) ?? [];
  if (name === '') return undefined;
  if (/^dpop$/i.test(name))
    return wrapped(rest, {
      code: 'dpop_scheme',
      message: 'the token was sent with the scheme DPoP, and not with Bearer',
      fix: 'send `Authorization: Bearer TOKEN`: this server binds no tokens to keys, so switch DPoP off in the client',
      pasted: false,
    });
  const isBasic = /^basic$/i.test(name);
  return wrapped(rest, {
    code: 'wrong_scheme',
    message: isBasic
      ? `the Authorization header says Basic: a name and a password or secret, in Base64. That is how a client proves at /oauth/token who it is, and no API takes it`
      : `the Authorization header says ${name}, and not Bearer`,
    fix: isBasic
      ? 'exchange it for a token (POST /oauth/token, grant_type=client_credentials), and send `Authorization: Bearer TOKEN` with the access_token of the answer'
      : 'send `Authorization: Bearer TOKEN`',
    pasted: false,
  });
};

const pem = (text: string): PresentedText | undefined => {
  const [, what] = /^-----BEGIN ([A-Z ]{3,40})-----/.exec(text) ?? [];
  if (what === undefined) return undefined;
  const isSecret = what.includes('PRIVATE');
  return wrapped(
    '',
    notAToken(
      `this is a key or a certificate (PEM, ${what.toLowerCase()}), and no token`,
      isSecret
        ? 'a private key is for signing on the client, and must be sent nowhere: replace it. Send the access_token that /oauth/token answers'
        : 'the key is for the API, which checks signatures with it. Send the access_token',
    ),
  );
};

const json = (text: string): PresentedText | undefined => {
  const read = insideJson(text);
  return read?.token === undefined
    ? read && wrapped('', notAToken(read.message, read.fix))
    : { ...presentedText(read.token), wrapping: { ...whole, message: read.message } };
};

const whole = {
  code: 'not_only_the_token',
  fix: 'send the token alone: `Authorization: Bearer TOKEN`',
  pasted: true,
} as const;

const shortened = (text: string): PresentedText | undefined =>
  text.startsWith('ey') && /^[\w.*\u2026-]+$/.test(text) && /\.{3}|\u2026|\*{3}/.test(text)
    ? wrapped(text, {
        code: 'malformed_token',
        message: 'the token was shortened where it was shown: dots or stars stand in for the rest',
        fix: 'copy it from where it is whole; logs and consoles show a part only',
        pasted: false,
      })
    : undefined;

const parameters = ['access_token', 'token', 'id_token', 'code'] as const;

function fromParameters(found: URLSearchParams, what: string): PresentedText | undefined {
  const name = parameters.find((one) => (found.get(one) ?? '') !== '');
  const token = name && found.get(name);
  return token ? wrapped(token, { ...whole, message: `this is ${what}, with the ${name} in it` }) : undefined;
}

const address = (text: string): PresentedText | undefined => {
  const url = /^[a-z][a-z0-9+.-]*:\/\/\S+$/i.test(text) ? URL.parse(text) : null;
  if (!url) return undefined;
  const found =
    fromParameters(new URLSearchParams(url.hash.slice(1)), 'a whole address') ??
    fromParameters(url.searchParams, 'a whole address');
  if (found) return found;
  return wrapped(
    '',
    notAToken('this is an address, and no token', 'send the access_token that was issued for the API'),
  );
};

const form = (text: string): PresentedText | undefined =>
  /^[\w.-]+=[^\s]+$/.test(text) ? fromParameters(new URLSearchParams(text), 'a whole form') : undefined;

const cookie = (text: string): PresentedText | undefined =>
  /^(?:set-)?cookie *:/i.test(text)
    ? wrapped(
        '',
        notAToken(
          'this is a cookie, and no token',
          'a session cookie is for the server that set it. Send the access_token of that session to the API',
        ),
      )
    : undefined;

/** Line breaks and invisible characters, which a copy brings along. */
const broken = (text: string): PresentedText | undefined => {
  const joined = text.replace(invisible, '').replace(/\\?\s+/g, '');
  return joined === text || !jwtForm.test(joined) ? undefined : wrapped(joined, brokenBy(text.match(invisible) ?? []));
};

function brokenBy(characters: readonly string[]): Wrapping {
  const names = [...new Set(characters)].map(
    (one) => `U+${one.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`,
  );
  const what = names.length > 0 ? `invisible characters (${names.join(', ')})` : 'line breaks or spaces';
  return {
    code: 'illegal_characters',
    message: `there are ${what} in the token`,
    fix: 'join it to one line without white space: a terminal, a mail or a document broke it where it was copied',
    pasted: false,
  };
}

const encoded = (text: string): PresentedText | undefined => {
  if (!/%[0-9a-f]{2}/i.test(text)) return undefined;
  let decoded: string;
  try {
    decoded = decodeURIComponent(text);
  } catch {
    return undefined;
  }
  const token = withoutScheme(decoded.trim());
  if (!plain.test(token)) return undefined;
  return wrapped(token, {
    code: 'encoded_token',
    message: 'the token was percent-encoded, as values in URLs are',
    fix: 'send it as it was received: no encodeURIComponent() around the header, and no `%20` behind Bearer',
    pasted: false,
  });
};

const several = (text: string): PresentedText | undefined => {
  const [first, second] = new Set(text.split(/[\s,;]+/).filter((word) => jwtForm.test(word)));
  if (first === undefined || (second === undefined && text.split(first).length < 3)) return undefined;
  return wrapped(first, {
    code: 'several_tokens',
    message: second === undefined ? 'the same token stands there twice' : 'two tokens stand in one header',
    fix: 'send the access token alone. Two places of the client add an Authorization header, and the HTTP library joins them with a comma',
    pasted: false,
  });
};

/** A command or a log line with one token in it. */
const within = (text: string): PresentedText | undefined => {
  const found = new Set(text.split(/[^\w.-]+/).filter((word) => jwtForm.test(word)));
  const [, behind] = /\bbearer +([\w.~+/-]{20,}=*)/i.exec(text) ?? [];
  const token = found.size === 1 ? [...found][0] : behind;
  if (token === undefined) return undefined;
  const what = /^\s*(?:curl|wget|http|https|iwr)\b/.test(text) ? 'a whole command' : 'a text with a token in it';
  return wrapped(token, { ...whole, message: `this is ${what}` });
};

const userId = (text: string): PresentedText | undefined =>
  /^[\w-]{2,40}\|[\w.|@-]{1,200}$/.test(text)
    ? wrapped(
        '',
        notAToken(
          'this looks like the id of a user (the `sub` of tokens), and is no token',
          'send the access_token of the answer; the API reads the id out of it',
        ),
      )
    : undefined;
