// The process log: for the operator, apart from the tenant log. JSON lines on stderr, or short lines on a terminal.
// It holds routes, never URLs as sent: a query or a path may carry a code, a token or an address.

import { pino } from 'pino';

export interface ProcessLog {
  debug(message: string, fields?: object): void;
  info(message: string, fields?: object): void;
  warn(message: string, fields?: object): void;
  error(message: string, fields?: object): void;
}

const weights = { debug: 10, info: 20, warn: 30, error: 40, silent: 100 } as const;
export type LogLevel = keyof typeof weights;

function terminalLog(level: LogLevel): ProcessLog {
  const line =
    (severity: Exclude<LogLevel, 'silent'>) =>
    (message: string, fields: object = {}) => {
      if (weights[severity] < weights[level]) return;
      const clock = new Date().toTimeString().slice(0, 8);
      const rest = Object.entries(fields).map(([name, value]) => ` ${name}=${JSON.stringify(value)}`);
      // Control characters of a caller must not reach a terminal.
      const clean = `${clock} ${severity} ${message}${rest.join('')}`.replace(/[\x00-\x1f\x7f]/g, ' ');
      process.stderr.write(`${clean}\n`);
    };
  return { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') };
}

/** Opens the process log. Written behind the caller's back in small batches when it is not a terminal. */
export function createProcessLog(level: LogLevel, terminal: boolean): ProcessLog {
  if (terminal) return terminalLog(level);
  const log = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    pino.destination({ dest: 2, sync: false }),
  );
  const line =
    (severity: 'debug' | 'info' | 'warn' | 'error') =>
    (message: string, fields: object = {}) =>
      log[severity](fields, message);
  return { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') };
}
