// The ways of old Auth0 that are no more (auth0-behaviour §41): how each is refused, and what takes its place. The answers and the
// page that they link to are made of this list.

export interface LegacyRow {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Of the heading on our page. */
  readonly anchor: string;
  readonly status: 400 | 404;
  readonly error: 'invalid_request' | 'endpoint_disabled';
  readonly description: string;
  /** For a developer, in a sentence or two. */
  readonly instead: string;
  /** The request that takes its place. */
  readonly example: string;
  /** Auth0's code of the log event: `fd` a delegation that failed, `depnote` what is deprecated. */
  readonly event: 'fd' | 'depnote';
}

const off = (what: string) =>
  ({ status: 404, error: 'endpoint_disabled', description: `${what} is not available`, event: 'depnote' }) as const;
const conformant = (path: string) =>
  ({
    status: 400,
    error: 'invalid_request',
    description: `OIDC conformant clients cannot use ${path}`,
    event: 'depnote',
  }) as const;

const password = {
  anchor: 'passwords',
  instead:
    'Let people log in on the login page with the authorization code flow. Where that is impossible, the password grant of /oauth/token does the same for clients that may use it.',
  example:
    'POST /oauth/token grant_type=password client_id=... username=... password=... audience=https://api.example.com/',
};
const ssodata = {
  anchor: 'sessions',
  instead: 'Ask for a login without a page: the answer is a code, or login_required where there is no session.',
  example: 'GET /authorize?prompt=none&response_type=code&client_id=...&redirect_uri=...&scope=openid',
};

/** Every endpoint that is refused so. */
export const legacy: readonly LegacyRow[] = [
  { method: 'POST', path: '/oauth/ro', ...conformant('/oauth/ro'), ...password },
  {
    method: 'POST',
    path: '/oauth/access_token',
    ...conformant('/oauth/access_token'),
    anchor: 'social',
    instead: 'Let people log in through the login page; a token of a social network is not exchanged directly.',
    example:
      'GET /authorize?response_type=code&client_id=...&redirect_uri=...&scope=openid&audience=https://api.example.com/',
  },
  {
    method: 'POST',
    path: '/delegation',
    ...off('Delegation'),
    event: 'fd',
    anchor: 'delegation',
    instead:
      'No token is swapped for another. Every application is a client of its own and every service an API of its own: an application asks for a token for the API that it calls, and a service that calls another one does so as itself.',
    example:
      'POST /oauth/token grant_type=client_credentials client_id=SERVICE client_secret=... audience=https://other-api.example.com/',
  },
  {
    method: 'POST',
    path: '/tokeninfo',
    ...off('Token information'),
    anchor: 'tokeninfo',
    instead:
      'A client verifies its ID token by itself, with the key set. Who a user is, is asked with an access token. An API that wants to know whether an access token is good at this moment introspects it.',
    example: 'GET /userinfo with Authorization: Bearer ACCESS_TOKEN',
  },
  { method: 'GET', path: '/user/ssodata', ...off('SSO data'), ...ssodata },
  { method: 'GET', path: '/ssodata', ...off('SSO data'), ...ssodata },
  {
    method: 'POST',
    path: '/passwordless/verify',
    ...off('The old verification of one-time codes'),
    anchor: 'passwordless',
    instead: 'Let people log in through the login page.',
    example: 'GET /authorize?response_type=code&client_id=...&redirect_uri=...&scope=openid',
  },
  {
    method: 'POST',
    path: '/users/:id/impersonate',
    ...off('Impersonation'),
    anchor: 'impersonation',
    instead:
      'Nobody logs in as somebody else. Support staff get permissions of their own at the API, and act as themselves.',
    example: 'POST /api/v2/users/STAFF/permissions',
  },
  {
    method: 'POST',
    path: '/login/unlink',
    ...off('Unlinking by a form'),
    anchor: 'identities',
    instead: 'The identities of users are changed through the Management API.',
    example: 'GET /api/v2/users/ID',
  },
];
