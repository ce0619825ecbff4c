// One guarded HTTP request: https, to an address that was judged, within a time, with so many bytes, and without following
// redirects. No agent is shared and no proxy is read from the environment: what was judged is what is called.

import { request as httpRequest, type IncomingMessage } from 'node:http';
import { isIP, type Socket } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import { CallFailed, type Line, openSocket, untilAborted } from './connect.ts';

export interface OutboundRequest {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** For everything together: name, connection, TLS, answer (ms). */
  readonly timeoutMs: number;
  /** Of the answer's body, in bytes. */
  readonly longestAnswer: number;
  /** Aborted: give up now. */
  readonly signal?: AbortSignal;
}

export interface OutboundAnswer {
  /** Also 3xx, which is not followed. */
  readonly status: number;
  readonly contentType: string | undefined;
  readonly body: Buffer;
}

/** Of what we send, in bytes. */
const longestRequest = 64 * 1024;

/** The answer, whatever its status. `ca` in PEM stands for the certificates that the system trusts. @throws CallFailed */
export async function sendOutbound(
  line: Line,
  { url, method, headers, body = '', timeoutMs, longestAnswer, signal }: OutboundRequest,
  ca?: string,
): Promise<OutboundAnswer> {
  const target = targetOf(line, url);
  if (Buffer.byteLength(body) > longestRequest) throw new CallFailed('too-large', 'what is to be sent is too large');
  const timeout = AbortSignal.timeout(timeoutMs);
  const until = signal ? AbortSignal.any([timeout, signal]) : timeout;
  const secure = target.protocol === 'https:';
  const port = Number(target.port) || (secure ? 443 : 80);
  const raw = await openSocket(line, target.hostname, port, until);
  try {
    const socket = secure ? await untilAborted(until, secured(raw, target.hostname, ca)) : raw;
    const answer = await untilAborted(until, answered(socket, target, method, headers ?? {}, body));
    return await untilAborted(until, read(answer, longestAnswer));
  } catch (error) {
    if (error instanceof CallFailed) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    throw new CallFailed('unreachable', `${target.hostname}: ${code ?? message}`);
  } finally {
    raw.destroy();
  }
}

/** The URL if it may be called as far as its text tells. WHATWG's parser folds every spelling of an address into one. */
function targetOf({ allowed }: Line, url: string): URL {
  if (!URL.canParse(url)) throw new CallFailed('refused', 'it is no absolute URL');
  const target = new URL(url);
  if (target.username || target.password) throw new CallFailed('refused', 'there are credentials in the URL');
  const clear = target.protocol === 'http:' && allowed.host(target.hostname);
  if (target.protocol !== 'https:' && !clear)
    throw new CallFailed('refused', `${target.protocol} is only for hosts of --allow-outbound`);
  return target;
}

function secured(socket: Socket, hostname: string, ca: string | undefined): Promise<Socket> {
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  return new Promise((resolve, reject) => {
    const tls = tlsConnect({
      socket,
      host,
      ...(isIP(host) ? {} : { servername: host }),
      ALPNProtocols: ['http/1.1'],
      ...(ca === undefined ? {} : { ca }),
    });
    tls.once('secureConnect', () => resolve(tls));
    tls.on('error', reject);
    // A peer that hangs up in the midst of the handshake.
    tls.once('close', () => reject(new CallFailed('unreachable', `${host} ended the connection`)));
  });
}

function answered(
  socket: Socket,
  target: URL,
  method: string,
  headers: Readonly<Record<string, string>>,
  body: string,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest({
      createConnection: () => socket,
      method,
      path: `${target.pathname}${target.search}`,
      // The name as it was judged, whatever `headers` say.
      headers: {
        accept: '*/*',
        'accept-encoding': 'identity',
        'user-agent': 'countersign',
        ...headers,
        host: target.host,
        connection: 'close',
        ...(method === 'POST' ? { 'content-length': Buffer.byteLength(body) } : {}),
      },
      maxHeaderSize: 16 * 1024,
      insecureHTTPParser: false,
      setHost: false,
    });
    sent.once('response', resolve);
    sent.on('error', reject);
    sent.end(body);
  });
}

async function read(answer: IncomingMessage, longest: number): Promise<OutboundAnswer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of answer) {
    length += part.length;
    if (length > longest) throw new CallFailed('too-large', `the answer has more than ${longest} bytes`);
    parts.push(part);
  }
  return {
    status: answer.statusCode ?? 0,
    contentType: answer.headers['content-type'],
    body: Buffer.concat(parts),
  };
}
