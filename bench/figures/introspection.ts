// What it costs to tell an API whether a token is good (RFC 7662), beside `oidc-provider` with its in-memory adapter: an opaque
// access token of a user at both, and one of our signed ones for information.

import { type Benchmark, type Figure, median, shown, spread } from '../figure.ts';
import { startGenerator } from '../load/generate.ts';
import { type HttpRequest, tokenRequest } from '../load/request.ts';
import { type Countersign, freshFolder, startCountersign } from '../peers/countersign.ts';
import type { PeerFacts, PeerRefreshTokens } from '../peers/oidc-provider.ts';
import { addUser, browser, exchangeParams, logIn, userinfoToken, webClient } from '../peers/people.ts';
import { pathOf, startChild } from '../process/child.ts';
import { cpuEach, httpContender, perSecond, ratios, runRounds } from '../rounds.ts';

const rounds = 9;

/** A client that may ask about every token of the tenant. */
async function asking(server: Countersign) {
  const { status, body, text } = await server.manage('POST', '/clients', {
    name: 'Bench API',
    app_type: 'non_interactive',
    token_endpoint_auth_method: 'client_secret_post',
    grant_types: ['client_credentials'],
  });
  if (status !== 201) throw new Error(`no client: ${text}`);
  const granted = await server.manage('POST', '/client-grants', {
    client_id: body.client_id,
    audience: `https://${server.host}/api/v2/`,
    scope: ['introspect:tokens'],
  });
  if (granted.status !== 201) throw new Error(`no grant: ${granted.text}`);
  return (token: string): HttpRequest =>
    tokenRequest('/oauth/introspect', { client_id: body.client_id, client_secret: body.client_secret, token });
}

export const introspection: Benchmark = {
  name: 'introspection',
  about: 'introspection of access tokens, beside oidc-provider',
  async run({ seconds, say }) {
    const generator = startGenerator();
    const peer = startChild(pathOf('peers/oidc-provider.ts'), { env: { NODE_ENV: 'production' } });
    const server = await startCountersign({ data: freshFolder() });
    try {
      const client = await webClient(server);
      await addUser(server, 'ada@example.com');
      const at = browser(server);
      const signed = await server.token(exchangeParams(client, await logIn(at, client, 'ada@example.com')));
      const opaque = await userinfoToken(server, at, client);
      const ask = await asking(server);
      for (const token of [opaque, signed.body.access_token]) {
        const { path, headers, body } = ask(token);
        const reply = await server.send('POST', path, { headers: { ...headers }, body });
        if (reply.body.active !== true) throw new Error(`not active: ${reply.text}`);
      }
      const { port } = await peer.ask<PeerFacts>({ ask: 'facts' });
      const token = await peer.ask<string>({ ask: 'access token' });
      const theirs = await peer.ask<PeerRefreshTokens>({ ask: 'refresh tokens', count: 0 });
      const question = { client_id: theirs.clientId, client_secret: theirs.clientSecret, token };
      const contenders = [
        httpContender('opaque', server, [ask(opaque)], generator, seconds),
        httpContender('signed', server, [ask(signed.body.access_token)], generator, seconds),
        httpContender(
          'oidc-provider',
          { process: peer, port },
          [tokenRequest('/token/introspection', question)],
          generator,
          seconds,
        ),
      ];
      say(`${rounds} rounds`);
      const measured = await runRounds(contenders, rounds);
      const each = (name: string) => `${shown(cpuEach(measured, name))} µs`;
      return ['opaque', 'signed'].map((kind): Figure => {
        const values = ratios(measured, kind, 'oidc-provider');
        return {
          kind: 'measured',
          name: `introspection of ${kind} tokens, rate to oidc-provider (opaque)`,
          value: median(values),
          unit: 'x',
          note: `${each(kind)} (on disk) and ${each('oidc-provider')} (in memory) of CPU, ${shown(perSecond(measured, kind))}/s; ${spread(values)} over ${rounds} rounds`,
        };
      });
    } finally {
      await Promise.all([generator.end(), peer.end(), server.end()]);
    }
  },
};
