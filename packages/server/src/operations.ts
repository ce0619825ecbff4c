// What operators' machines ask: is it alive, may it get requests, what does it count. No tenant is involved,
// so these are answered for any Host, before anything else.

import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { LogEvent } from './domain/logs/event.ts';
import { createDurations } from './durations.ts';
import { type Answer, json } from './web/exchange.ts';
import type { Answered } from './web/router.ts';

export interface Operations {
  /** `undefined` when the path is not one of these. `forwarded`: the peer speaks for somebody else, so it is not "this machine". */
  answer(path: string, peer: string, forwarded: boolean): Promise<Answer> | undefined;
  observe(done: Answered): void;
  count(event: LogEvent): void;
  /** From now on `/ready` says no. */
  drain(): void;
}

export interface Readiness {
  /** Rejects or takes long when the database is away. */
  readonly ping: () => Promise<void>;
  /** Whether changes of other nodes are being heard. */
  readonly fresh: () => boolean;
}

const pingTimeoutMs = 1_000;
/** One ping serves all probes of this time, so that probes are no load. */
const pingEveryMs = 250;
const noStore = { 'cache-control': 'no-store' };

function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}

/** Opens the operational endpoints. `metrics`: who may read them. */
export function createOperations(readiness: Readiness, metrics: 'local' | 'all' | 'off'): Operations {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'countersign_' });
  const durations = createDurations('countersign_http_request_duration_seconds', 'Time from a request to its answer');
  // Counted in a plain map and handed over when it is read: looking up labels would cost each token a microsecond.
  const counted = new Map<string, number>();
  new Counter({
    name: 'countersign_tenant_events_total',
    help: 'Tenant log events by type: seccft is a machine token issued, feccft one refused',
    labelNames: ['type'] as const,
    registers: [registry],
    collect() {
      this.reset();
      for (const [type, count] of counted) this.inc({ type }, count);
    },
  });
  const ready = new Gauge({ name: 'countersign_ready', help: '1 while /ready says yes', registers: [registry] });
  let draining = false;
  let pinged: { at: number; result: Promise<boolean> } | undefined;

  const databaseAnswers = () => {
    if (pinged && Date.now() - pinged.at < pingEveryMs) return pinged.result;
    const late = new Promise<boolean>((resolve) => setTimeout(resolve, pingTimeoutMs, false).unref());
    const result = Promise.race([
      readiness.ping().then(
        () => true,
        () => false,
      ),
      late,
    ]);
    pinged = { at: Date.now(), result };
    return result;
  };
  const notReady = async () => {
    if (draining) return 'shutting down';
    if (!(await databaseAnswers())) return 'the database does not answer';
    return readiness.fresh() ? undefined : 'changes of other nodes have not been heard for too long';
  };

  return {
    answer(path, peer, forwarded) {
      if (path === '/health') return Promise.resolve(json(200, { status: 'ok' }, noStore));
      if (path === '/ready') {
        return notReady().then((because) => {
          ready.set(because === undefined ? 1 : 0);
          return because === undefined
            ? json(200, { status: 'ready' }, noStore)
            : json(503, { status: 'not ready', because }, { ...noStore, 'retry-after': '1' });
        });
      }
      if (path === '/metrics' && metrics !== 'off' && (metrics === 'all' || (isLoopback(peer) && !forwarded))) {
        return registry.metrics().then((rest) => ({
          status: 200,
          headers: { 'content-type': registry.contentType, ...noStore },
          body: `${rest}\n${durations.text()}`,
        }));
      }
      return undefined;
    },
    observe: (done) => durations.observe(done.method, done.routePath, done.status, done.milliseconds / 1000),
    count: (event) => void counted.set(event.type, (counted.get(event.type) ?? 0) + 1),
    drain: () => {
      draining = true;
    },
  };
}
