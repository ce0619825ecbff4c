// The peer: `oidc-provider` from npm, issuing signed JWT access tokens for the client credentials grant with
// resource indicators (RFC 8707), as its documentation has it for production, with its own in-memory adapter.

import { generateKeyPairSync } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { answerQuestions } from '../process/child.ts';

// The package has no types of its own; these are the members that are used here.
interface Peer {
  listen(port: number, host: string, done: () => void): { address(): AddressInfo | string | null };
  proxy: boolean;
}
// @ts-ignore
import { Provider } from 'oidc-provider';
