// What a person reads after the start: URLs that work, and commands that can be pasted.

import type { Config } from '../config.ts';
import type { RunningDemo } from '../demo.ts';
import type { Prepared } from '../seed/prepare.ts';

export interface BannerFacts {
  readonly config: Config;
  readonly port: number;
  readonly httpsPort: number | undefined;
  readonly caPath: string | undefined;
  readonly prepared: Prepared;
  readonly demo: RunningDemo | undefined;
  /** Whether mails are caught and shown. */
  readonly mailbox: boolean;
}

/** A word for a POSIX shell. */
export function quoted(word: string): string {
  return /^[\w./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

function adminLines({ prepared, port, config }: BannerFacts): string[] {
  const { admin } = prepared;
  if (!admin) return [];
  const host = config.domain[0] ?? `localhost:${port}`;
  return [
    'Management API client (shown once; keep the secret):',
    `  client_id      ${admin.clientId}`,
    `  client_secret  ${admin.clientSecret}`,
    `  audience       https://${host}/api/v2/`,
    '',
  ];
}

function dashboardLines({ prepared, port, config }: BannerFacts): string[] {
  if (!config.dashboard) return [];
  const [domain] = config.domain;
  const at = domain === undefined ? `http://localhost:${port}` : `https://${domain}`;
  if (prepared.setupTicket === undefined) return ['Dashboard:', '', `  ${at}/dashboard`, ''];
  return [
    'Dashboard. Make its first administrator here (the link works once, for 24 hours):',
    '',
    `  ${at}/dashboard/setup?ticket=${prepared.setupTicket}`,
    '',
  ];
}

function machineLines({ port, demo }: BannerFacts): string[] {
  if (!demo) return [];
  const form = [
    'grant_type=client_credentials',
    `client_id=${demo.machine.clientId}`,
    `client_secret=${demo.machine.clientSecret}`,
    `audience=${demo.audience}`,
  ];
  return [
    'Get an access token for the demo API, as a machine:',
    '',
    `  TOKEN=$(curl -s http://localhost:${port}/oauth/token ${form.map((pair) => `-d ${quoted(pair)}`).join(' ')} | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')`,
    '',
    'Call the API with it:',
    '',
    `  curl -s http://localhost:${demo.apiPort}/patients -H "Authorization: Bearer $TOKEN"`,
    '',
    '(/admin wants read:admin, which the demo client does not have: the answer, and the log here, say why.)',
    '',
  ];
}

/** Settings of an example, where this server is not at the ports that it takes for granted. */
function elsewhere(port: number, apiPort: number): string {
  return [
    ...(port === 4000 ? [] : [`ISSUER=http://localhost:${port}/ `]),
    ...(apiPort === 4001 ? [] : [`API_URL=http://localhost:${apiPort}/patients `]),
  ].join('');
}

function peopleLines({ port, demo }: BannerFacts): string[] {
  if (demo?.appPort === undefined) return [];
  const { nativeApp, user, webApp } = demo;
  const more = elsewhere(port, demo.apiPort);
  const examples = [
    ...(webApp
      ? [`${more}CLIENT_ID=${webApp.clientId} CLIENT_SECRET=${webApp.clientSecret} npm run example -- web-app`]
      : []),
    ...(nativeApp === undefined ? [] : [`${more}CLIENT_ID=${nativeApp} npm run example -- native-app`]),
  ];
  const inCheckout = import.meta.url.endsWith('.ts');
  return [
    'Sign in as a person, in a browser, at the single-page app:',
    '',
    `  app      http://localhost:${demo.appPort}/`,
    ...(user ? [`  user     ${user.email}`, `  password ${user.password}`] : []),
    '',
    ...(inCheckout && examples.length > 0
      ? ['The same user signs in at these, without a second password:', '', ...examples.map((line) => `  ${line}`), '']
      : []),
  ];
}

function localLines({ port, httpsPort, demo, mailbox }: BannerFacts): string[] {
  return [
    `  http     http://localhost:${port}/`,
    ...(httpsPort === undefined ? [] : [`  https    https://localhost:${httpsPort}/`]),
    `  issuer   http://localhost:${port}/ (it follows the host of the request)`,
    `  keys     http://localhost:${port}/.well-known/jwks.json`,
    `  API      http://localhost:${port}/api/v2/openapi.json`,
    ...(mailbox ? [`  mail     http://localhost:${port}/dev/mailbox (catches every mail; nothing is sent)`] : []),
    ...(demo ? [`  demo API http://localhost:${demo.apiPort}/`] : []),
  ];
}

function publicLines({ config, port, httpsPort }: BannerFacts): string[] {
  const [domain] = config.domain;
  return [
    `  hosts    ${config.domain.join(', ')} (every other host, localhost too, gets 404)`,
    `  ports    ${port} (http)${httpsPort === undefined ? '' : `, ${httpsPort} (https)`}`,
    `  issuer   https://${domain}/`,
    `  check    curl -s -H 'Host: ${domain}' http://localhost:${port}/.well-known/openid-configuration`,
    ...(httpsPort === undefined && config['trusted-proxies'].length === 0
      ? [
          '',
          '  No https and no --trusted-proxies: requests will be taken for plain http, and the issuer will say http.',
        ]
      : []),
  ];
}

/** The text of the start. */
export function banner(facts: BannerFacts): string {
  const { config, caPath } = facts;
  const lines = [
    '',
    'Countersign is running.',
    '',
    ...(config.domain.length > 0 ? publicLines(facts) : localLines(facts)),
    '',
    ...(caPath === undefined
      ? []
      : ['Let Node programs trust the https address:', '', `  export NODE_EXTRA_CA_CERTS=${quoted(caPath)}`, '']),
    ...dashboardLines(facts),
    ...adminLines(facts),
    ...peopleLines(facts),
    ...machineLines(facts),
    'Stop with Ctrl-C. The settings: countersign help (in a checkout: npm run countersign -- help).',
    '',
  ];
  return lines.join('\n');
}
