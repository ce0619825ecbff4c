// One mail to one SMTP server (RFC 5321, RFC 3207). TLS unless the server is on this machine or its operator said otherwise,
// certificates checked, times and sizes bounded. What the server says back is for the operator's log alone.

import { connect as netConnect, type Socket } from 'node:net';
import type { Composed } from './compose.ts';
import type { Mailbox } from './header-text.ts';
import type { SmtpServer } from './provider.ts';

/** Opens a TCP connection to a host that somebody else chose, if it may be called. `domain/egress` has one. */
export type Connect = (target: {
  readonly hostname: string;
  readonly port: number;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}) => Promise<
  | { readonly kind: 'connected'; readonly socket: Socket }
  | { readonly kind: 'failed'; readonly description: string; readonly reason?: string }
>;

/**
 * `refused`: the same mail will be refused again. `because` is for the operator's log and holds no secret; `words` may be answered
 * to whoever set the server: they say neither what a socket met nor what the other side said (SSR-06).
 */
export type Delivered =
  | { readonly kind: 'sent' }
  | { readonly kind: 'failed' | 'refused'; readonly because: string; readonly words: string };

export interface Envelope {
  readonly from: Mailbox;
  readonly mail: Composed;
  /** The same for every attempt: mail programs show a message that came twice once. */
  readonly messageId: string;
}

const connectMs = 10_000;
/** Silence that ends a conversation. */
const silentMs = 20_000;

/** The same whether nothing listens, nobody answers or something else than mail is there: a port scan learns nothing. */
const noServer = 'No mail server can be reached at this address and port';

/** Hands one mail to a server. Comes to an end when `signal` is aborted. Never throws for what the other side does. */
export async function deliver(
  server: SmtpServer,
  { from, mail, messageId }: Envelope,
  guarded: Connect,
  signal: AbortSignal,
): Promise<Delivered> {
  const open = server.trusted ? direct : guarded;
  const line = await open({ hostname: server.hostname, port: server.port, timeoutMs: connectMs, signal });
  if (line.kind === 'failed') {
    const words = line.reason === 'refused' ? line.description : noServer;
    return { kind: 'failed', because: `${server.hostname}: ${line.description}`, words };
  }
  const { socket } = line;
  const stop = () => socket.destroy();
  signal.addEventListener('abort', stop, { once: true });
  try {
    const { createTransport } = await import('nodemailer');
    const transport = createTransport({
      host: server.hostname,
      port: server.port,
      connection: socket,
      secure: server.tls === 'implicit',
      requireTLS: server.tls === 'starttls' && !isLoopback(socket),
      ignoreTLS: server.tls === 'none',
      ...(server.user === undefined ? {} : { auth: { user: server.user, pass: server.pass ?? '' } }),
      greetingTimeout: connectMs,
      socketTimeout: silentMs,
      tls: { minVersion: 'TLSv1.2' },
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    await transport.sendMail({
      from: { name: from.name, address: from.address },
      to: { name: '', address: mail.to },
      subject: mail.subject,
      text: mail.text,
      html: mail.html,
      messageId,
      headers: headersOf(server, mail.language),
    });
    return { kind: 'sent' };
  } catch (error) {
    return failureOf(server.hostname, error);
  } finally {
    signal.removeEventListener('abort', stop);
    socket.destroy();
  }
}

function headersOf({ headers = {} }: SmtpServer, language: string): Record<string, string> {
  const own = { 'Auto-Submitted': 'auto-generated', 'Content-Language': language };
  return {
    ...Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (value ? [[name, value]] : []))),
    ...own,
  };
}

/** A plain connection to a server that the operator named. */
const direct: Connect = ({ hostname, port, timeoutMs, signal }) =>
  new Promise((resolve) => {
    const socket = netConnect({ host: hostname, port });
    const end = (description: string) => {
      socket.destroy();
      resolve({ kind: 'failed', description });
    };
    const timer = setTimeout(end, timeoutMs, 'it did not answer in time');
    signal?.addEventListener('abort', () => end('stopped'), { once: true });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      end(`it cannot be reached (${error.code ?? error.message})`);
    });
    socket.once('connect', () => {
      clearTimeout(timer);
      resolve({ kind: 'connected', socket });
    });
  });

function isLoopback(socket: Socket): boolean {
  const address = (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
  return address === '::1' || address.startsWith('127.');
}

/** A 5xx to the mail itself is for good; to a login or a connection it may be mended, so those are tried again. */
function failureOf(hostname: string, error: unknown): Delivered {
  const { code, responseCode, command, message } = error as {
    readonly code?: string;
    readonly responseCode?: number;
    readonly command?: string;
    readonly message?: string;
  };
  const forGood = responseCode !== undefined && responseCode >= 500 && (code === 'EENVELOPE' || code === 'EMESSAGE');
  const said =
    responseCode === undefined ? (message ?? '').split('\n')[0] : `${responseCode} to ${command ?? 'the mail'}`;
  const because = `${hostname}: ${code ?? 'error'}, ${said}`.slice(0, 300);
  return { kind: forGood ? 'refused' : 'failed', because, words: wordsOf(code, responseCode) };
}

/** Only what an SMTP server says after its greeting is told apart. */
function wordsOf(code: string | undefined, responseCode: number | undefined): string {
  switch (code) {
    case 'EAUTH':
      return 'The mail server refuses the user or the password';
    case 'ETLS':
      return 'The mail server offers no TLS that can be trusted';
    case 'EENVELOPE':
    case 'EMESSAGE':
      return `The mail server refuses the mail${responseCode === undefined ? '' : ` (${responseCode})`}: sender or recipient may not be allowed`;
    default:
      return noServer;
  }
}
