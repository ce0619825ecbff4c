// What a refresh token is: opaque to everybody else, to us the name of its family, its number there, a proof that it belongs
// to the family, and a secret of its own. Nothing of it is kept but hashes; a successor is sealed under the token before it.

import { createCipheriv, createDecipheriv, hash, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';

/** A refresh token taken apart. All members of a family share the proof, so that an old one is known without a row of its own. */
export interface RefreshToken {
  /** Id of its family: 32 hexadecimal digits. No secret. */
  readonly family: string;
  /** 0 for the first of a family; each rotation adds one. */
  readonly counter: number;
  /** 256 random bits of the family. */
  readonly proof: Buffer;
  /** 256 random bits of this member. */
  readonly secret: Buffer;
}

const version = 'v1.';
/** 84 bytes are 112 characters without a bit to spare: one token has one spelling. */
const shape = /^v1\.[A-Za-z0-9_-]{112}$/;
const highestCounter = 0xffff_ffff;
const sealing = 'countersign refresh token successor';

/** A fresh family id: 128 random bits as hexadecimal digits, so that it is one word to every search. */
export function newFamily(): string {
  return randomBytes(16).toString('hex');
}

/** The first token of a family. */
export function firstToken(family: string): RefreshToken {
  return { family, counter: 0, proof: randomBytes(32), secret: randomBytes(32) };
}

/** The token after this one. Throws after four thousand million rotations. */
export function nextToken(token: RefreshToken): RefreshToken {
  if (token.counter >= highestCounter) throw new Error(`family ${token.family} has no numbers left`);
  return { ...token, counter: token.counter + 1, secret: randomBytes(32) };
}

/** The token as a client holds it: 115 characters. */
export function writeToken({ family, counter, proof, secret }: RefreshToken): string {
  const number = Buffer.alloc(4);
  number.writeUInt32BE(counter);
  return `${version}${Buffer.concat([Buffer.from(family, 'hex'), number, proof, secret]).toString('base64url')}`;
}

/** Takes a presented text apart. `undefined`: it is no refresh token of ours. Does not check that there is such a family. */
export function readToken(text: string): RefreshToken | undefined {
  if (!shape.test(text)) return undefined;
  const bytes = Buffer.from(text.slice(version.length), 'base64url');
  return {
    family: bytes.subarray(0, 16).toString('hex'),
    counter: bytes.readUInt32BE(16),
    proof: bytes.subarray(20, 52),
    secret: bytes.subarray(52),
  };
}

/** What is kept of a proof or a secret: both are random and long, so a plain SHA-256 (base64url) does. */
export function hashOfPart(part: Buffer): string {
  return hash('sha256', part, 'base64url');
}

/** Whether a part has this hash; compared in constant time. */
export function isPart(part: Buffer, kept: string): boolean {
  const got = Buffer.from(hashOfPart(part));
  const expected = Buffer.from(kept);
  return got.length === expected.length && timingSafeEqual(got, expected);
}

/** The key that only the holder of a token can make (RFC 5869). */
function keyOf(token: RefreshToken): Buffer {
  return Buffer.from(hkdfSync('sha256', Buffer.concat([token.proof, token.secret]), '', sealing, 32));
}

/** Who is replaced, in the authenticated data: a sealed successor that was copied to another row does not open. */
function boundTo(token: RefreshToken): Buffer {
  return Buffer.from(`${token.family} ${token.counter}`);
}

/** The secret of the successor, encrypted (AES-256-GCM, base64url) so that only the token that it replaces opens it. */
export function sealSuccessor(presented: RefreshToken, successor: RefreshToken): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', keyOf(presented), nonce).setAAD(boundTo(presented));
  const sealed = Buffer.concat([cipher.update(successor.secret), cipher.final()]);
  return Buffer.concat([nonce, sealed, cipher.getAuthTag()]).toString('base64url');
}

/** The successor that was sealed under this token. Throws if the sealed text was changed: that is damage to the database. */
export function openSuccessor(presented: RefreshToken, sealed: string): RefreshToken {
  const bytes = Buffer.from(sealed, 'base64url');
  const decipher = createDecipheriv('aes-256-gcm', keyOf(presented), bytes.subarray(0, 12), { authTagLength: 16 });
  decipher.setAAD(boundTo(presented)).setAuthTag(bytes.subarray(-16));
  const secret = Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]);
  return { ...presented, counter: presented.counter + 1, secret };
}
