// Password hashes: argon2id for what is made here, bcrypt and argon2 for what was imported. One hash at a time in a process:
// each takes a core and 19 MiB, so more at once would only make every login slower and let a crowd take the machine.

import { type Algorithm, hash as argonHash, verify as argonVerify, parseOptions } from '@node-rs/argon2';
import bcrypt from 'bcrypt';
import { createTurns, type Whose } from './turns.ts';

export interface Passwords {
  // Each takes a core for a while: whoever asks has taken it from a gate's count before (`domain/limits`, test/security/dos-hashes).
  /** A PHC string for storage. @throws RangeError for a password that `isUsablePassword` refuses; StoreUnavailable when too many wait */
  hash(password: string, whose: Whose): Promise<string>;
  /**
   * Whether this is the password of the stored hash. `upgrade`: it is, and the hash is weaker than those made now: hash it
   * again and keep it. `undefined` for a user who is unknown or has no password: never ok, and as slow as a real one.
   * @throws StoreUnavailable when too many wait
   */
  verify(
    password: string,
    stored: string | undefined,
    whose: Whose,
  ): Promise<{ readonly ok: boolean; readonly upgrade: boolean }>;
}

/** OWASP's minimum for argon2id: 19 MiB, two passes, one thread. */
const cost = { algorithm: 2 as Algorithm, memoryCost: 19_456, timeCost: 2, parallelism: 1 };
/** Longest password in bytes (auth0-behaviour §32.3): bcrypt ends there, and a longer one must never be cut silently. */
export const mostPasswordBytes = 72;
/** Hashes that may wait: at 30 ms each more of one tenant would keep its people waiting longer than they do. */
const mostWaiting = { all: 2_000, ofTenant: 200, ofAccount: 50 };
/** Hashes of somebody else that could take a minute or a gigabyte each are not taken in. */
const mostImported = { memoryCost: 262_144, timeCost: 10, parallelism: 4, bcryptRounds: 14 };

/** Whether a text can be a password at all: 1 to 72 bytes of well-formed text without NUL, where bcrypt would end it. Pure. */
export function isUsablePassword(password: string): boolean {
  // No UTF-16 unit takes less than a byte: a megabyte is refused before it is encoded.
  if (password.length === 0 || password.length > mostPasswordBytes) return false;
  return !password.includes('\0') && password.isWellFormed() && Buffer.byteLength(password) <= mostPasswordBytes;
}

const bcryptShape = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/;

/** Whether a hash from elsewhere can be verified here: bcrypt, or argon2 as a PHC string, at a bearable cost. Pure. */
export function isUsableHash(hash: string): boolean {
  const rounds = bcryptShape.exec(hash)?.[1];
  if (rounds !== undefined) return Number(rounds) >= 4 && Number(rounds) <= mostImported.bcryptRounds;
  if (hash.length > 300 || !/^\$argon2(?:id|i|d)\$v=\d+\$m=\d+,t=\d+,p=\d+\$[A-Za-z0-9+/]+\$[A-Za-z0-9+/]+$/.test(hash))
    return false;
  try {
    const { memoryCost, timeCost, parallelism } = parseOptions(hash);
    return (
      memoryCost <= mostImported.memoryCost &&
      timeCost <= mostImported.timeCost &&
      parallelism <= mostImported.parallelism
    );
  } catch {
    return false;
  }
}

/** How long after the last imported hash every verification goes on taking the time of both kinds. */
const rememberImportedMs = 3_600_000;

function roundsOf(stored: string | undefined): number | undefined {
  const rounds = stored && bcryptShape.exec(stored)?.[1];
  return rounds ? Number(rounds) : undefined;
}

/** A bcrypt hash of nothing that anybody can type, at this cost. */
function nobodysBcrypt(rounds: number): string {
  return `$2b$${String(rounds).padStart(2, '0')}$${'.'.repeat(53)}`;
}

/** The passwords of this process: make one, and give it to every room that hashes. `now` in ms, monotonic. */
export function createPasswords(now: () => number = () => performance.now()): Passwords {
  const turns = createTurns(mostWaiting);
  // Made at the first need: nobody's password, and nothing that anybody can type.
  let nobody: Promise<string> | undefined;
  const dummy = () => {
    nobody ??= argonHash(crypto.getRandomValues(new Uint8Array(32)), cost);
    return nobody;
  };

  // An imported bcrypt hash takes another time than ours do, which would tell who was imported. While there are such, every
  // verification takes the time of both kinds.
  let imported = { rounds: 0, seenAt: 0 };
  const balance = async (password: string, stored: string | undefined) => {
    const rounds = roundsOf(stored);
    const at = now();
    if (rounds !== undefined) imported = { rounds: Math.max(rounds, imported.rounds), seenAt: at };
    else if (at - imported.seenAt > rememberImportedMs) imported = { rounds: 0, seenAt: 0 };
    if (rounds !== undefined) await argonVerify(await dummy(), password);
    else if (imported.rounds > 0) await bcrypt.compare(password, nobodysBcrypt(imported.rounds));
  };

  return {
    async hash(password, whose) {
      if (!isUsablePassword(password)) throw new RangeError('not a password of 1 to 72 bytes');
      return turns.take(whose, () => argonHash(password, cost));
    },
    async verify(password, stored, whose) {
      const other = await dummy();
      const usable = isUsablePassword(password);
      return turns.take(whose, async () => {
        // What can't be right is verified all the same, against nobody's hash: the time tells nothing.
        if (!usable || stored === undefined) {
          await argonVerify(other, usable ? password : 'no password');
          await balance('no password', undefined);
          return { ok: false, upgrade: false };
        }
        const ok = await matches(password, stored);
        await balance(password, stored);
        return { ok, upgrade: ok && isWeaker(stored) };
      });
    },
  };
}

/** A stored hash of no kind that is known matches nothing. */
async function matches(password: string, stored: string): Promise<boolean> {
  // `2y` is what PHP calls `2b`.
  if (bcryptShape.test(stored)) return bcrypt.compare(password, stored.replace(/^\$2y/, '$2b'));
  return stored.startsWith('$argon2') && argonVerify(stored, password);
}

function isWeaker(stored: string): boolean {
  if (!stored.startsWith('$argon2id$')) return true;
  const { memoryCost, timeCost } = parseOptions(stored);
  return memoryCost < cost.memoryCost || timeCost < cost.timeCost;
}
