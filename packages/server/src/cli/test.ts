// `countersign test token` and `countersign test login`: tokens for a try, with what is in them and why.

import { StartRefused } from '../config.ts';

/** The command. @throws StartRefused */
export async function test(args: string[]): Promise<void> {
  const [what, ...rest] = args;
  switch (what) {
    case 'token':
      return (await import('./token.ts')).token(rest);
    case 'login':
      return (await import('./login.ts')).testLogin(rest);
    default:
      throw new StartRefused('Say what to try: countersign test token, or countersign test login');
  }
}
