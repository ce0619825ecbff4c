// What a test does with a server that runs, wherever it does: requests, the Management API as its administrator, tokens.

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: an answer's JSON, read by assertions
  readonly body: any;
}

export interface Site {
  /** `http://localhost:PORT` */
  readonly base: string;
  readonly issuer: string;
  readonly host: string;
  readonly httpsPort: number | undefined;
  readonly caPath: string | undefined;
  readonly admin: { readonly clientId: string; readonly clientSecret: string };
  readonly data: string;
  readonly database: string | undefined;
  send(
    method: string,
    path: string,
    init?: { headers?: Record<string, string>; body?: string | Buffer },
  ): Promise<Reply>;
  /** Management API as the administrator. */
  manage(method: string, path: string, body?: unknown): Promise<Reply>;
  /** POST /oauth/token as a form. */
  token(params: Record<string, string>, headers?: Record<string, string>): Promise<Reply>;
  /** A machine client with a client grant for an API; both made on the way. */
  machine(options?: { scopes?: string[]; granted?: string[]; api?: object; client?: object }): Promise<Machine>;
}

export interface Machine {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly audience: string;
  readonly api: Record<string, unknown>;
  readonly grantId: string;
}

/** The machine client that may do everything, made by the environment of the server. */
export const admin = {
  clientId: 'test-administrator',
  clientSecret: 'test-administrator-secret-of-64-chars-0123456789abcdefghijklmnop',
};
let made = 0;

async function exchange(url: string, init: RequestInit): Promise<Reply> {
  const response = await fetch(url, { redirect: 'manual', ...init });
  const text = await response.text();
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    body = undefined;
  }
  return { status: response.status, headers: response.headers, text, body };
}

/** The calls of a site that listens at `base`. */
export function siteAt(base: string, facts: Pick<Site, 'httpsPort' | 'caPath' | 'data' | 'database'>): Site {
  const host = new URL(base).host;
  let token: Promise<string> | undefined;
  const send: Site['send'] = (method, path, init = {}) =>
    exchange(`${base}${path}`, {
      method,
      headers: init.headers ?? {},
      ...(init.body === undefined ? {} : { body: init.body as string }),
    });
  const form: Site['token'] = (params, headers = {}) =>
    send('POST', '/oauth/token', {
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: new URLSearchParams(params).toString(),
    });
  const adminToken = async () => {
    const reply = await form({
      grant_type: 'client_credentials',
      client_id: admin.clientId,
      client_secret: admin.clientSecret,
      audience: `https://${host}/api/v2/`,
    });
    if (reply.status !== 200) throw new Error(`no administrator token: ${reply.status} ${reply.text}`);
    return reply.body.access_token as string;
  };
  const manage: Site['manage'] = async (method, path, body) => {
    const once = async () => {
      token ??= adminToken().catch((error: unknown) => {
        // The next call may find the server well again.
        token = undefined;
        throw error;
      });
      return send(method, `/api/v2${path}`, {
        headers: {
          authorization: `Bearer ${await token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    };
    const reply = await once();
    if (reply.status !== 401) return reply;
    // The key that signed the administrator's token may have been revoked by the test.
    token = undefined;
    return once();
  };
  const must = async (path: string, body: object) => {
    const reply = await manage('POST', path, body);
    if (reply.status !== 201) throw new Error(`POST ${path}: ${reply.status} ${reply.text}`);
    return reply.body;
  };
  return {
    base,
    issuer: `${base}/`,
    host,
    admin,
    ...facts,
    send,
    manage,
    token: form,
    async machine(options = {}) {
      const scopes = options.scopes ?? ['read:x', 'write:x'];
      const audience = `https://api-${++made}.example.com/`;
      const api = await must('/resource-servers', {
        name: `API ${made}`,
        identifier: audience,
        scopes: scopes.map((value) => ({ value })),
        ...options.api,
      });
      const client = await must('/clients', {
        name: `Machine ${made}`,
        app_type: 'non_interactive',
        grant_types: ['client_credentials'],
        ...options.client,
      });
      const grant = await must('/client-grants', {
        client_id: client.client_id,
        audience,
        scope: options.granted ?? scopes,
      });
      return { clientId: client.client_id, clientSecret: client.client_secret, audience, api, grantId: grant.id };
    },
  };
}
