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

/** The text of the start. */
export function banner(facts: BannerFacts): string {
  const { config, port, httpsPort, caPath, demoPort } = facts;
  const name = config.domain[0] ?? `localhost:${port}`;
  const lines = [
    '',
    'Countersign is running.',
    '',
    `  http     http://localhost:${port}/`,
    ...(httpsPort === undefined ? [] : [`  https    https://localhost:${httpsPort}/`]),
    `  issuer   ${config.domain[0] ? `https://${name}/` : `http://${name}/ (it follows the host of the request)`}`,
    `  keys     http://localhost:${port}/.well-known/jwks.json`,
    `  API      http://localhost:${port}/api/v2/openapi.json`,
    ...(demoPort === undefined ? [] : [`  demo API http://localhost:${demoPort}/`]),
    '',
    ...(caPath === undefined
      ? []
      : ['Let Node programs trust the https address:', '', `  export NODE_EXTRA_CA_CERTS=${quoted(caPath)}`, '']),
    ...adminLines(facts),
    ...demoLines(facts),
    'Stop with Ctrl-C. "countersign help" lists the settings.',
    '',
  ];
  return lines.join('\n');
}
