// `countersign explain [TOKEN|-] [--api IDENTIFIER] [--scope S]`: why an API refuses a token. Works on the store of this machine, or
// with --issuer at a server where `countersign login` was done. The token goes nowhere else; from stdin it is in no history either.

import { readFileSync } from 'node:fs';
import { readConfig, StartRefused } from '../config.ts';
import { presentedText } from '../domain/explaining/presented.ts';
import { defaultTenant } from '../domain/tenants/hosts.ts';
import { parseRequired } from '../oauth/scope.ts';
import type { TokenExplanation } from '../resources/index.ts';
import type { TenantHost } from '../schema/brand.ts';
import type { House } from '../server.ts';
import { claimsOf } from './claims.ts';
import { readFlags } from './flags.ts';
import { issuerFor, withPlace } from './place.ts';
import { remoteAt } from './remote.ts';

/** The explanation in lines for a person. */
export function explained({ cause, fix, evidence, token, scopes, issuance, notes, outcome }: TokenExplanation): string {
  const lines = [
    cause
      ? `${cause.title} (${cause.code}${cause.certainty === 'likely' ? ', likely' : ''})`
      : `The token is ${outcome}.`,
    ...(cause ? [`  ${cause.message}`] : []),
    ...(fix ? ['', `fix: ${fix.text}`] : []),
    ...(fix?.code ? [`  code:      ${fix.code}`] : []),
    ...(fix?.command ? [`  command:   ${fix.command}`] : []),
    ...(fix?.dashboard ? [`  dashboard: ${fix.dashboard}`] : []),
    '',
    `token: ${token.kind}, ${token.format}, ${token.issued_here ? 'issued here' : 'not issued here'}`,
    ...(token.client_id ? [`  client     ${token.client_name ?? ''} ${token.client_id}`] : []),
    ...evidence.map(({ name, value }) => `  ${name.padEnd(10)} ${value}`),
    ...(scopes.length > 0 ? ['scopes:'] : []),
    ...scopes.map(({ value, granted, because }) => `  ${granted ? 'has  ' : 'lacks'} ${value}: ${because}`),
    ...(issuance ? [`issued at ${issuance.date} (log event ${issuance.log_id}):`] : []),
    ...(issuance?.trace ?? []).map(
      ({ rule, because, dropped }) => `  ${rule}: ${because}${dropped ? ` (dropped: ${dropped.join(' ')})` : ''}`,
    ),
    ...notes.map((note) => `note: ${note}`),
  ];
  // What a stranger put into a token must not steer the terminal.
  return `${lines.map((line) => line.replace(/[\p{Cc}\p{Bidi_Control}]/gu, '?')).join('\n')}\n`;
}

/** What a JWT calls its issuer, if that is this tenant. The claim is believed for the address only. */
function ownIssuer({ hosts }: House, text: string): string | undefined {
  const iss = claimsOf(presentedText(text).token)?.iss;
  if (typeof iss !== 'string' || !/^https?:\/\/[^/?#@]+\/$/.test(iss)) return undefined;
  const url = URL.parse(iss);
  return url && hosts.tenantOf(url.host) === defaultTenant ? iss : undefined;
}

/** The command. @throws StartRefused */
export async function explain(args: string[]): Promise<void> {
  const { values, words, rest } = readFlags(args, ['api', 'scope', 'issuer']);
  const [word = '-'] = words;
  if (words.length > 1) throw new StartRefused('Give one token, or - to read it from standard input.');
  const text = (word === '-' ? readFileSync(0, 'utf8') : word).trim();
  const scopes = parseRequired(values.scope ?? '');
  if (text === '') throw new StartRefused('There is no token: countersign explain TOKEN, or pipe it in.');
  if (!scopes) throw new StartRefused('--scope has a character that no scope has.');
  const { api: audience } = values;
  const remote =
    values.issuer === undefined ? undefined : await remoteAt(issuerFor(readConfig(rest, process.env), values.issuer));
  const explanation = remote
    ? ((await remote('POST', '/tokens/explain', {
        token: text,
        audience,
        scope: scopes.join(' '),
      })) as TokenExplanation)
    : await withPlace(rest, values.issuer, ({ house, ...place }) => {
        // Nobody said by which name the API knows the server: as the token does, if that is one of its names.
        const named = values.issuer === undefined ? ownIssuer(house, text) : undefined;
        const issuer = named ?? place.issuer;
        const host = new URL(issuer).host as TenantHost;
        return house.explainer({
          tenant: defaultTenant,
          host,
          issuer,
          now: house.now(),
          token: text,
          audience,
          scopes,
        });
      });
  process.stdout.write(explained(explanation));
}
