// `countersign serve`: starts everything in order, says where it is, and stops without losing a request.

import { BlockList } from 'node:net';
import { resolve } from 'node:path';
import { type Config, ratesOf, readConfig, StartRefused } from '../config.ts';
import { type RunningDemo, serveDemo } from '../demo.ts';
import { defaultTenant, isLocalName } from '../domain/tenants/hosts.ts';
import { settingsOf } from '../domain/tenants/settings.ts';
import { createProcessLog, type ProcessLog } from '../log.ts';
import { createOperations, type Operations } from '../operations.ts';
import { rateLimited } from '../rate-limits.ts';
import type { TenantHost } from '../schema/brand.ts';
import { prepareTenant, rememberShown } from '../seed/prepare.ts';
import { trustedCalls } from '../seed/trusted.ts';
import { type House, openHouse } from '../server.ts';
import { StoreUnavailable } from '../storage/store.ts';
import { type Listening, type ListenOptions, listen, type RouterOptions } from '../web/router.ts';
import { leaveAddress } from './address.ts';
import { banner } from './banner.ts';

/** A server that runs. */
export interface Running {
  readonly house: House;
  readonly port: number;
  readonly httpsPort: number | undefined;
  readonly caPath: string | undefined;
  readonly demo: RunningDemo | undefined;
  /** `/ready` says no, requests in flight are finished, log events are written, the database is closed. */
  stop(): Promise<void>;
}

const stopWithinMs = 15_000;

function proxies(config: Config): (address: string) => boolean {
  if (config['trusted-proxies'].length === 0) return () => false;
  const trusted = new BlockList();
  for (const entry of config['trusted-proxies']) {
    const [address = '', prefix] = entry.split('/');
    const family = address.includes(':') ? 'ipv6' : 'ipv4';
    try {
      if (prefix === undefined) trusted.addAddress(address, family);
      else trusted.addSubnet(address, Number(prefix), family);
    } catch {
      throw new StartRefused(`--trusted-proxies: "${entry}" is neither an address nor a CIDR range.`);
    }
  }
  return (address) => trusted.check(address, address.includes(':') ? 'ipv6' : 'ipv4');
}

async function bind(router: RouterOptions, at: ListenOptions, flag: string): Promise<Listening> {
  try {
    return await listen(router, at);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE')
      throw new StartRefused(
        `Port ${at.port} on ${at.host} is taken; stop the other program or choose another with ${flag}.`,
      );
    if (code === 'EACCES')
      throw new StartRefused(`Port ${at.port} may not be opened by this user; choose one above 1023 with ${flag}.`);
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
      throw new StartRefused(`This machine has no address ${at.host}; choose another with --host.`);
    throw error;
  }
}

function routerFor(
  config: Config,
  house: House,
  operations: Operations,
  log: ProcessLog,
  trustProxy: (address: string) => boolean,
): RouterOptions {
  return {
    routes: rateLimited(house.routes, { rates: ratesOf(config), record: house.record, now: house.now }),
    tenantOf: house.hosts.tenantOf,
    isPublic: (host) => !isLocalName(host),
    trustProxy,
    isOutage: (error) => error instanceof StoreUnavailable,
    onBug: (error, requestId, route) =>
      log.error('a request failed by a fault of ours', {
        request_id: requestId,
        route,
        error: error instanceof Error ? error.stack : String(error),
      }),
    onAnswered: (done) => {
      operations.observe(done);
      if (config['log-level'] === 'debug')
        log.debug('answered', {
          request_id: done.requestId,
          method: done.method,
          route: done.routePath,
          status: done.status,
          ms: Math.round(done.milliseconds * 10) / 10,
        });
    },
    operational: (path, peer, forwarded) => operations.answer(path, peer, forwarded),
  };
}

/** Starts the server of this configuration. `say` gets what a person should read; `now` in ms. @throws StartRefused, StoreRefused */
export async function startServer(
  config: Config,
  say: (text: string) => void,
  log: ProcessLog,
  now: () => number = Date.now,
): Promise<Running> {
  const trustProxy = proxies(config);
  let operations: Operations | undefined;
  const house = await openHouse(config, log, (event) => operations?.count(event), now);
  const open: { close(): Promise<void> }[] = [];
  try {
    operations = createOperations({ ping: () => house.database.ping(), fresh: house.snapshot.fresh }, config.metrics);
    const host = (config.domain[0] ?? `localhost:${config.port || 4000}`) as TenantHost;
    const at = { tenant: defaultTenant, host, issuer: `https://${host}/` };
    const prepared = await prepareTenant(house, config, at, log);
    // Verifiers need these also if the database goes away before anybody has asked for them.
    await Promise.all([
      house.keyring.jwks(defaultTenant, true),
      settingsOf(house.database, house.snapshot, defaultTenant),
    ]);
    const router = routerFor(config, house, operations, log, trustProxy);
    const http = await bind(router, { host: config.host, port: config.port }, '--port');
    open.push(http);
    house.hosts.listensOn(http.port);
    if (config.domain.length === 0) await leaveAddress(resolve(config.data), `http://localhost:${http.port}/`);
    let https: Listening | undefined;
    let caPath: string | undefined;
    if (config['https-port'] !== 'off') {
      const { developmentTls } = await import('../tls.ts');
      const tls = await developmentTls(
        resolve(config.data),
        config.domain.map((domain) => domain.replace(/:\d+$/, '')),
        house.now(),
      );
      caPath = tls.caPath;
      https = await bind(
        router,
        { host: config.host, port: config['https-port'], tls: { key: tls.keyPem, cert: tls.certPem } },
        '--https-port',
      );
      open.push(https);
    }
    const listening = [http, ...(https ? [https] : [])];
    house.jobs.start();
    const demo = prepared.demo
      ? await serveDemo(
          config,
          `http://localhost:${http.port}/`,
          prepared.demo,
          trustedCalls(house.trustedRoutes, at.tenant, at.host, at.issuer),
          log,
        )
      : undefined;
    if (demo) open.push(demo);
    say(banner({ config, port: http.port, httpsPort: https?.port, caPath, prepared, demo, mailbox: house.hasMailbox }));
    if (prepared.admin) await rememberShown(house, defaultTenant);
    const ready = operations;
    let stopping: Promise<void> | undefined;
    const stop = async () => {
      ready.drain();
      for (const server of listening) server.drain();
      // Load balancers need a moment to see /ready say no before connections are refused.
      await new Promise((done) => setTimeout(done, config['drain-ms']));
      await Promise.all(open.map((server) => server.close()));
      await house.close();
    };
    return { house, port: http.port, httpsPort: https?.port, caPath, demo, stop: () => (stopping ??= stop()) };
  } catch (error) {
    await Promise.all(open.map((server) => server.close()));
    await house.close();
    throw error;
  }
}

/** The command: serves until SIGTERM or SIGINT; a second signal ends it at once. */
export async function serve(args: string[]): Promise<void> {
  const config = readConfig(args, process.env);
  const log = createProcessLog(config['log-level'], process.stderr.isTTY === true);
  const running = await startServer(config, (text) => process.stdout.write(text), log);
  let asked = false;
  const stop = (signal: string) => {
    if (asked) process.exit(1);
    asked = true;
    log.info(`stopping (${signal})`);
    setTimeout(() => {
      log.error(`still busy after ${stopWithinMs / 1000} s; ending anyway`);
      process.exit(1);
    }, stopWithinMs).unref();
    running.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error('stopping failed', { error: String(error) });
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', () => stop('SIGTERM'));
  process.on('SIGINT', () => stop('SIGINT'));
  process.on('unhandledRejection', (reason) => {
    log.error('a promise was left unhandled: a fault of ours', {
      error: reason instanceof Error ? reason.stack : String(reason),
    });
  });
}
