// An API that accepts access tokens, on somebody else's verifier: what it says does not depend on our code.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { auth } from 'express-oauth2-jwt-bearer';
import type { Site } from './running.ts';

export interface ProtectedApi {
  /** The status that a call with this token gets. */
  call(token: string): Promise<number>;
  stop(): Promise<void>;
}

/** Serves one. With a secret it accepts HS256, else RS256 by the issuer's keys. */
export async function protectedApi(
  site: Pick<Site, 'issuer' | 'base'>,
  audience: string,
  secret?: string,
): Promise<ProtectedApi> {
  const app = express();
  app.use(
    auth({
      issuer: site.issuer,
      audience,
      ...(secret === undefined
        ? { jwksUri: `${site.base}/.well-known/jwks.json`, tokenSigningAlg: 'RS256' }
        : { secret, tokenSigningAlg: 'HS256' }),
    }),
  );
  app.use((_request, response) => void response.json({ ok: true }));
  app.use(((error, _request, response, _next) => {
    response.status(error.status ?? 500).json({ error: error.code ?? error.message });
  }) as express.ErrorRequestHandler);
  const server = createServer(app).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    async call(token) {
      const response = await fetch(`http://127.0.0.1:${port}/`, { headers: { authorization: `Bearer ${token}` } });
      await response.body?.cancel();
      return response.status;
    },
    stop: () => new Promise((resolve) => server.close(() => resolve()).closeAllConnections()),
  };
}
