// A browser without a window: cookies per host name, forms as they stand in the page, redirects one at a time.
// It sends what browsers send beside a form (Origin, Sec-Fetch-Site, Referer as the page's policy allows).

import { Agent, request } from 'node:http';
import { type Form, formsOf, linksOf, textOf } from './forms.ts';

/** One answer as a browser got it. */
export interface View {
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  /** Each `Set-Cookie` as it came. */
  readonly setCookies: readonly string[];
  readonly html: string;
  /** Absolute target of a redirect. */
  readonly location: string | undefined;
  /** Text of the page as it is shown. */
  readonly text: string;
  readonly forms: readonly Form[];
  readonly links: readonly string[];
}

export interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The page that the request comes from. */
  readonly from?: View;
}

interface Cookie {
  readonly value: string;
  readonly path: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** In ms, or never. */
  readonly ends: number;
}

/** Cookies by host name and name; ports share them, as in browsers (RFC 6265 §8.5). */
export type Jar = Map<string, Map<string, Cookie>>;

export interface UserAgent {
  readonly jar: Jar;
  /** Every answer so far, in order. */
  readonly seen: readonly View[];
  /** One request, no redirect followed. */
  load(url: string, sent?: Sent): Promise<View>;
  /** Follows redirects for as long as they stay on the host of the view. */
  settle(view: View): Promise<View>;
  /** Fills a form in by field name and sends it. Names that the form does not have are an error. */
  submit(view: View, values?: Readonly<Record<string, string>>, options?: Submission): Promise<View>;
  /** Values by name of the cookies of a host. */
  cookies(host: string): Record<string, string>;
  setCookie(host: string, name: string, value: string): void;
  /** A browser with a copy of the same cookies. */
  twin(): UserAgent;
}

export interface Submission {
  /** Value of the pressed button; the first button if absent. */
  readonly press?: string;
  readonly form?: Form;
  /** Fields that are put in whether or not the form has them, as an attacker would. */
  readonly forced?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

const connections = new Agent({ keepAlive: true, maxSockets: 64 });
const navigation = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document', 'sec-fetch-user': '?1' };

export interface AgentOptions {
  /** The port that the request of this number is sent to; else that of the URL. Names always lead to this machine. */
  readonly port?: ((request: number) => number) | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** Called with every answer; throws if it must not be. */
  readonly judge?: ((view: View) => void) | undefined;
}

/** A new browser with empty cookies. */
export function userAgent(options: AgentOptions = {}, jar: Jar = new Map()): UserAgent {
  const seen: View[] = [];
  let requests = 0;

  async function load(url: string, sent: Sent = {}): Promise<View> {
    const target = new URL(url);
    const method = sent.method ?? 'GET';
    const headers: Record<string, string> = {
      accept: 'text/html,application/xhtml+xml',
      'accept-language': 'en',
      'user-agent': 'Mozilla/5.0 (test)',
      ...navigation,
      'sec-fetch-site': sent.from === undefined ? 'none' : siteOf(sent.from.url, url),
      ...referrer(sent.from, url, method),
      ...options.headers,
      ...sent.headers,
      host: target.host,
    };
    const cookie = cookieHeader(jar, target);
    if (cookie !== '' && headers.cookie === undefined) headers.cookie = cookie;
    if (sent.body !== undefined) {
      headers['content-type'] ??= 'application/x-www-form-urlencoded';
      headers['content-length'] = String(Buffer.byteLength(sent.body));
    }
    const port = options.port?.(requests++) ?? Number(target.port || 80);
    const answer = await ask(port, method, `${target.pathname}${target.search}`, headers, sent.body);
    for (const line of answer.setCookies) keepCookie(jar, target, line);
    const location = answer.headers.get('location');
    const view: View = {
      url,
      ...answer,
      location: location === null ? undefined : new URL(location, url).href,
      get text() {
        return textOf(answer.html);
      },
      get forms() {
        return formsOf(answer.html, url);
      },
      get links() {
        return linksOf(answer.html, url);
      },
    };
    seen.push(view);
    options.judge?.(view);
    return view;
  }

  async function settle(view: View): Promise<View> {
    let now = view;
    for (let hops = 0; now.location !== undefined && new URL(now.location).host === new URL(now.url).host; hops++) {
      if (hops > 12) throw new Error(`redirects without end at ${now.location}`);
      // 302 and 303 turn a POST into a GET; the other kinds must not be used here (OPR-06).
      if (now.status !== 302 && now.status !== 303) throw new Error(`a redirect with ${now.status} from ${now.url}`);
      now = await load(now.location);
    }
    return now;
  }

  async function submit(view: View, values: Readonly<Record<string, string>> = {}, how: Submission = {}) {
    const form = how.form ?? view.forms.find(({ fields }) => Object.keys(values).every((name) => has(fields, name)));
    if (form === undefined) {
      throw new Error(`no form with ${Object.keys(values).join(', ')} at ${view.url}: ${view.status} ${view.text}`);
    }
    const button =
      how.press === undefined ? form.buttons[0] : form.buttons.find((candidate) => candidate.value === how.press);
    if (how.press !== undefined && button === undefined) throw new Error(`no button ${how.press}: ${view.text}`);
    const body = new URLSearchParams(form.fields.map(({ name, value }) => [name, values[name] ?? value]));
    if (button?.name !== undefined) body.append(button.name, button.value);
    for (const [name, value] of Object.entries(how.forced ?? {})) body.set(name, value);
    const action = button?.action ?? form.action;
    if (form.method === 'GET') return load(`${action.split('?')[0]}?${body}`, { from: view });
    return load(action, { method: 'POST', body: body.toString(), from: view, headers: how.headers ?? {} });
  }

  return {
    jar,
    seen,
    load,
    settle,
    submit,
    cookies: (host) =>
      Object.fromEntries([...(jar.get(host) ?? [])].map(([name, { value }]) => [name, value] as const)),
    setCookie(host, name, value) {
      const cookies = jar.get(host) ?? new Map<string, Cookie>();
      jar.set(host, cookies.set(name, { value, path: '/', attributes: {}, ends: Number.POSITIVE_INFINITY }));
    },
    twin: () => userAgent(options, new Map([...jar].map(([host, cookies]) => [host, new Map(cookies)]))),
  };
}

const has = (fields: Form['fields'], name: string) => fields.some((field) => field.name === name);

const siteOf = (from: string, to: string) =>
  new URL(from).origin === new URL(to).origin ? 'same-origin' : 'cross-site';

/** `Origin` and `Referer` of a navigation: `Origin: null` where the page's policy is no-referrer (Fetch §3.1). */
function referrer(from: View | undefined, to: string, method: string): Record<string, string> {
  if (from === undefined) return {};
  const policy = from.headers.get('referrer-policy') ?? 'strict-origin-when-cross-origin';
  const origin = new URL(from.url).origin;
  const same = origin === new URL(to).origin;
  const hidden = policy === 'no-referrer' || (policy === 'same-origin' && !same);
  return {
    ...(method === 'GET' ? {} : { origin: hidden ? 'null' : origin }),
    ...(hidden ? {} : { referer: same && !policy.startsWith('strict-origin,') ? from.url : `${origin}/` }),
  };
}

function cookieHeader(jar: Jar, { hostname, pathname, protocol }: URL): string {
  return [...(jar.get(hostname) ?? [])]
    .filter(([, { path, attributes, ends }]) => {
      const there = pathname === path || pathname.startsWith(path.endsWith('/') ? path : `${path}/`);
      return there && ends > Date.now() && !('secure' in attributes && protocol !== 'https:');
    })
    .map(([name, { value }]) => `${name}=${value}`)
    .join('; ');
}

/** RFC 6265 §5.3, without domains: this server sets host cookies only. */
function keepCookie(jar: Jar, { hostname, pathname }: URL, line: string): void {
  const [pair = '', ...rest] = line.split(';').map((piece) => piece.trim());
  const name = pair.slice(0, pair.indexOf('='));
  const attributes = Object.fromEntries(
    rest.map((piece) => {
      const [key = '', ...value] = piece.split('=');
      return [key.toLowerCase(), value.join('=')] as const;
    }),
  );
  const age = attributes['max-age'];
  const ends = age !== undefined ? Date.now() + Number(age) * 1000 : Date.parse(attributes.expires ?? '');
  const cookies = jar.get(hostname) ?? new Map<string, Cookie>();
  jar.set(hostname, cookies);
  if (ends <= Date.now()) cookies.delete(name);
  else {
    const path = attributes.path ?? pathname.slice(0, Math.max(1, pathname.lastIndexOf('/')));
    const until = Number.isNaN(ends) ? Number.POSITIVE_INFINITY : ends;
    cookies.set(name, { value: pair.slice(pair.indexOf('=') + 1), path, attributes, ends: until });
  }
}

/** One request to this machine. */
export function ask(
  port: number,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body?: string,
): Promise<{ status: number; headers: Headers; setCookies: readonly string[]; html: string }> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, method, path, headers, agent: connections }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () => {
        const pairs = Object.entries(answer.headers).filter(([name]) => name !== 'set-cookie');
        resolve({
          status: answer.statusCode ?? 0,
          headers: new Headers(pairs.map(([name, value]) => [name, String(value)] as [string, string])),
          setCookies: answer.headers['set-cookie'] ?? [],
          html: Buffer.concat(chunks).toString('utf8'),
        });
      });
    });
    asked.on('error', reject);
    asked.end(body);
  });
}
