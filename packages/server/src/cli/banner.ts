// What a person reads after the start: URLs that work, and commands that can be pasted.

import type { Config } from '../config.ts';
import type { Prepared } from '../seed/prepare.ts';

export interface BannerFacts {
  readonly config: Config;
  readonly port: number;
  readonly httpsPort: number | undefined;
  readonly caPath: string | undefined;
  readonly prepared: Prepared;
  readonly demoPort: number | undefined;
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

function demoLines({ prepared, port, demoPort }: BannerFacts): string[] {
  const { demo } = prepared;
  if (!demo || demoPort === undefined) return [];
  const form = [
    'grant_type=client_credentials',
    `client_id=${demo.clientId}`,
    `client_secret=${demo.clientSecret}`,
    `audience=${demo.audience}`,
  ];
  return [
    'Get an access token for the demo API, as a machine:',
    '',
    `  TOKEN=$(curl -s http://localhost:${port}/oauth/token ${form.map((pair) => `-d ${quoted(pair)}`).join(' ')} | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')`,
    '',
    'Call the API with it:',
    '',
    `  curl -s http://localhost:${demoPort}/patients -H "Authorization: Bearer $TOKEN"`,
    '',
    '(/admin wants read:admin, which the demo client does not have: the answer, and the log here, say why.)',
    '',
  ];
}

function localLines({ port, httpsPort, demoPort }: BannerFacts): string[] {
  return [
    `  http     http://localhost:${port}/`,
    ...(httpsPort === undefined ? [] : [`  https    https://localhost:${httpsPort}/`]),
    `  issuer   http://localhost:${port}/ (it follows the host of the request)`,
    `  keys     http://localhost:${port}/.well-known/jwks.json`,
    `  API      http://localhost:${port}/api/v2/openapi.json`,
    ...(demoPort === undefined ? [] : [`  demo API http://localhost:${demoPort}/`]),
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
    ...adminLines(facts),
    ...demoLines(facts),
    'Stop with Ctrl-C. The settings: countersign help (in a checkout: npm run countersign -- help).',
    '',
  ];
  return lines.join('\n');
}
