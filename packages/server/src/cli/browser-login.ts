// A login in the browser for a program in the terminal (RFC 8252): code and PKCE, and the answer at a loopback address that exists
// for this login alone.

import { spawn } from 'node:child_process';
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import { StartRefused } from '../config.ts';
import { claimsOf } from './claims.ts';
import { refusePlainHttp } from './remote.ts';

export interface Tokens {
  readonly access_token: string;
  readonly id_token?: string;
  readonly refresh_token?: string;
  readonly scope?: string;
  readonly expires_in: number;
}

export interface LoginAsk {
  readonly issuer: string;
  readonly clientId: string;
  /** Of a confidential client. */
  readonly clientSecret?: string | undefined;
  readonly scope: string;
  readonly audience?: string | undefined;
  readonly organization?: string | undefined;
  /** 0: any free one, which a native client may use. */
  readonly port: number;
  readonly openBrowser: boolean;
  /** Tells the person where to go. */
  readonly say: (text: string) => void;
}

const patienceMs = 10 * 60_000;
const random = () => randomBytes(32).toString('base64url');

function isSame(got: string | null, wanted: string): boolean {
  const [a, b] = [Buffer.from(got ?? ''), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Opens an address with whatever the desktop has for it; what fails is no harm, the address was printed. */
function open(address: string): void {
  const [command, ...args] =
    process.platform === 'darwin'
      ? ['open', address]
      : process.platform === 'win32'
        ? ['rundll32', 'url.dll,FileProtocolHandler', address]
        : ['xdg-open', address];
  if (command === undefined) return;
  const child = spawn(command, args, { stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
}

/** Signs somebody in and answers the tokens. @throws StartRefused with what the server says when there are none */
export async function loginInBrowser(ask: LoginAsk): Promise<Tokens> {
  refusePlainHttp(ask.issuer);
  const [state, verifier, nonce] = [random(), random(), random()];
  let answered: (params: URLSearchParams) => void = () => undefined;
  const answer = new Promise<URLSearchParams>((resolve) => {
    answered = resolve;
  });
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const ours =
      request.method === 'GET' && url.pathname === '/callback' && isSame(url.searchParams.get('state'), state);
    const done = url.searchParams.has('code') ? 'Done.' : 'You were not logged in.';
    const text = ours ? `${done} You can close this page and go back to the terminal.` : 'Nothing is here.';
    response
      .writeHead(ours ? 200 : 404, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' })
      .end(text);
    if (ours) answered(url.searchParams);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(ask.port, '127.0.0.1', resolve);
  }).catch(() => {
    throw new StartRefused(`Port ${ask.port} is taken; choose another with --callback-port.`);
  });
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : ask.port;
  const redirect_uri = `http://127.0.0.1:${port}/callback`;
  const params = new URLSearchParams({
    response_type: 'code',
    client_id: ask.clientId,
    redirect_uri,
    scope: ask.scope,
    state,
    nonce,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...(ask.audience === undefined ? {} : { audience: ask.audience }),
    ...(ask.organization === undefined ? {} : { organization: ask.organization }),
  });
  const begin = `${ask.issuer}authorize?${params}`;
  ask.say(`Sign in at\n\n  ${begin}\n\n`);
  if (ask.openBrowser) open(begin);
  let timer: NodeJS.Timeout | undefined;
  try {
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new StartRefused('Nobody signed in within ten minutes.')), patienceMs);
    });
    const got = await Promise.race([answer, late]);
    const code = got.get('code');
    if (code === null)
      throw new StartRefused(`${got.get('error')}: ${got.get('error_description') ?? 'the server says no more'}`);
    const tokens = await exchange(ask, { code, redirect_uri, code_verifier: verifier });
    if (!isAnswerTo(nonce, tokens.id_token))
      throw new StartRefused('The ID token is not of this login (its nonce differs).');
    return tokens;
  } finally {
    clearTimeout(timer);
    server.close();
    server.closeAllConnections();
  }
}

/** Whether the ID token, if there is one, is of the login with this nonce. Its signature needs no proof: the token endpoint sent it. */
export function isAnswerTo(nonce: string, idToken: string | undefined): boolean {
  if (idToken === undefined) return true;
  const claimed = claimsOf(idToken)?.nonce;
  return typeof claimed === 'string' && isSame(claimed, nonce);
}

async function exchange(ask: LoginAsk, params: Record<string, string>): Promise<Tokens> {
  const answer = await fetch(`${ask.issuer}oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: ask.clientId,
      ...(ask.clientSecret === undefined ? {} : { client_secret: ask.clientSecret }),
      ...params,
    }),
  });
  const body = (await answer.json()) as Tokens & { readonly error?: string; readonly error_description?: string };
  if (!answer.ok) throw new StartRefused(`${body.error}: ${body.error_description}`);
  return body;
}
