// A small SMTP server for tests (RFC 5321): takes every mail, or fails as it is told to, and shows what came over the wire.

import { createServer, type Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';

export interface Received {
  readonly from: string;
  readonly to: readonly string[];
  /** Headers and body as they came, dots unstuffed. */
  readonly raw: string;
  /** The headers by name in lower case, folded lines joined; a name that came twice has both. */
  readonly headers: Readonly<Record<string, readonly string[]>>;
  /** Parts by content type, decoded. */
  readonly parts: Readonly<Record<string, string>>;
  readonly secure: boolean;
  readonly login: string | undefined;
}

export interface SmtpServerOptions {
  /** Offers STARTTLS with this certificate. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** Answers to commands instead of the usual ones: `{ RCPT: '550 no such user' }`. Asked for each command. */
  readonly answer?: (command: string) => string | undefined;
}

export interface SmtpServer {
  readonly port: number;
  readonly mails: readonly Received[];
  readonly connections: () => number;
  /** The first mail to this address; waits for it. */
  mailTo(address: string): Promise<Received>;
  stop(): Promise<void>;
}

/** Starts one on a free port of this machine. */
export async function smtpServer(options: SmtpServerOptions = {}): Promise<SmtpServer> {
  const mails: Received[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    converse(socket, options, (mail) => mails.push(mail));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return {
    port,
    mails,
    connections: () => connections,
    async mailTo(address) {
      const deadline = Date.now() + 20_000;
      for (;;) {
        const found = mails.find(({ to }) => to.includes(address));
        if (found) return found;
        if (Date.now() > deadline) throw new Error(`no mail to ${address} came`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function converse(plain: Socket, options: SmtpServerOptions, keep: (mail: Received) => void): void {
  let socket: Socket = plain;
  let secure = false;
  let login: string | undefined;
  let from = '';
  let to: string[] = [];
  let data: string | undefined;
  let rest = '';
  const say = (line: string) => socket.write(`${line}\r\n`);
  const command = (line: string) => {
    const verb = /^[a-z]+/i.exec(line)?.[0]?.toUpperCase() ?? '';
    const own = options.answer?.(verb);
    if (own !== undefined) {
      say(own);
      return;
    }
    switch (verb) {
      case 'EHLO':
        say('250-test');
        if (options.tls && !secure) say('250-STARTTLS');
        say('250-AUTH PLAIN');
        say('250-SMTPUTF8');
        say('250 8BITMIME');
        return;
      case 'STARTTLS': {
        say('220 go on');
        plain.removeAllListeners('data');
        secure = true;
        socket = new TLSSocket(plain, { isServer: true, secureContext: createSecureContext(options.tls) });
        socket.on('error', () => undefined);
        listen();
        return;
      }
      case 'AUTH':
        login = Buffer.from(line.split(' ')[2] ?? '', 'base64')
          .toString()
          .split('\0')
          .slice(1)
          .join(':');
        say('235 welcome');
        return;
      case 'MAIL':
        from = /<([^>]*)>/.exec(line)?.[1] ?? '';
        to = [];
        say('250 ok');
        return;
      case 'RCPT':
        to.push(/<([^>]*)>/.exec(line)?.[1] ?? '');
        say('250 ok');
        return;
      case 'DATA':
        data = '';
        say('354 go on');
        return;
      case 'QUIT':
        say('221 bye');
        socket.end();
        return;
      default:
        say('250 ok');
    }
  };
  const line = (text: string) => {
    if (data === undefined) command(text);
    else if (text === '.') {
      keep({ from, to, raw: data, ...parsed(data), secure, login });
      data = undefined;
      say(options.answer?.('END') ?? '250 taken');
    } else data += `${text.startsWith('.') ? text.slice(1) : text}\r\n`;
  };
  const listen = () => {
    socket.on('data', (chunk) => {
      rest += chunk.toString('utf8');
      for (let end = rest.indexOf('\r\n'); end >= 0; end = rest.indexOf('\r\n')) {
        const text = rest.slice(0, end);
        rest = rest.slice(end + 2);
        line(text);
      }
    });
  };
  plain.on('error', () => undefined);
  listen();
  say(options.answer?.('CONNECT') ?? '220 test');
}

function parsed(raw: string): Pick<Received, 'headers' | 'parts'> {
  const parts: Record<string, string> = {};
  const read = (text: string): Record<string, string[]> => {
    const split = text.indexOf('\r\n\r\n');
    const headers: Record<string, string[]> = {};
    for (const header of text
      .slice(0, split)
      .replace(/\r\n[ \t]+/g, ' ')
      .split('\r\n')) {
      const colon = header.indexOf(':');
      const name = header.slice(0, colon).toLowerCase();
      headers[name] = [...(headers[name] ?? []), words(header.slice(colon + 1).trim())];
    }
    const body = text.slice(split + 4);
    const type = headers['content-type']?.[0] ?? 'text/plain';
    const boundary = /boundary="?([^";]+)"?/.exec(type)?.[1];
    if (boundary !== undefined) {
      for (const part of body.split(`--${boundary}`).slice(1, -1)) read(part.replace(/^\r\n/, ''));
    } else {
      parts[type.split(';')[0]?.trim() ?? ''] = decoded(body, headers['content-transfer-encoding']?.[0] ?? '7bit');
    }
    return headers;
  };
  return { headers: read(raw), parts };
}

/** RFC 2047 words. */
function words(text: string): string {
  return text
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_whole, kind: string, word: string) =>
      kind.toLowerCase() === 'b'
        ? Buffer.from(word, 'base64').toString('utf8')
        : decoded(word.replaceAll('_', ' '), 'quoted-printable'),
    );
}

function decoded(body: string, encoding: string): string {
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString('utf8');
  if (encoding !== 'quoted-printable') return body.replaceAll('\r\n', '\n');
  const bytes = body
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/gi, (_whole, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8').replaceAll('\r\n', '\n');
}
