// The history of a run: who asked for what, when, at which node, and what became of it. One line of JSON an event, as it
// happens; things are named by hashes, so that a history holds no token. What it proves is judged in history-judge.ts.

import { createHash } from 'node:crypto';
import { appendFileSync, readFileSync } from 'node:fs';

/** A refresh token's life: all that one code bought, and how long a repetition is answered alike. */
export interface Family {
  readonly name: string;
  /** How long the token before may be repeated, in ms: the larger of the client's leeway and the race window. */
  readonly windowMs: number;
}

/** What is known before the request is sent. */
export interface Deed {
  readonly by: string;
  /** `login`, `redeem`, `refresh`... for people and figures; the judge goes by the things. */
  readonly does: string;
  /** A thing that is good once. */
  readonly spends?: string | undefined;
  /** A code that is presented: a refusal tells of a replay, and ends what `ends` names. */
  readonly redeems?: string | undefined;
  /** A thing that is good until it is ended. */
  readonly uses?: string | undefined;
  /** A refresh token that is presented to be rotated. */
  readonly rotates?: string | undefined;
  readonly family?: Family | undefined;
  /** Things that are good no more once this is done. A family by its name. */
  readonly ends?: readonly string[] | undefined;
  /** Things that are good once this is done and that are known before: a new password. */
  readonly brings?: readonly string[] | undefined;
  /** Looks only: what it uses may be something that never was, so a refusal needs no reason. */
  readonly probes?: boolean | undefined;
}

/** `ok`: acknowledged. `refused`: it was not done, and the thing is no good. `unknown`: anything may have become of it. */
export type Outcome = 'ok' | 'refused' | 'unknown';

export type Line =
  | ({ readonly event: 'invoke'; readonly op: number; readonly at: number; readonly node: number } & Deed)
  | {
      readonly event: Outcome;
      readonly op: number;
      readonly at: number;
      /** Things that the answer handed out. */
      readonly makes?: readonly string[];
      readonly because?: string;
    }
  | { readonly event: 'kill' | 'start' | 'cut'; readonly at: number; readonly node: number };

export interface Recorder {
  /** Notes an operation before it is sent; the result notes its end. */
  invoke(node: number, deed: Deed): (outcome: Outcome, more?: { makes?: readonly string[]; because?: string }) => void;
  note(event: 'kill' | 'start' | 'cut', node: number): void;
  lines(): readonly Line[];
}

/** The name of a secret in a history. */
export const named = (kind: string, secret: string) =>
  `${kind}:${createHash('sha256').update(secret).digest('base64url').slice(0, 16)}`;

/** Keeps a history, in a file as well if one is named. Times are of the wall, in ms: the server's clock is the same. */
export function recorder(file?: string): Recorder {
  const lines: Line[] = [];
  let ops = 0;
  const keep = (line: Line) => {
    lines.push(line);
    if (file !== undefined) appendFileSync(file, `${JSON.stringify(line)}\n`);
  };
  return {
    invoke(node, deed) {
      const op = ops++;
      keep({ event: 'invoke', op, at: Date.now(), node, ...deed });
      return (outcome, more = {}) => keep({ event: outcome, op, at: Date.now(), ...more });
    },
    note: (event, node) => keep({ event, at: Date.now(), node }),
    lines: () => lines,
  };
}

/** Reads a history back from its file. */
export function readHistory(file: string): Line[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}
