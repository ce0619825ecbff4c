// An Express API on express-oauth2-jwt-bearer: accepts the tokens of its audience, refuses those of another.

import type { AddressInfo } from 'node:net';
import express from 'express';
import { auth, requiredScopes } from 'express-oauth2-jwt-bearer';

const { ISSUER = '', AUDIENCE = '', TOKENS = '{}' } = process.env;
const app = express();
app.use(auth({ issuerBaseURL: ISSUER, audience: AUDIENCE }));
app.get('/read', requiredScopes('read:x'), (_request, response) => void response.json({ ok: true }));
app.get('/admin', requiredScopes('admin:x'), (_request, response) => void response.json({ ok: true }));
app.use(((error, _request, response, _next) => {
  response.status(error.status ?? 500).json({ error: error.code ?? error.message });
}) as express.ErrorRequestHandler);

const server = app.listen(0, '127.0.0.1', async () => {
  const { port } = server.address() as AddressInfo;
  const answers: Record<string, string> = {};
  for (const [name, token] of Object.entries(JSON.parse(TOKENS) as Record<string, string>)) {
    for (const path of ['/read', '/admin']) {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, {
        headers: { authorization: `Bearer ${token}` },
      });
      answers[`${name} ${path}`] = `${response.status} ${JSON.stringify(await response.json())}`;
    }
  }
  process.stdout.write(JSON.stringify(answers));
  server.close();
});
