// Words that explanations share: spans of time, how a client would ask for the right token, and where things are set.

import { apiPage, applicationPage } from '../../resources/index.ts';
import type { AskedApi, Facts, Found } from './facts.ts';

/** A span in words: `40 s`, `3 min`, `2 h`, `5 days`. */
export function span(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 120) return `${whole} s`;
  if (whole < 7200) return `${Math.round(whole / 60)} min`;
  return whole < 172_800 ? `${Math.round(whole / 3600)} h` : `${Math.round(whole / 86_400)} days`;
}

/** Seconds since an instant of the log. */
export function since(facts: Facts, date: string): number {
  return (facts.now - Date.parse(date)) / 1000;
}

/** The identifier that a right token would be asked for with; a stand-in where nobody said which API it is. */
export function wantedAudience({ asked }: Facts): string {
  return asked?.kind === 'api'
    ? asked.facts
      ? asked.identifier
      : (asked.similar[0] ?? asked.identifier)
    : 'IDENTIFIER-OF-THE-API';
}

/** An argument of a shell, quoted where it needs to be. */
export function shell(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The name of a client for a sentence. */
export function clientName({ client }: Facts): string {
  if (!client) return 'a client';
  return client.facts?.name ? `the application ${client.facts.name} (${client.id})` : `the client ${client.id}`;
}

/** The name of the asked API for a sentence. */
export function apiName(asked: AskedApi | undefined): string {
  if (!asked) return 'the API';
  if (asked.kind === 'userinfo') return '/userinfo';
  return asked.facts ? `the API ${asked.facts.name} (${asked.identifier})` : `the API ${asked.identifier}`;
}

/** How to get a token for the asked API, for a user or for a machine. */
export function askAgain(facts: Facts, text: string, scopes = facts.wanted): Found['fix'] {
  const audience = wantedAudience(facts);
  const { client } = facts;
  const machine = client?.facts?.grantTypes.has('client_credentials') === true && facts.user === undefined;
  const scope = scopes.length > 0 ? ` --scope ${shell(scopes.join(' '))}` : '';
  const who = client?.facts ? ` --client ${shell(client.id)}` : '';
  const command = machine
    ? `countersign test token${who} --audience ${shell(audience)}${scope}`
    : `countersign test login${who} --audience ${shell(audience)}${scope}`;
  const asked = scopes.length > 0 && !machine ? `, scope: ${JSON.stringify(`openid ${scopes.join(' ')}`)}` : '';
  const code = machine
    ? `audience: ${JSON.stringify(audience)}, // in the request to /oauth/token`
    : `authorizationParams: { audience: ${JSON.stringify(audience)}${asked} }`;
  return { text, command, code, ...pageOf(facts) };
}

/** The page where the asked API, or else the client, is set up. */
export function pageOf({ asked, client }: Facts, tab: Parameters<typeof apiPage>[1] = 'settings') {
  if (asked?.kind === 'api' && asked.facts) return { dashboard: apiPage(asked.facts.id, tab) };
  return client?.facts ? { dashboard: applicationPage(client.id) } : {};
}
