// Every setting, declared once: its flag, its environment variable, its type, its default and what it is for.
// `countersign help` and docs/settings.md are made from this list, so neither can be wrong.

import { parseArgs } from 'node:util';
import { type EndpointRate, ratesWith, readRate } from './domain/limits/rates.ts';
import { isSender, readSmtpUrl, type SmtpServer } from './domain/messages/provider.ts';

interface Setting<T> {
  /** Shown in the help after the flag. */
  readonly value: string;
  readonly about: string;
  readonly fallback: T;
  /** Turns text into the value; a string is what is wrong with it. */
  readonly read: (text: string) => { readonly ok: T } | string;
  /** A secret comes from the environment only: a flag would stand in the process list. */
  readonly environmentOnly?: boolean;
}

const text = (value: string, fallback: string, about: string): Setting<string> => ({
  value,
  about,
  fallback,
  read: (x) => ({ ok: x }),
});
const optionalText = (value: string, about: string): Setting<string | undefined> => ({
  value,
  about,
  fallback: undefined,
  read: (x) => ({ ok: x }),
});
const secret = (about: string): Setting<string | undefined> => ({
  ...optionalText('SECRET', about),
  environmentOnly: true,
});
const list = (value: string, about: string): Setting<readonly string[]> => ({
  value,
  about,
  fallback: [],
  read: (x) => ({
    ok: x
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== ''),
  }),
});
const whole = (value: string, fallback: number, least: number, most: number, about: string): Setting<number> => ({
  value,
  about,
  fallback,
  read: (x) =>
    /^\d{1,9}$/.test(x) && Number(x) >= least && Number(x) <= most
      ? { ok: Number(x) }
      : `must be a whole number from ${least} to ${most}`,
});
const port = (fallback: number, about: string) => whole('PORT', fallback, 0, 65_535, about);
const portOrOff = (fallback: number, about: string): Setting<number | 'off'> => ({
  value: 'PORT|off',
  about,
  fallback,
  read: (x) => (x === 'off' ? { ok: 'off' } : port(fallback, about).read(x)),
});
const oneOf = <const T extends readonly string[]>(
  values: T,
  fallback: T[number],
  about: string,
): Setting<T[number]> => ({
  value: values.join('|'),
  about,
  fallback,
  read: (x) => (values.includes(x) ? { ok: x } : `must be one of ${values.join(', ')}`),
});
const rates = (about: string): Setting<readonly EndpointRate[]> => ({
  value: 'NAME=RATE,...',
  about,
  fallback: [],
  read(x) {
    const read = x.split(',').map((item) => readRate(item.trim()));
    const wrong = read.find((one) => typeof one === 'string');
    return wrong ?? { ok: read.filter((one) => typeof one !== 'string') };
  },
});
const flag = (fallback: boolean, about: string): Setting<boolean> => ({
  value: '',
  about,
  fallback,
  read: (x) =>
    /^(true|1|yes)$/i.test(x) ? { ok: true } : /^(false|0|no)$/i.test(x) ? { ok: false } : 'must be true or false',
});

/** The settings by name; the flag is `--name`, the variable `COUNTERSIGN_NAME`. */
export const settings = {
  port: port(4000, 'Port for plain HTTP; 0 takes any free one'),
  'https-port': portOrOff(
    4443,
    'Port for HTTPS with a development certificate of our own; official SDKs insist on https',
  ),
  host: text('ADDRESS', '127.0.0.1', 'Address to listen on; 0.0.0.0 for all'),
  data: text('FOLDER', './data', 'Folder of the embedded database, the key file and the development certificates'),
  database: optionalText(
    'URL',
    'postgres://user:password@host/name; the embedded SQLite database in the data folder if absent',
  ),
  domain: list(
    'HOST,...',
    'Public hosts of the default tenant, e.g. auth.example.com; localhost is served only if none is given',
  ),
  'trusted-proxies': list(
    'ADDRESS,...',
    'Addresses or CIDR ranges of proxies whose X-Forwarded-For, -Proto and -Host are believed',
  ),
  'allow-outbound': list(
    'HOST,...',
    'Hosts, addresses or CIDR ranges that the server may call although they are not public, named hosts also without TLS: for back-channel logout and mail inside your network',
  ),
  'rate-limits': oneOf(
    ['auto', 'on', 'off'],
    'auto',
    'Whether endpoints may be asked only so often; auto is off where only this machine is served (loopback, no domain, no proxy)',
  ),
  'rate-limit': rates(
    'Other numbers for rows of the table in docs/attack-protection.md, e.g. token=30/s,userinfo=10:5/min (BURST:COUNT/UNIT)',
  ),
  tenant: optionalText(
    'FILE',
    'Tenant file (YAML, the format of auth0-deploy-cli) to seed from; may be given at every start',
  ),
  demo: flag(
    true,
    'At the first start, create a demo API, clients and a user; serve the demo API and a single-page app (--no-demo: nothing of it)',
  ),
  'demo-port': port(4001, 'Port of the demo API'),
  'demo-app-port': port(4002, 'Port of the demo single-page app'),
  'smtp-url': {
    value: 'URL',
    about:
      'Mail server of tenants that have set none: smtp://user:password@host:587 (STARTTLS), smtps://host:465, or smtp://host:25?tls=off for a relay on this machine',
    fallback: undefined,
    environmentOnly: true,
    read: readSmtpUrl,
  } satisfies Setting<SmtpServer | undefined> as Setting<SmtpServer | undefined>,
  'mail-from': {
    value: 'ADDRESS',
    about: 'Sender of mails that leave by it; no-reply at the public host if absent',
    fallback: undefined,
    read: (x) => (isSender(x) ? { ok: x } : 'must be an email address'),
  } satisfies Setting<string | undefined> as Setting<string | undefined>,
  'dev-mailbox': oneOf(
    ['auto', 'on', 'off'],
    'auto',
    'Mailbox at /dev/mailbox that catches mails which nothing can send; auto: while it listens on this machine only, without public hosts or proxies',
  ),
  metrics: oneOf(
    ['local', 'all', 'off'],
    'local',
    'Who may read /metrics: this machine, everybody who reaches the port, nobody',
  ),
  'log-level': oneOf(['debug', 'info', 'warn', 'error', 'silent'], 'info', 'Least severity of the process log'),
  'log-retention-days': whole('DAYS', 30, 1, 3650, 'How long tenant log events are kept'),
  'drain-ms': whole('MS', 500, 0, 60_000, 'After SIGTERM, how long /ready says no before connections are refused'),
  'allow-unsafe-database': flag(
    false,
    'Accept a PostgreSQL that may lose acknowledged writes (synchronous_commit or fsync off)',
  ),
  'master-key': secret(
    '32 bytes, base64 or hex, that encrypt secrets at rest; a key file in the data folder if absent',
  ),
  'admin-client-id': optionalText(
    'ID',
    'Client that may do everything at the Management API; created or updated at start',
  ),
  'admin-client-secret': secret('Its secret'),
  dashboard: flag(
    true,
    'Serve the dashboard at /dashboard, and keep its client and the role of its administrators (--no-dashboard: nothing of it)',
  ),
  'admin-email': optionalText(
    'ADDRESS',
    'First administrator of the dashboard, a user of the default database; created at start if there is none, never changed',
  ),
  'admin-password': secret('The password with which it is created'),
} as const;

type ValueOf<S> = S extends Setting<infer T> ? T : never;
export type Config = { readonly [K in keyof typeof settings]: ValueOf<(typeof settings)[K]> };

/** The program cannot start or go on as asked; the message is one sentence for the operator that says what to do. */
export class StartRefused extends Error {
  override readonly name = 'StartRefused';
}

/**
 * Whether this is a server for its own machine: it listens on loopback only, and no public host or proxy is named. Then
 * nothing is in a developer's way that protects the public: rate limits of endpoints are off, and mail goes to a mailbox here.
 * A public host behind a proxy on this machine is no development, since it needs a `domain`. Pure.
 */
export function isDevelopment(config: Pick<Config, 'host' | 'domain' | 'trusted-proxies'>): boolean {
  const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/i.test(config.host);
  return loopback && config.domain.length === 0 && config['trusted-proxies'].length === 0;
}

/** The rates that endpoints are held to; none where they are switched off. Pure. */
export function ratesOf(config: Config): readonly EndpointRate[] {
  const on = config['rate-limits'] === 'on' || (config['rate-limits'] === 'auto' && !isDevelopment(config));
  return on ? ratesWith(config['rate-limit']) : [];
}

/** `log-level` -> `COUNTERSIGN_LOG_LEVEL`. */
export function variableOf(name: string): string {
  return `COUNTERSIGN_${name.toUpperCase().replaceAll('-', '_')}`;
}

/** Reads flags, then environment, then defaults. Unknown flags are refused. @throws StartRefused */
export function readConfig(args: readonly string[], environment: Readonly<Record<string, string | undefined>>): Config {
  const options: Record<string, { type: 'string' | 'boolean' }> = {};
  for (const [name, setting] of Object.entries(settings)) {
    if (!('environmentOnly' in setting)) options[name] = { type: setting.value === '' ? 'boolean' : 'string' };
  }
  let flags: Record<string, string | boolean | undefined>;
  try {
    flags = parseArgs({ args: [...args], options, strict: true, allowNegative: true }).values as typeof flags;
  } catch (error) {
    const message = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    throw new StartRefused(`${message.replace(/\. To specify.*$/, '')}. "countersign help" lists the flags.`);
  }
  const values: Record<string, unknown> = {};
  for (const [name, setting] of Object.entries(settings) as [string, Setting<unknown>][]) {
    const given = flags[name] ?? environment[variableOf(name)];
    const from = flags[name] === undefined ? variableOf(name) : `--${name}`;
    if (given === undefined || given === '') {
      values[name] = setting.fallback;
    } else if (typeof given === 'boolean') {
      values[name] = given;
    } else {
      const read = setting.read(given);
      // The value is not repeated: it may be a secret, or a URL with a password in it.
      if (typeof read === 'string') throw new StartRefused(`${from} ${read}.`);
      values[name] = read.ok;
    }
  }
  return Object.freeze(values) as Config;
}

/** The settings as lines for the terminal. */
export function settingsHelp(): string {
  return Object.entries(settings)
    .map(([name, setting]) => {
      const flagText = 'environmentOnly' in setting ? '(environment only)' : `--${name} ${setting.value}`.trim();
      const fallback =
        setting.fallback === undefined || String(setting.fallback) === '' ? '' : ` (default ${setting.fallback})`;
      return `  ${flagText}\n      ${variableOf(name)}\n      ${setting.about}${fallback}`;
    })
    .join('\n');
}

/** The settings as a Markdown page; docs/settings.md is this text, held by a test. */
export function settingsPage(): string {
  const rows = Object.entries(settings).map(([name, setting]) => {
    const flagText = 'environmentOnly' in setting ? '' : `\`--${name}\``;
    const fallback = setting.fallback === undefined || String(setting.fallback) === '' ? '' : `\`${setting.fallback}\``;
    const value = setting.value === '' ? '' : `\`${setting.value.replaceAll('|', '\\|')}\``;
    return `| ${flagText} | \`${variableOf(name)}\` | ${value} | ${fallback} | ${setting.about} |`;
  });
  return [
    '# Settings',
    '',
    'Of `countersign serve` (`npm start -- FLAGS`). A flag wins over its environment variable. Made from `packages/server/src/config.ts`.',
    '',
    '| flag | environment | value | default | |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}
