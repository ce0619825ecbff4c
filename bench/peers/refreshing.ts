// Families of refresh tokens at our own server: each is rotated once in a stretch of load, and its successor is asked for
// afterwards (inside the client's leeway the same token gives the same successor), since the load generator keeps no answers.

import { type HttpRequest, tokenRequest } from '../load/request.ts';
import type { Countersign } from './countersign.ts';
import { addUser, browser, exchangeParams, logIn, silentCode, type WebClient, webClient } from './people.ts';

/** A user may have 200 refresh tokens at a client; then the oldest goes. */
const familiesEach = 100;
const atOnce = 8;

export interface Families {
  /** One refresh of every family. To be sent once; then call again. */
  requests(): Promise<readonly HttpRequest[]>;
}

async function each<T, R>(items: readonly T[], make: (item: T) => Promise<R>): Promise<R[]> {
  const made: R[] = [];
  let next = 0;
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let at = next++; at < items.length; at = next++) {
        const item = items[at];
        if (item !== undefined) made[at] = await make(item);
      }
    }),
  );
  return made;
}

const refreshParams = (client: WebClient, token: string) => ({
  grant_type: 'refresh_token',
  client_id: client.clientId,
  client_secret: client.clientSecret,
  refresh_token: token,
});

/** Logs users in and buys so many families. */
export async function families(server: Countersign, count: number): Promise<Families> {
  const client = await webClient(server, true);
  const browsers = await each([...Array(Math.ceil(count / familiesEach)).keys()], async (number) => {
    const email = `user-${number}@example.com`;
    await addUser(server, email);
    const at = browser(server);
    await logIn(at, client, email);
    return at;
  });
  const tokenIn = ({ body, text }: { body: { refresh_token?: string } | undefined; text: string }) => {
    if (!body?.refresh_token) throw new Error(`no refresh token: ${text}`);
    return body.refresh_token;
  };
  let tokens = await each([...Array(count).keys()], async (number) => {
    const at = browsers[Math.floor(number / familiesEach)];
    if (at === undefined) throw new Error('a family of nobody');
    return tokenIn(await server.token(exchangeParams(client, await silentCode(at, client))));
  });
  let sent = false;
  return {
    async requests() {
      if (sent) {
        tokens = await each(tokens, async (token) => tokenIn(await server.token(refreshParams(client, token))));
      }
      sent = true;
      return tokens.map((token) => tokenRequest('/oauth/token', refreshParams(client, token)));
    },
  };
}
