// What tells a development server from one that serves people: whom it listens to, and whether it has a public name.

import { type Config, StartRefused } from './config.ts';

const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/;

/** Whether only this machine can reach the server, and it has no name by which others would. Pure. */
export function isDevelopment(config: Pick<Config, 'host' | 'domain' | 'trusted-proxies'>): boolean {
  return loopback.test(config.host) && config.domain.length === 0 && config['trusted-proxies'].length === 0;
}

/**
 * Whether the mailbox is there. Beside a public host it is refused rather than left out: whoever asks for it there takes a
 * server of people for one of developers. @throws StartRefused
 */
export function mailboxIsOn(config: Pick<Config, 'host' | 'domain' | 'trusted-proxies' | 'dev-mailbox'>): boolean {
  switch (config['dev-mailbox']) {
    case 'off':
      return false;
    case 'auto':
      return isDevelopment(config);
    case 'on':
      if (config.domain.length > 0 || config['trusted-proxies'].length > 0) {
        throw new StartRefused(
          '--dev-mailbox on is for development: it cannot go with --domain or --trusted-proxies. Set an email provider instead.',
        );
      }
      return true;
  }
}
