// The options of createApi, and their check: an option that is misspelt or makes no sense stops the start, since silence would open the API.

import { createSecretKey } from 'node:crypto';
import { isLoopback, unsafety } from './addresses.ts';
import { type Algorithm, algorithms, isAlgorithm, isSymmetric, signatureCheckOf } from './algorithms.ts';
import type { TokenPlaces } from './bearer.ts';
import { type Explain, explainAt, unexplained } from './explained.ts';
import { finderOf, type KeyFinder, type KeySource } from './keys.ts';
import type { Dialect } from './kind.ts';
import type { ProblemFacts } from './problem.ts';
import type { Refusal } from './refusal.ts';
import { remoteKeys } from './remote-keys.ts';

/** What is known about the refused call; never the token. */
export interface RefusalContext {
  readonly method: string | undefined;
  /** Without its query. */
  readonly path: string | undefined;
}

export interface ApiOptions {
  /** Whose tokens are accepted: the exact `iss`, usually with a trailing slash (`https://tenant.example.com/`). */
  readonly issuer: string | readonly string[];
  /** This API's identifier: one of these must be in `aud`, exactly. Never a client id. */
  readonly audience: string | readonly string[];
  /** Pinned here, never taken from the token. Default `['RS256']`, or `['HS256']` with `secret`. */
  readonly algorithms?: readonly Algorithm[];
  /** Where to get keys instead of discovery at the issuer. */
  readonly keys?: KeySource;
  /** The JWK Set's address, instead of discovery. Only with one issuer. */
  readonly jwksUri?: string;
  /** The API's signing secret, for HS256/384/512 only; text counts as UTF-8. Whoever holds it can make tokens. */
  readonly secret?: string | Uint8Array;
  /** Which kind of access token: `rfc9068` (typ `at+jwt`), `auth0` (typ `JWT`, with `azp`), or `any` of them (default). */
  readonly dialect?: Dialect;
  /** Allowed difference of clocks. Default 5, at most 300. */
  readonly clockToleranceSeconds?: number;
  /** At least this long between two fetches of the JWK Set that unknown key ids cause. Default 30. */
  readonly jwksCooldownSeconds?: number;
  /** Default 16384. Longer tokens are refused unread. */
  readonly maxTokenBytes?: number;
  /**
   * Let a permission in the `permissions` claim satisfy a needed *scope*. Default false: under role-based access control `permissions` lists all that
   * the user may do, also what the client never asked for and the user never agreed to. Only for APIs whose clients are all your own.
   */
  readonly permissionsCountAsScopes?: boolean;
  /** Address of this API's metadata (RFC 9728); added to each challenge, as MCP clients expect it. */
  readonly resourceMetadata?: string;
  /** `realm` of the challenge. Default: the audience. */
  readonly realm?: string;
  /** Accept the token as `access_token` in a form body too (RFC 6750 §2.2), when `Incoming.form` is given. */
  readonly allowTokenInForm?: boolean;
  /** Milliseconds since 1970; for tests. Default `Date.now`. */
  readonly now?: () => number;
  /** For tests and proxies. Default the global `fetch`. */
  readonly fetch?: typeof fetch;
  /** Called with each refusal, for the developer's log (`explainRefusal` makes two lines of it). What it throws is ignored. */
  readonly onRefusal?: (refusal: Refusal, context: RefusalContext) => void;
  /**
   * In development: let each refusal of a token carry an `error_uri` that opens its explanation, once. The refused token is handed to the
   * issuer, which must be a Countersign on this machine; any other issuer is a TypeError. Default false.
   */
  readonly explainRefusals?: boolean;
  /** Accept the token as `?access_token=` too (RFC 6750 §2.3): it then stands in logs, histories and Referer headers. */
  readonly dangerouslyAllowTokenInQuery?: boolean;
  /** Talk to issuers over http that are not on this machine: whoever is on the wire can then make tokens. */
  readonly dangerouslyAllowHttpIssuer?: boolean;
  /** Accept tokens bound to a key (`cnf`: DPoP, mTLS) without the proof. Only if the proof is checked elsewhere. */
  readonly dangerouslyIgnoreTokenBinding?: boolean;
}

/** The options after their check. */
export interface Settings {
  readonly issuers: readonly string[];
  readonly audiences: readonly string[];
  readonly algorithms: readonly Algorithm[];
  readonly dialect: Dialect;
  readonly toleranceSeconds: number;
  readonly maxTokenBytes: number;
  readonly permissionsCount: boolean;
  readonly ignoreBinding: boolean;
  readonly places: TokenPlaces;
  readonly now: () => number;
  readonly onRefusal: ((refusal: Refusal, context: RefusalContext) => void) | undefined;
  readonly facts: ProblemFacts;
  readonly explain: Explain | undefined;
  /** By issuer. */
  readonly finders: ReadonlyMap<string, KeyFinder>;
}

type Check = (value: unknown) => boolean;
const isText: Check = (value) => typeof value === 'string' && value !== '';
const isTexts: Check = (value) => (Array.isArray(value) ? value.length > 0 && value.every(isText) : isText(value));
const isBoolean: Check = (value) => typeof value === 'boolean';
const isFunction: Check = (value) => typeof value === 'function';
const isBetween =
  (least: number, most: number): Check =>
  (value) =>
    typeof value === 'number' && value >= least && value <= most;

/** Every option, and what it must be, in words. */
export const shapes: { readonly [Name in keyof Required<ApiOptions>]: readonly [Check, string] } = {
  issuer: [isTexts, 'a URL such as https://tenant.example.com/ or a list of them'],
  audience: [isTexts, "this API's identifier or a list of them"],
  algorithms: [
    (value) => Array.isArray(value) && value.length > 0 && value.every(isAlgorithm),
    `a list of ${Object.keys(algorithms).join(', ')}`,
  ],
  keys: [isFunction, 'a function'],
  jwksUri: [isText, 'a URL'],
  secret: [(value) => isText(value) || value instanceof Uint8Array, 'text or bytes'],
  dialect: [(value) => value === 'any' || value === 'auth0' || value === 'rfc9068', "'any', 'auth0' or 'rfc9068'"],
  clockToleranceSeconds: [isBetween(0, 300), 'a number from 0 to 300'],
  jwksCooldownSeconds: [isBetween(1, 3600), 'a number from 1 to 3600'],
  maxTokenBytes: [isBetween(256, 1_048_576), 'a number from 256 to 1048576'],
  permissionsCountAsScopes: [isBoolean, 'true or false'],
  resourceMetadata: [isText, 'a URL'],
  realm: [isText, 'text'],
  allowTokenInForm: [isBoolean, 'true or false'],
  now: [isFunction, 'a function'],
  fetch: [isFunction, 'a function'],
  onRefusal: [isFunction, 'a function'],
  explainRefusals: [isBoolean, 'true or false'],
  dangerouslyAllowTokenInQuery: [isBoolean, 'true or false'],
  dangerouslyAllowHttpIssuer: [isBoolean, 'true or false'],
  dangerouslyIgnoreTokenBinding: [isBoolean, 'true or false'],
};

/** Throws a TypeError that says which option is wrong and what it must be. */
export function readOptions(options: ApiOptions): Settings {
  checkShapes(options);
  const issuers = listOf(options.issuer);
  const audiences = listOf(options.audience);
  for (const issuer of issuers) checkIssuer(issuer, options);
  for (const audience of audiences) {
    if (/^\s|\s$/.test(audience)) wrong('audience', `has white space around it: "${audience}"`);
  }
  const usual: Algorithm = options.secret === undefined ? 'RS256' : 'HS256';
  const pinned: readonly Algorithm[] = [...new Set(options.algorithms ?? [usual])];
  return {
    issuers,
    audiences,
    algorithms: pinned,
    dialect: options.dialect ?? 'any',
    toleranceSeconds: options.clockToleranceSeconds ?? 5,
    maxTokenBytes: options.maxTokenBytes ?? 16_384,
    permissionsCount: options.permissionsCountAsScopes ?? false,
    ignoreBinding: options.dangerouslyIgnoreTokenBinding ?? false,
    places: { query: options.dangerouslyAllowTokenInQuery ?? false, form: options.allowTokenInForm ?? false },
    now: options.now ?? Date.now,
    onRefusal: options.onRefusal,
    facts: {
      audience: audiences.join(' or '),
      issuer: issuers.join(' or '),
      algorithms: pinned.join(' or '),
      realm: options.realm ?? audiences[0] ?? '',
      resourceMetadata: options.resourceMetadata,
    },
    explain: explainFor(issuers, audiences, options),
    finders: findersFor(issuers, pinned, options),
  };
}

function explainFor(
  issuers: readonly string[],
  audiences: readonly string[],
  options: ApiOptions,
): Explain | undefined {
  if (options.explainRefusals !== true) return undefined;
  const [issuer = ''] = issuers;
  const problem = unexplained(issuer);
  if (problem !== undefined) wrong('explainRefusals', problem);
  return explainAt(issuer, audiences[0] ?? '', options.fetch ?? fetch);
}

function wrong(name: string, problem: string): never {
  throw new TypeError(`createApi: the option "${name}" ${problem}`);
}

const listOf = (value: string | readonly string[]): readonly string[] =>
  typeof value === 'string' ? [value] : [...new Set(value)];

function checkShapes(options: ApiOptions): void {
  if (typeof options !== 'object' || options === null)
    throw new TypeError('createApi takes an object: { issuer, audience }');
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(shapes, name)) wrong(name, `is not known; there are ${Object.keys(shapes).join(', ')}`);
    const [check, words] = shapes[name as keyof ApiOptions];
    if (value !== undefined && !check(value)) wrong(name, `must be ${words}`);
  }
  for (const name of ['issuer', 'audience'] as const) {
    if (options[name] === undefined) wrong(name, `is missing; it must be ${shapes[name][1]}`);
  }
}

function checkIssuer(issuer: string, options: ApiOptions): void {
  if (!URL.canParse(issuer))
    wrong('issuer', `must be a URL such as https://${issuer.replace(/[^\w.-]/g, '')}/, and is "${issuer}"`);
  const url = new URL(issuer);
  if (url.search !== '' || url.hash !== '') wrong('issuer', `must have no query and no fragment: "${issuer}"`);
  const problem = unsafety(issuer, options.dangerouslyAllowHttpIssuer ?? false);
  if (problem !== undefined) {
    wrong(
      'issuer',
      `${problem}: "${issuer}"${isLoopback(url.hostname) ? '' : ' (dangerouslyAllowHttpIssuer allows http)'}`,
    );
  }
}

function findersFor(
  issuers: readonly string[],
  pinned: readonly Algorithm[],
  options: ApiOptions,
): ReadonlyMap<string, KeyFinder> {
  if (options.secret !== undefined) return finderOfSecret(options.secret, issuers, pinned, options);
  if (options.keys !== undefined) {
    if (options.jwksUri !== undefined) wrong('jwksUri', 'and "keys" exclude each other');
    const finder = finderOf(options.keys);
    return new Map(issuers.map((issuer) => [issuer, finder]));
  }
  const symmetric = pinned.find(isSymmetric);
  if (symmetric !== undefined) wrong('algorithms', `names ${symmetric}, which needs the option "secret"`);
  if (options.jwksUri !== undefined) {
    if (issuers.length > 1)
      wrong('jwksUri', 'stands for one issuer, and there are several; leave it out, so that each is discovered');
    const problem = unsafety(options.jwksUri, options.dangerouslyAllowHttpIssuer ?? false);
    if (problem !== undefined) wrong('jwksUri', problem);
  }
  return new Map(issuers.map((issuer) => [issuer, remoteFinder(issuer, options)]));
}

function remoteFinder(issuer: string, options: ApiOptions): KeyFinder {
  return remoteKeys({
    issuer,
    jwksUri: options.jwksUri,
    now: options.now ?? Date.now,
    cooldownMs: (options.jwksCooldownSeconds ?? 30) * 1000,
    fetch: options.fetch ?? fetch,
    timeoutMs: 5000,
    allowHttp: options.dangerouslyAllowHttpIssuer ?? false,
  });
}

function finderOfSecret(
  secret: string | Uint8Array,
  issuers: readonly string[],
  pinned: readonly Algorithm[],
  options: ApiOptions,
): ReadonlyMap<string, KeyFinder> {
  if (options.keys !== undefined || options.jwksUri !== undefined)
    wrong('secret', 'excludes "keys" and "jwksUri": an API has one kind of key');
  const asymmetric = pinned.find((alg) => !isSymmetric(alg));
  if (asymmetric !== undefined) wrong('algorithms', `names ${asymmetric}, which cannot be checked with a "secret"`);
  if (issuers.length > 1) wrong('secret', 'is shared with one issuer, and there are several');
  const text = typeof secret === 'string' ? secret : Buffer.from(secret).toString('latin1');
  if (/-----BEGIN|"kty"/.test(text))
    wrong('secret', 'is a key file: a public key as a secret would let anybody make tokens');
  const key = createSecretKey(Buffer.from(secret));
  for (const alg of pinned) {
    const check = signatureCheckOf(alg, key);
    if (typeof check === 'string') wrong('secret', `is too short: ${check}`);
  }
  return new Map(issuers.map((issuer) => [issuer, finderOf(() => key)]));
}
