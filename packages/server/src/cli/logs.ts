// `countersign logs tail [--client C] [--api A] [--user U] [--type T] [--once]`: the log of the tenant as it grows, one event a line, with
// the reason. From the store of this machine, or with --issuer from a server where `countersign login` was done.

import { readConfig, StartRefused } from '../config.ts';
import { type LogRecord, opened } from '../domain/logs/record.ts';
import { defaultTenant } from '../domain/tenants/hosts.ts';
import { readFlags } from './flags.ts';
import { issuerFor, withPlace } from './place.ts';
import { remoteAt } from './remote.ts';

/** The last events, oldest first, and those after one. */
interface Source {
  last(count: number): Promise<readonly LogRecord[]>;
  after(logId: string): Promise<readonly LogRecord[]>;
}

export interface Wanted {
  readonly client?: string;
  readonly api?: string;
  readonly user?: string;
  readonly type?: string;
}

const everyMs = 500;
const shownFirst = 20;

/** Whether an event is wanted. `type` may be several, separated by commas. */
export function isWanted(record: LogRecord, { client, api, user, type }: Wanted): boolean {
  return (
    (client === undefined || record.client_id === client) &&
    (api === undefined || record.audience === api) &&
    (user === undefined || record.user_id === user || record.user_name === user) &&
    (type === undefined || type.split(',').includes(String(record.type)))
  );
}

/** An event as one line, and one more for its reason. */
export function logLine(record: LogRecord): string {
  const text = (name: string) => (typeof record[name] === 'string' ? (record[name] as string) : '');
  const details = (record.details ?? {}) as {
    readonly error?: { readonly because?: string };
    readonly cause?: { readonly message?: string; readonly fix?: string };
    readonly trace?: readonly {
      readonly rule: string;
      readonly because: string;
      readonly dropped?: readonly string[];
    }[];
  };
  const who = [text('client_name') || text('client_id'), text('user_name') || text('user_id')].filter(
    (part) => part !== '',
  );
  const about = text('audience') === '' ? '' : ` for ${text('audience')}`;
  const drops = (details.trace ?? []).flatMap(({ rule, dropped }) =>
    dropped ? [`${dropped.join(' ')} (${rule})`] : [],
  );
  const reason = details.error?.because ?? details.cause?.message;
  const lines = [
    `${text('date')}  ${text('type').padEnd(6)}  ${text('description')}${about}${who.length > 0 ? `  [${who.join(', ')}]` : ''}`,
    ...(reason === undefined ? [] : [`    because ${reason}`]),
    ...(details.cause?.fix === undefined ? [] : [`    fix: ${details.cause.fix}`]),
    ...(drops.length > 0 ? [`    dropped: ${drops.join('; ')}`] : []),
  ];
  // What strangers sent must not steer the terminal.
  return lines.map((line) => line.replace(/[\p{Cc}\p{Bidi_Control}]/gu, '?')).join('\n');
}

async function tail(source: Source, wanted: Wanted, once: boolean): Promise<void> {
  const print = (records: readonly LogRecord[]) => {
    for (const record of records) if (isWanted(record, wanted)) process.stdout.write(`${logLine(record)}\n`);
  };
  const first = await source.last(once ? 1000 : shownFirst);
  print(first);
  let from = first.at(-1)?.log_id;
  while (!once) {
    await new Promise((resolve) => setTimeout(resolve, everyMs));
    const next = from === undefined ? await source.last(shownFirst) : await source.after(from);
    print(next);
    from = next.at(-1)?.log_id ?? from;
  }
}

/** The command. Ends with `--once`, or when it is interrupted. @throws StartRefused */
export async function logs(args: string[]): Promise<void> {
  const { values, switches, words, rest } = readFlags(args, ['client', 'api', 'user', 'type', 'issuer'], ['once']);
  if (words[0] !== 'tail') throw new StartRefused('Say what to do with the log: countersign logs tail');
  const once = switches.has('once');
  const remote =
    values.issuer === undefined ? undefined : await remoteAt(issuerFor(readConfig(rest, process.env), values.issuer));
  if (remote) {
    const get = async (query: string) => (await remote('GET', `/logs?${query}`)) as LogRecord[];
    const source: Source = {
      last: async (count) => (await get(`sort=date:-1&per_page=${Math.min(count, 100)}`)).toReversed(),
      after: (logId) => get(`from=${logId}&take=100`),
    };
    return tail(source, values, once);
  }
  return withPlace(rest, values.issuer, ({ house }) => {
    const reads = house.database.store(defaultTenant).logs;
    const source: Source = {
      async last(limit) {
        const { records } = await reads.page({ filter: {}, newestFirst: true, offset: 0, limit });
        return records.map(opened).toReversed();
      },
      after: async (logId) => (await reads.after({ logId, limit: 100 })).map(opened),
    };
    return tail(source, values, once);
  });
}
