// The same behaviour through each framework, over real HTTP.

import assert from 'node:assert/strict';
import { createServer, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { serve } from '@hono/node-server';
import express from 'express';
import fastify from 'fastify';
import { Hono } from 'hono';
import { protect as protectExpress, tokenOf as tokenOfExpress } from '../src/adapters/express.ts';
import { protect as protectFastify, tokenOf as tokenOfFastify } from '../src/adapters/fastify.ts';
import { type AuthVariables, protect as protectHono } from '../src/adapters/hono.ts';
import { protect as protectNode, withToken } from '../src/adapters/node.ts';
import { type Api, type RefusalContext, requireScopes } from '../src/index.ts';
import { apiWith, audience, listen, tokenOf } from './rig.ts';

interface Running {
  readonly origin: string;
  close(): Promise<void>;
}

/** `/`: public; `/patients`: any scope check `read:patients`; `/v1/admin`: `read:admin`, below a router where there are routers. */
type Start = (api: Api, reached: (path: string) => void) => Promise<Running>;

const startNode: Start = (api, reached) => {
  const patients = withToken(
    api,
    requireScopes('read:patients'),
    (_, response: import('node:http').ServerResponse, token) => {
      reached('/patients');
      response.end(token.subject);
    },
  );
  return listen(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    if (pathname === '/') return void response.end('public');
    if (pathname === '/patients') return patients(request, response);
    const token = await protectNode(api, request, response, requireScopes('read:admin'));
    if (token === undefined) return;
    reached('/v1/admin');
    response.end(token.subject);
  });
};

const startExpress: Start = (api, reached) => {
  const app = express();
  app.get('/', (_, response) => void response.send('public'));
  app.get('/patients', protectExpress(api, requireScopes('read:patients')), (request, response) => {
    reached('/patients');
    assert.equal(Reflect.get(request, 'auth'), tokenOfExpress(request));
    response.send(tokenOfExpress(request).subject);
  });
  const router = express.Router();
  router.get('/admin', protectExpress(api, requireScopes('read:admin')), (request, response) => {
    reached('/v1/admin');
    response.send(tokenOfExpress(request).subject);
  });
  app.use('/v1', router);
  app.get('/forgotten', (request, response) => void response.send(tokenOfExpress(request).subject));
  app.use((error: Error, _: express.Request, response: express.Response, __: express.NextFunction) => {
    response.status(500).send(error.message);
  });
  return listen(app);
};

const startFastify: Start = async (api, reached) => {
  const app = fastify();
  app.get('/', () => 'public');
  app.get('/patients', { onRequest: protectFastify(api, requireScopes('read:patients')) }, (request) => {
    reached('/patients');
    return tokenOfFastify(request).subject;
  });
  await app.register(
    async (v1) => {
      v1.addHook('preHandler', protectFastify(api, requireScopes('read:admin')));
      v1.get('/admin', (request) => {
        reached('/v1/admin');
        return tokenOfFastify(request).subject;
      });
    },
    { prefix: '/v1' },
  );
  app.get('/forgotten', (request) => tokenOfFastify(request).subject);
  const origin = await app.listen({ port: 0, host: '127.0.0.1' });
  return { origin, close: () => app.close() };
};

const startHono: Start = async (api, reached) => {
  const app = new Hono<{ Variables: AuthVariables }>();
  app.get('/', (c) => c.text('public'));
  app.get('/patients', protectHono(api, requireScopes('read:patients')), (c) => {
    reached('/patients');
    return c.text(c.get('auth').subject);
  });
  app.use('/v1/*', protectHono(api, requireScopes('read:admin')));
  app.get('/v1/admin', (c) => {
    reached('/v1/admin');
    return c.text(c.get('auth').subject);
  });
  return new Promise((resolve) => {
    const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1', createServer }, ({ port }) =>
      resolve({
        origin: `http://127.0.0.1:${port}`,
        close: () => new Promise((closed) => void server.close(() => closed())),
      }),
    );
  });
};

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Unlike fetch it can send a header twice. */
function ask(url: string, authorization?: string | string[], method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        body += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    });
    if (authorization !== undefined) request.setHeader('authorization', authorization);
    request.on('error', reject).end();
  });
}

const frameworks: readonly (readonly [string, Start])[] = [
  ['node:http', startNode],
  ['Express', startExpress],
  ['Fastify', startFastify],
  ['Hono', startHono],
];

for (const [name, start] of frameworks) {
  describe(name, () => {
    let running: Running;
    let broken: Running;
    let reached: string[] = [];
    let contexts: RefusalContext[] = [];

    before(async () => {
      const note = (path: string): void => void reached.push(path);
      running = await start(apiWith({ onRefusal: (_, context) => contexts.push(context) }), note);
      const away = (): never => {
        throw new Error('away');
      };
      broken = await start(apiWith({ keys: away }), note);
    });
    after(() => Promise.all([running.close(), broken.close()]));

    const call = (path: string, authorization?: string | string[], method?: string): Promise<Answer> => {
      reached = [];
      contexts = [];
      return ask(running.origin + path, authorization, method);
    };

    const assertRefused = (answer: Answer, status: number, error: string): void => {
      assert.equal(answer.status, status);
      assert.equal(answer.headers['cache-control'], 'no-store');
      assert.match(answer.headers['content-type'] ?? '', /^application\/json/);
      assert.equal(JSON.parse(answer.body).error, error);
      assert.equal(typeof JSON.parse(answer.body).error_description, 'string');
      assert.deepEqual(reached, [], 'the route was reached');
    };

    test('a public route needs no token', async () => {
      assert.equal((await call('/')).body, 'public');
    });

    test('an accepted token reaches the route', async () => {
      const answer = await call('/patients', `Bearer ${tokenOf()}`);
      assert.equal(answer.status, 200);
      assert.equal(answer.body, 'auth0|123');
      assert.deepEqual(reached, ['/patients']);
      assert.equal((await call('/v1/admin', `bearer ${tokenOf({ scope: 'read:admin' })}`)).status, 200);
    });

    test('a request without a token gets 401 and a challenge without an error', async () => {
      const answer = await call('/patients');
      assertRefused(answer, 401, 'unauthorized');
      assert.equal(answer.headers['www-authenticate'], `Bearer realm="${audience}"`);
    });

    test('an expired token gets 401 invalid_token', async () => {
      const answer = await call('/patients', `Bearer ${tokenOf({ exp: 1 })}`);
      assertRefused(answer, 401, 'invalid_token');
      assert.match(
        answer.headers['www-authenticate'] ?? '',
        /error="invalid_token", error_description="The token has expired\."/,
      );
    });

    test('each route has its own scopes; a missing one gets 403', async () => {
      const answer = await call('/v1/admin', `Bearer ${tokenOf()}`);
      assertRefused(answer, 403, 'insufficient_scope');
      assert.match(answer.headers['www-authenticate'] ?? '', /scope="read:admin"/);
    });

    test('a header that is sent twice gets 400', async () => {
      assertRefused(await call('/patients', [`Bearer ${tokenOf()}`, `Bearer ${tokenOf()}`]), 400, 'invalid_request');
    });

    test('a token in the query string gets 400, and its value is not told to the log', async () => {
      const answer = await call(`/patients?access_token=${tokenOf()}`);
      assertRefused(answer, 400, 'invalid_request');
      assert.deepEqual(contexts, [{ method: 'GET', path: '/patients' }]);
    });

    test('the log is told the whole path, also below a router', async () => {
      await call('/v1/admin');
      assert.deepEqual(contexts, [{ method: 'GET', path: '/v1/admin' }]);
    });

    test('HEAD gets the same headers and no body', async () => {
      const answer = await call('/patients', undefined, 'HEAD');
      assert.equal(answer.status, 401);
      assert.equal(answer.body, '');
      assert.deepEqual(reached, []);
    });

    test('keys that cannot be had give 503 with Retry-After, not 401', async () => {
      reached = [];
      const answer = await ask(`${broken.origin}/patients`, `Bearer ${tokenOf()}`);
      assertRefused(answer, 503, 'temporarily_unavailable');
      assert.equal(answer.headers['retry-after'], '5');
      assert.equal(answer.headers['www-authenticate'], undefined);
    });

    if (name === 'Express' || name === 'Fastify') {
      test('asking for the token on a route that nobody protected is an error of the program', async () => {
        const answer = await call('/forgotten', `Bearer ${tokenOf()}`);
        assert.equal(answer.status, 500);
        assert.match(answer.body, /not protected/);
      });
    }
  });
}

test('a requirement that cannot be meant stops the start of each adapter', () => {
  const bad = { scopes: ['read:x write:x'] };
  const api = apiWith();
  for (const make of [
    () => protectExpress(api, bad),
    () => protectFastify(api, bad),
    () => protectHono(api, bad),
    () => withToken(api, bad, () => {}),
  ]) {
    assert.throws(make, TypeError);
  }
});
