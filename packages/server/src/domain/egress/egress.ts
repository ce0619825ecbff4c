// The one way out of this server. Everything that calls an address which somebody else chose goes through here, so that no
// caller can forget the guard. What went wrong in detail is for the operator's log; callers get a sentence that tells nothing.

import type { Socket } from 'node:net';
import { allowedBy } from './addresses.ts';
import { CallFailed, type Failure, type Line, openSocket, systemLine } from './connect.ts';
import { type OutboundAnswer, type OutboundRequest, sendOutbound } from './fetch.ts';

export type { Failure } from './connect.ts';
export type { OutboundRequest } from './fetch.ts';

export interface Egress {
  /** Sends one request; redirects are answers. Never throws for what the other side does. */
  fetch(
    request: OutboundRequest,
  ): Promise<({ readonly kind: 'answered' } & OutboundAnswer) | ({ readonly kind: 'failed' } & Failure)>;
  /**
   * Opens a TCP connection, for protocols of its own (SMTP). The caller ends the socket and limits what is said on it; for TLS,
   * `tls.connect({ socket, servername })` does. `timeoutMs` is for name and connection together.
   */
  connect(target: {
    readonly hostname: string;
    readonly port: number;
    readonly timeoutMs: number;
    readonly signal?: AbortSignal;
  }): Promise<{ readonly kind: 'connected'; readonly socket: Socket } | ({ readonly kind: 'failed' } & Failure)>;
}

export interface EgressOptions extends Partial<Omit<Line, 'allowed'>> {
  /** Hosts, addresses and ranges that may be called though they are not public; named hosts also without TLS. */
  readonly allow: readonly string[];
  /** Told why a call failed; never what was sent or answered. */
  readonly onFailure: (message: string, fields: { host: string; reason: string; detail: string }) => void;
  /** Trusted instead of the system's certificates (PEM); for tests. */
  readonly ca?: string;
}

/** The way out under the operator's list. @throws TypeError for an entry of it that cannot be read */
export function createEgress({ allow, onFailure, ca, ...own }: EgressOptions): Egress {
  const line: Line = { ...systemLine, ...own, allowed: allowedBy(allow) };

  function failed(error: unknown, host: string): { readonly kind: 'failed' } & Failure {
    if (!(error instanceof CallFailed)) throw error;
    onFailure('a call to another server failed', { host, reason: error.failure.reason, detail: error.detail });
    return { kind: 'failed', ...error.failure };
  }

  return {
    async fetch(request) {
      try {
        return { kind: 'answered', ...(await sendOutbound(line, request, ca)) };
      } catch (error) {
        return failed(error, URL.canParse(request.url) ? new URL(request.url).host : '');
      }
    },

    async connect({ hostname, port, timeoutMs, signal }) {
      const timeout = AbortSignal.timeout(timeoutMs);
      const until = signal ? AbortSignal.any([timeout, signal]) : timeout;
      try {
        return { kind: 'connected', socket: await openSocket(line, hostname, port, until) };
      } catch (error) {
        return failed(error, hostname);
      }
    },
  };
}
