// The OpenID conformance suite's view of this server: a tenant in the `oidc` dialect, two static clients, a person with
// every claim filled in, and the checks that run in nearly every module (openid-conformance §2).

import assert from 'node:assert/strict';
import type { JWTPayload } from 'jose';
import { type Client, type PeopledSite, type Person, peopled } from '../support/people.ts';
import {
  type Answers,
  authorizeUrl,
  type Ending,
  exchange,
  idToken,
  type PageKind,
  type Params,
  userinfo,
  walk,
} from '../support/relying-party.ts';
import { type Reply, serveHere } from '../support/running.ts';
import { type UserAgent, userAgent } from '../support/user-agent.ts';

/** One run of a plan: what its modules are asked with. */
export interface Run {
  readonly plan: string;
  readonly responseType: string;
  readonly formPost: boolean;
}

export interface Flow {
  readonly params: Params;
  /** Pages that were shown. */
  readonly pages: readonly PageKind[];
  /** Claims of every ID token, front channel first. */
  readonly idTokens: readonly JWTPayload[];
  readonly rawIdToken: string;
  /** Every access token, front channel first. */
  readonly accessTokens: readonly string[];
  readonly code: string | undefined;
  /** The answer of the token endpoint, where there was one. */
  readonly tokens: Reply | undefined;
  readonly browser: UserAgent;
}

export interface Op {
  readonly run: Run;
  readonly site: PeopledSite;
  readonly client: Client;
  readonly second: Client;
  readonly person: Person;
  readonly words: readonly string[];
  /** Whether the response type may be asked for without a nonce. */
  readonly nonceOptional: boolean;
  /** Moves the server's clock. */
  forward(seconds: number): void;
  /** An authorization with every check of §2.4 to §2.6; fails unless it succeeds. */
  flow(more?: Request, options?: Answers & { browser?: UserAgent; client?: Client }): Promise<Flow>;
  /** An authorization request, walked to wherever it ends. */
  ask(more?: Request, options?: Answers & { browser?: UserAgent; url?: (url: string) => string }): Promise<Asked>;
  stop(): Promise<void>;
}

type Request = Readonly<Record<string, string | undefined>>;

export interface Asked {
  readonly ending: Ending;
  readonly pages: readonly PageKind[];
  readonly sent: Readonly<Record<string, string | undefined>>;
}

const alphanumeric = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
export const word = (length: number, alphabet = alphanumeric) =>
  Array.from({ length }, () => alphabet[Math.floor(Math.random() * alphabet.length)]).join('');

/** Characters times bits a character, as the suite measures a code (§2.4). */
export function entropyOf(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  const bits = [...counts.values()].reduce((sum, n) => sum - (n / text.length) * Math.log2(n / text.length), 0);
  return bits * text.length;
}

/** Starts a server for one run of a plan, with these flags more. */
export async function conformanceOp(run: Run, flags: readonly string[] = []): Promise<Op> {
  let ahead = 0;
  const here = await serveHere('sqlite', { flags, now: () => Date.now() + ahead });
  const site = peopled(here);
  await site.tenant({ answer_dialect: 'oidc' });
  const person = await site.user({
    name: 'Buffy Summers',
    given_name: 'Buffy',
    family_name: 'Summers',
    nickname: 'buffy',
    picture: 'https://pictures.example.com/buffy.png',
    user_metadata: {},
  });
  const client = await site.webClient({ token_endpoint_auth_method: 'client_secret_basic' });
  const second = await site.webClient();
  const words = run.responseType.split(' ');
  const fragment = run.responseType !== 'code';
  const mode = run.formPost ? 'form_post' : fragment ? 'fragment' : 'query';

  const ask: Op['ask'] = async (more = {}, options = {}) => {
    const { browser = userAgent(), url = (same) => same, ...answers } = options;
    const sent = {
      response_type: run.responseType,
      ...(run.formPost ? { response_mode: 'form_post' } : {}),
      nonce: word(10),
      state: word(10),
      ...more,
    };
    const pages: PageKind[] = [];
    const ending = await walk(browser, url(authorizeUrl(site, client, sent)), {
      person,
      ...answers,
      onPage(view, kind) {
        pages.push(kind);
        return answers.onPage?.(view, kind);
      },
    });
    return { ending, pages, sent };
  };

  const checkIdToken = async (token: string, of: Client, more: { nonce?: string | undefined; code?: string }) => {
    const claims = await idToken(site, token, { client: of, now: new Date(Date.now() + ahead), ...more });
    assert.match(claims.sub ?? '', /^[\x21-\x7e]{1,255}$/);
    const now = Math.floor(Date.now() / 1000) + ahead / 1000;
    if (claims.auth_time !== undefined) {
      assert.equal(typeof claims.auth_time, 'number');
      assert.ok(Number(claims.auth_time) <= now + 5);
    }
    if (claims.updated_at !== undefined) assert.equal(typeof claims.updated_at, 'number', 'seconds (§2.5)');
    return claims;
  };

  const flow: Op['flow'] = async (more = {}, options = {}) => {
    const { browser = userAgent(), client: of = client, ...answers } = options;
    const about = of === client ? more : { client_id: of.id, redirect_uri: of.callback, ...more };
    const { ending, pages, sent } = await ask(about, { browser, ...answers });
    assert.ok(ending.kind === 'client', `a page instead of an answer: ${ending.view.status} ${ending.view.text}`);
    const { params } = ending;
    assert.equal(params.error, undefined, `${params.error} ${params.error_description}`);
    assert.equal(ending.mode, mode);
    assert.equal(ending.at, of.callback);
    assert.equal(params.state, sent.state, 'byte for byte');
    if (params.iss !== undefined) assert.equal(params.iss, site.issuer);
    const idTokens: JWTPayload[] = [];
    const accessTokens: string[] = [];
    assert.equal(params.code !== undefined, words.includes('code'));
    assert.equal(params.access_token !== undefined, words.includes('token'));
    assert.equal(params.id_token !== undefined, words.includes('id_token'));
    if (params.id_token !== undefined) {
      const claims = await checkIdToken(params.id_token, of, {
        nonce: sent.nonce,
        ...(params.code === undefined ? {} : { code: params.code }),
        ...(params.access_token === undefined ? {} : { accessToken: params.access_token }),
      });
      idTokens.push(claims);
    }
    if (params.access_token !== undefined) {
      assert.equal(params.token_type?.toLowerCase(), 'bearer');
      assert.ok(Number(params.expires_in) > 0 && Number(params.expires_in) <= 31_536_000);
      accessTokens.push(params.access_token);
    }
    let tokens: Reply | undefined;
    if (params.code !== undefined) {
      assert.ok(params.code.length >= 16);
      assert.ok(entropyOf(params.code) > 96, `the code's entropy is ${entropyOf(params.code)} bits`);
      tokens = await redeem(of, params.code);
      assert.equal(tokens.status, 200, tokens.text);
      const { body } = tokens;
      assert.match(tokens.headers.get('content-type') ?? '', /^application\/json/);
      assert.equal(body.token_type.toLowerCase(), 'bearer');
      assert.ok(typeof body.expires_in === 'number' && body.expires_in > 0);
      const claims = await checkIdToken(body.id_token, of, { nonce: sent.nonce });
      for (const front of idTokens) {
        assert.equal(claims.sub, front.sub);
        assert.equal(claims.iss, front.iss);
      }
      idTokens.push(claims);
      accessTokens.push(body.access_token);
    }
    for (const token of accessTokens) assert.equal((await userinfo(site, token)).status, 200);
    const rawIdToken = tokens?.body.id_token ?? params.id_token ?? '';
    return { params, pages, idTokens, rawIdToken, accessTokens, code: params.code, tokens, browser };
  };

  const redeem = (of: Client, code: string) =>
    of.record.token_endpoint_auth_method === 'client_secret_basic'
      ? site.token({ grant_type: 'authorization_code', code, redirect_uri: of.callback }, basicOf(of))
      : exchange(site, of, code);

  return {
    run,
    site,
    client,
    second,
    person,
    words,
    nonceOptional: !words.includes('id_token'),
    forward: (seconds) => {
      ahead += seconds * 1000;
    },
    flow,
    ask,
    stop: () => here.stop(),
  };
}

/** Both halves form-urlencoded before base64, as RFC 6749 §2.3.1 wants and the suite does. */
export function basicOf({ id, secret = '' }: Client): Record<string, string> {
  const pair = `${encodeURIComponent(id)}:${encodeURIComponent(secret)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

/** An answer of an error, checked as §2.7 says; in the mode of the run unless another is named. */
export function errorOf(asked: Asked, mode: string): Params {
  const { ending, sent } = asked;
  assert.ok(ending.kind === 'client', `a page instead of an answer: ${ending.view.status} ${ending.view.text}`);
  assert.equal(ending.mode, mode);
  const { params } = ending;
  assert.ok(params.error, JSON.stringify(params));
  assert.equal(params.state, sent.state);
  for (const name of Object.keys(params)) {
    assert.ok(['error', 'error_description', 'error_uri', 'state', 'iss'].includes(name), name);
  }
  assert.match(params.error_description ?? '', /^[\x20-\x21\x23-\x5b\x5d-\x7e]*$/);
  return params;
}

export const modeOf = ({ responseType, formPost }: Run) =>
  formPost ? 'form_post' : responseType === 'code' ? 'query' : 'fragment';
