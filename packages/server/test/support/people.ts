// People, clients that sign them in, and APIs, made through the Management API as an administrator would.

import type { Site } from './running.ts';

export const connection = 'Username-Password-Authentication';
/** Good enough for every strength level. */
export const goodPassword = 'Correct-Horse-9-Battery';

export interface Person {
  readonly userId: string;
  readonly email: string;
  readonly password: string;
}

export interface Client {
  readonly id: string;
  readonly secret: string | undefined;
  /** Its first callback. */
  readonly callback: string;
  readonly record: Readonly<Record<string, unknown>>;
}

export interface Api {
  readonly id: string;
  readonly audience: string;
  readonly record: Readonly<Record<string, unknown>>;
}

/** A site at which people can be made. */
export interface PeopledSite extends Site {
  /** A user of the built-in database. Members are those of `POST /api/v2/users`. */
  user(more?: Readonly<Record<string, unknown>>): Promise<Person>;
  /** A confidential web application: code, implicit and refresh grants, one https callback. */
  webClient(more?: Readonly<Record<string, unknown>>): Promise<Client>;
  /** A public client (single-page or native app). */
  publicClient(more?: Readonly<Record<string, unknown>>): Promise<Client>;
  /** An API with `read:patients` and `write:patients`. First-party clients need no consent unless told otherwise. */
  api(more?: Readonly<Record<string, unknown>>): Promise<Api>;
  /** Changes tenant settings. */
  tenant(patch: Readonly<Record<string, unknown>>): Promise<void>;
}

let made = 0;

/** Adds the makers to a site. Each throws when the server refuses. */
export function peopled<S extends Site>(site: S): S & PeopledSite {
  const post = async (path: string, body: object) => {
    const reply = await site.manage('POST', path, body);
    if (reply.status !== 201) throw new Error(`POST ${path}: ${reply.status} ${reply.text}`);
    return reply.body;
  };
  const client = async (draft: Readonly<Record<string, unknown>>): Promise<Client> => {
    const record = await post('/clients', draft);
    return {
      id: record.client_id,
      secret: record.token_endpoint_auth_method === 'none' ? undefined : record.client_secret,
      callback: record.callbacks?.[0] ?? '',
      record,
    };
  };
  return {
    ...site,
    async user(more = {}) {
      const email = `person-${++made}@people.example.com`;
      const password = typeof more.password === 'string' ? more.password : goodPassword;
      const record = await post('/users', { connection, email, email_verified: true, ...more, password });
      return { userId: record.user_id, email: record.email ?? email, password };
    },
    webClient: (more = {}) => {
      const host = `app-${++made}.example.com`;
      return client({
        name: `Web application ${made}`,
        app_type: 'regular_web',
        callbacks: [`https://${host}/callback`],
        allowed_logout_urls: [`https://${host}/`],
        web_origins: [`https://${host}`],
        grant_types: ['authorization_code', 'implicit', 'refresh_token'],
        token_endpoint_auth_method: 'client_secret_post',
        oidc_conformant: true,
        jwt_configuration: { alg: 'RS256' },
        ...more,
      });
    },
    publicClient: (more = {}) => {
      const host = `spa-${++made}.example.com`;
      return client({
        name: `Public client ${made}`,
        app_type: 'spa',
        callbacks: [`https://${host}/callback`],
        allowed_logout_urls: [`https://${host}/`],
        web_origins: [`https://${host}`],
        grant_types: ['authorization_code', 'implicit', 'refresh_token'],
        token_endpoint_auth_method: 'none',
        oidc_conformant: true,
        jwt_configuration: { alg: 'RS256' },
        ...more,
      });
    },
    async api(more = {}) {
      const audience = `https://patients-${++made}.example.com/`;
      const record = await post('/resource-servers', {
        name: `API ${made}`,
        identifier: audience,
        signing_alg: 'RS256',
        scopes: ['read:patients', 'write:patients'].map((value) => ({ value, description: `May ${value}` })),
        skip_consent_for_verifiable_first_party_clients: true,
        ...more,
      });
      return { id: record.id, audience: record.identifier, record };
    },
    async tenant(patch) {
      const reply = await site.manage('PATCH', '/tenants/settings', patch);
      if (reply.status !== 200) throw new Error(`PATCH /tenants/settings: ${reply.status} ${reply.text}`);
    },
  };
}
