// Words that explanations share: spans of time, how a client would ask for the right token, and where things are set.

import { apiPage, applicationPage } from '../../resources/index.ts';
import { managementIdentifier } from '../tenants/system-apis.ts';
import { type AskedApi, claim, type Facts, type Found } from './facts.ts';

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

const standIn = 'IDENTIFIER-OF-THE-API';

/** The identifier that a right token would be asked for with; a stand-in where nobody said which API it is. */
export function wantedAudience({ asked, named }: Facts): string {
  if (asked?.kind !== 'api') return standIn;
  if (asked.facts) return asked.identifier;
  if (asked.similar[0] !== undefined) return asked.similar[0];
  if (!asked.instead) return asked.identifier.trim();
  return asked.instead.meant?.identifier ?? [...named.keys()][0] ?? standIn;
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

/** Whether the token was made for a machine, as far as anybody knows; only for choosing words. */
export function isMachine(facts: Facts): boolean {
  const { client, user } = facts;
  if (client?.facts) return client.facts.grantTypes.has('client_credentials') && user === undefined;
  return claim(facts, 'gty') === 'client-credentials' || claim(facts, 'sub')?.endsWith('@clients') === true;
}

/** How `countersign test login` can sign in as this client: only where the answer may come back to this machine. */
function loopback({ client }: Facts): string | undefined {
  const found = client?.facts?.callbacks.flatMap((one) => {
    const [match, port] = /^http:\/\/127\.0\.0\.1(?::(\d+))?\/callback$/.exec(one) ?? [];
    return match === undefined ? [] : [port === undefined ? '' : ` --callback-port ${port}`];
  })[0];
  return found === undefined || !client ? undefined : ` --client ${shell(client.id)}${found}`;
}

/** What `countersign` takes for granted; another issuer has to be said, or tokens name one that the API does not trust. */
const usualIssuer = 'http://localhost:4000/';

/** How to get a token for the asked API, for a user or for a machine. */
export function askAgain(facts: Facts, text: string, scopes = facts.wanted): Found['fix'] {
  const { client, asked } = facts;
  const toUserinfo = asked?.kind === 'userinfo';
  const machine = isMachine(facts) && !toUserinfo;
  const wanted = [...new Set([...(machine ? [] : ['openid']), ...scopes])];
  const audience = wantedAudience(facts);
  const words = [
    machine ? 'countersign test token' : 'countersign test login',
    ...(toUserinfo ? [] : [`--audience ${shell(audience)}`]),
    ...(scopes.length > 0 || toUserinfo ? [`--scope ${shell(wanted.join(' '))}`] : []),
    ...(facts.issuer === usualIssuer ? [] : [`--issuer ${shell(facts.issuer)}`]),
  ];
  const [what = '', ...rest] = words;
  const who = machine ? (client?.facts ? ` --client ${shell(client.id)}` : '') : (loopback(facts) ?? '');
  const command = [`${what}${who}`, ...rest].join(' ');
  const asScope = `scope: ${JSON.stringify(wanted.join(' '))}`;
  const code = toUserinfo
    ? `authorizationParams: { ${asScope} }`
    : machine
      ? `audience: ${JSON.stringify(audience)}, // in the request to /oauth/token`
      : `authorizationParams: { audience: ${JSON.stringify(audience)}${scopes.length > 0 ? `, ${asScope}` : ''} }`;
  return { text, command, code, ...pageOf(facts) };
}

/** A call of the Management API as a command, and how to get the token that it needs. */
export function byManagementApi(facts: Facts, method: string, path: string, body: object, scope: string) {
  const { issuer, host } = facts;
  const headers = '-H "authorization: Bearer $TOKEN" -H "content-type: application/json"';
  const where = issuer === usualIssuer ? '' : ` --issuer ${shell(issuer)}`;
  return {
    command: `curl -X ${method} ${shell(`${issuer}api/v2/${path}`)} ${headers} -d ${shell(JSON.stringify(body))}`,
    how: `. In the command, TOKEN is one of the Management API with ${scope}: countersign test token --audience ${shell(managementIdentifier(host))}${where}`,
  };
}

/** The page where the asked API, or else the client, is set up. */
export function pageOf({ asked, client }: Facts, tab: Parameters<typeof apiPage>[1] = 'settings') {
  const api = asked?.kind === 'api' ? (asked.facts ?? asked.instead?.meant) : undefined;
  if (api) return { dashboard: apiPage(api.id, tab) };
  return client?.facts ? { dashboard: applicationPage(client.id) } : {};
}
