// The only file that knows the HTTP framework: it turns its requests into asks, answers into replies,
// and answers by itself what concerns no endpoint: unknown hosts and paths, wrong methods, size, preflights, outages.

import { randomBytes } from 'node:crypto';
import { createServer as createHttpServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { networkOf } from '../schema/address.ts';
import type { TenantHost, TenantId } from '../schema/brand.ts';
import { createBodies, NoRoom } from './bodies.ts';
import { preflight } from './cors.ts';
import type { Answer, AnswerFamily, Ask, Route } from './exchange.ts';
import { empty } from './exchange.ts';
import { badRequest, failure, notFound } from './failures.ts';
import { type Origin, originOf } from './origin.ts';
import { requestTarget } from './request-target.ts';
import { discard, unread } from './unread.ts';
import { refuseUnparsed, type Sending, wireHeaders } from './wire.ts';

export interface RouterOptions {
  readonly routes: readonly Route[];
  /** Which tenant a `Host` (lower case, with port) belongs to; `undefined` is answered with a plain 404. */
  readonly tenantOf: (host: string) => TenantId | undefined;
  /** Whether this peer is a proxy whose forwarding headers may be believed. */
  readonly trustProxy: (address: string) => boolean;
  /** Whether this host, if it has a tenant, is public: browsers are then told to ask it by https alone. */
  readonly isPublic: (host: string) => boolean;
  /** Whether an error means that the database is away: answered 503. */
  readonly isOutage: (error: unknown) => boolean;
  /** An error that is neither refusal nor outage: a bug. It is logged here and nowhere shown. */
  readonly onBug: (error: unknown, requestId: string, path: string) => void;
  /** After each answer; `routePath` is the declared path, never the one sent (which may hold secrets). */
  readonly onAnswered?: (done: Answered) => void;
  /** Answers that need no tenant: health and metrics. Asked first; `undefined` goes on. */
  readonly operational: (path: string, peer: string, forwarded: boolean) => Promise<Answer> | undefined;
}

export interface Answered {
  readonly requestId: string;
  readonly method: string;
  readonly routePath: string;
  readonly status: number;
  readonly milliseconds: number;
  readonly tenant: TenantId | undefined;
}

export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  readonly tls?: { readonly key: string; readonly cert: string };
}

export interface Listening {
  readonly port: number;
  readonly address: string;
  /** From now on answers close their connection, so that keep-alive clients move on. */
  drain(): void;
  /** Stops accepting and waits for requests in flight. */
  close(): Promise<void>;
}

/** Bytes. Tokens, logins and most of the Management API have less, and are spared the work of counting. */
const uncountedBody = 16 * 1024;

/** Headers of which a second one means that two parties disagree about the request. */
const once = new Set(['authorization', 'host', 'content-type', 'content-length', 'dpop', 'origin']);

function repeatedHeaders(raw: IncomingMessage): ReadonlySet<string> {
  const seen = new Set<string>();
  const repeated = new Set<string>();
  for (let i = 0; i < raw.rawHeaders.length; i += 2) {
    const name = (raw.rawHeaders[i] as string).toLowerCase();
    if (!once.has(name)) continue;
    if (seen.has(name)) repeated.add(name);
    seen.add(name);
  }
  return repeated.size === 0 ? none : repeated;
}
const none: ReadonlySet<string> = new Set();

/** Ids that people can look for in the log: unlike those of any other process, or of this one before its restart. */
function requestIds(): () => string {
  const process = randomBytes(5).toString('hex');
  let count = 0;
  return () => `req-${process}${(++count).toString(36)}`;
}

/** Writes the answer past the framework's own serialisers and hooks: they have nothing to do here, and cost each token microseconds. */
function send(reply: FastifyReply, answer: Answer, how: Sending): FastifyReply {
  reply.hijack();
  reply.raw.writeHead(answer.status, wireHeaders(answer, how));
  reply.raw.end(answer.body ?? answer.bytes);
  return reply;
}

/**
 * Binds the routes to a port. Limits: 16 kB of headers, 10 s to send them, 30 s for a whole request, the body limit of the route.
 * @throws the listening error (`EADDRINUSE`, `EACCES`), untouched; `main.ts` words it
 */
export async function listen(options: RouterOptions, at: ListenOptions): Promise<Listening> {
  let draining = false;
  const app: FastifyInstance = Fastify({
    serverFactory: (handler) => {
      const limits = {
        maxHeaderSize: 16 * 1024,
        headersTimeout: 10_000,
        requestTimeout: 30_000,
        keepAliveTimeout: 65_000,
        // Node looks for overdue connections only every 30 s unless told: slow headers would live four times as long.
        connectionsCheckingInterval: 1_000,
        // The router refuses a request without `Host` itself: Node's own answer would lack our headers.
        requireHostHeader: false,
      };
      const server = at.tls
        ? createHttpsServer({ ...limits, ...at.tls, minVersion: 'TLSv1.2', handshakeTimeout: 10_000 }, handler)
        : createHttpServer(limits, handler);
      return server as Server;
    },
    routerOptions: { maxParamLength: 2048, ignoreTrailingSlash: false, caseSensitive: true },
    bodyLimit: 100 * 1024,
    genReqId: requestIds(),
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    exposeHeadRoutes: true,
    // A path that cannot be decoded, or with a segment longer than any name.
    frameworkErrors: (_error, request, reply) =>
      finish(request, reply as FastifyReply, badRequest(request.raw.url ?? '')),
    clientErrorHandler: (error, socket) => refuseUnparsed(error, socket, isHttpsOnly),
  });

  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));

  const isHttpsOnly = (host: string) => options.isPublic(host) && options.tenantOf(host) !== undefined;
  const whence = (raw: IncomingMessage): Origin =>
    originOf({ peer: raw.socket.remoteAddress ?? '', headers: raw.headers }, at.tls !== undefined, options.trustProxy);

  const sending = (raw: IncomingMessage): Sending => {
    const { host, secure } = whence(raw);
    // A body that nobody reads (of a GET, or beyond the limit) must not go on behind its answer.
    return { closing: draining || unread(raw), httpsOnly: secure && isHttpsOnly(host) };
  };
  // An expectation other than 100-continue (RFC 9110 §10.1.1): Node would refuse it without our headers.
  const expectationFailed: RequestListener = (raw, response) => {
    const answer = failure('plain', 417, 'Expectation Failed');
    response.writeHead(answer.status, wireHeaders(answer, sending(raw))).end(answer.body);
  };
  app.server.on('checkExpectation', expectationFailed);

  const finish = (request: FastifyRequest, reply: FastifyReply, answer: Answer, tenant?: TenantId) => {
    if (tenant) request.tenant = tenant;
    return send(reply, answer, sending(request.raw));
  };

  const handle =
    (family: AnswerFamily, act: (ask: Ask) => Answer | Promise<Answer>) =>
    async (request: FastifyRequest, reply: FastifyReply) => {
      const raw = request.raw;
      const origin = whence(raw);
      const target = requestTarget(raw);
      const params = request.params as Record<string, string>;
      // No name of ours holds NUL, and no engine could look it up.
      if (!target || Object.values(params).some((value) => value.includes('\0'))) {
        return finish(request, reply, failure(family, 400, 'Bad Request', { connection: 'close' }));
      }
      const { path, query } = target;
      const forwarded = raw.headers['x-forwarded-for'] !== undefined || raw.headers.forwarded !== undefined;
      const aside = options.operational(path, origin.ip, forwarded);
      if (aside) return finish(request, reply, await aside);
      const tenant = options.tenantOf(origin.host);
      const repeated = repeatedHeaders(raw);
      if (tenant === undefined || repeated.has('host'))
        return finish(request, reply, failure('plain', 404, 'Not Found'));
      const ask: Ask = {
        id: request.id,
        method: request.method,
        path,
        params,
        query,
        headers: raw.headers as Record<string, string | undefined>,
        repeated,
        body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
        ip: origin.ip,
        tenant,
        host: origin.host as TenantHost,
        issuer: `${origin.secure ? 'https' : 'http'}://${origin.host}/`,
      };
      try {
        return finish(request, reply, await act(ask), tenant);
      } catch (error) {
        if (options.isOutage(error))
          return finish(
            request,
            reply,
            failure(family, 503, 'The service is temporarily unavailable. Try again.'),
            tenant,
          );
        options.onBug(error, request.id, request.routeOptions.url ?? '');
        return finish(request, reply, failure(family, 500, 'Internal error'), tenant);
      }
    };

  const bodies = createBodies();
  app.addHook('preParsing', (request, reply, payload, done) => {
    const { 'content-length': length = '0', 'transfer-encoding': coding } = request.raw.headers;
    if (coding === undefined && Number(length) <= uncountedBody) return done(null, payload);
    done(null, bodies.counted(request.raw, networkOf(whence(request.raw).ip), reply.raw));
  });

  const byPath = new Map<string, Route[]>();
  for (const route of options.routes) byPath.set(route.path, [...(byPath.get(route.path) ?? []), route]);
  for (const [path, routes] of byPath) {
    for (const route of routes) {
      app.route({
        method: route.method,
        url: path,
        ...(route.bodyLimit === undefined ? {} : { bodyLimit: route.bodyLimit }),
        handler: handle(route.family, route.handle),
        errorHandler: (error, request, reply) => routeError(error, request, reply, route.family),
      });
    }
    const methods = routes.map((route) => route.method);
    const family = (routes[0] as Route).family;
    const others = (['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const).filter((method) => !methods.includes(method));
    const allow = [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ');
    if (others.length > 0) {
      app.route({
        method: [...others],
        url: path,
        handler: handle(family, () => failure(family, 405, 'Method Not Allowed', { allow })),
        errorHandler: (error, request, reply) => routeError(error, request, reply, family),
      });
    }
    app.route({
      method: 'OPTIONS',
      url: path,
      handler: handle(family, (ask) => (ask.headers.origin ? preflight(ask, methods) : empty(204, { allow }))),
    });
  }

  async function routeError(error: unknown, request: FastifyRequest, reply: FastifyReply, family: AnswerFamily) {
    const status = (error as { statusCode?: number }).statusCode;
    if (status === 413) {
      await discard(request.raw);
      return finish(request, reply, failure(family, 413, 'Payload Too Large', { connection: 'close' }));
    }
    if (error instanceof NoRoom) {
      await discard(request.raw);
      const busy = failure(family, 503, 'Too much is sent at this moment. Try again.', { connection: 'close' });
      return finish(request, reply, busy);
    }
    if (status !== undefined && status >= 400 && status < 500)
      return finish(request, reply, failure(family, 400, 'Bad Request'));
    options.onBug(error, request.id, request.routeOptions.url ?? '');
    return finish(request, reply, failure(family, 500, 'Internal error'));
  }

  app.setNotFoundHandler(handle('plain', (ask) => notFound(ask.path)));
  app.setErrorHandler((error, request, reply) => routeError(error, request, reply, 'plain'));
  app.addHook('onResponse', (request, reply, done) => {
    options.onAnswered?.({
      requestId: request.id,
      method: request.method,
      routePath: request.routeOptions.url ?? 'unknown',
      status: reply.statusCode,
      milliseconds: reply.elapsedTime,
      tenant: request.tenant,
    });
    done();
  });

  await app.listen({ host: at.host, port: at.port });
  const address = app.server.address() as AddressInfo;
  return {
    port: address.port,
    address: address.address,
    drain: () => {
      draining = true;
    },
    close: () => app.close(),
  };
}

declare module 'fastify' {
  interface FastifyRequest {
    tenant?: TenantId;
  }
}
