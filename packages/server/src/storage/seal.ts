// Encryption of secrets at rest: AES-256-GCM under a key derived from the master key.
// What is sealed is bound to its place, so that nobody who can write rows can move a secret.

import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { type Sealer, StoreRefused } from './store.ts';

const IV_BYTES = 12;
const TAG_BYTES = 16;
const FORMAT = /^s1\.([0-9a-f]{8})\.([A-Za-z0-9_-]+)$/;

/**
 * Makes the sealer of a master key of 32 bytes. Sealed values look like `s1.<key id>.<base64url of IV, ciphertext, tag>`;
 * the key id tells keys apart and says nothing about them. Random IVs: good for 2^32 values under one master key.
 */
export function createSealer(masterKey: Buffer): Sealer {
  if (masterKey.length !== 32) throw new StoreRefused('The master key must have 32 bytes');
  const derive = (purpose: string) => Buffer.from(hkdfSync('sha256', masterKey, '', `countersign ${purpose}`, 32));
  const sealing = derive('seal');
  const keyId = createHash('sha256').update(derive('key id')).digest('hex').slice(0, 8);
  const macKeys = new Map<string, Buffer>();

  return {
    seal(plain, context) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', sealing, iv, { authTagLength: TAG_BYTES });
      cipher.setAAD(Buffer.from(context));
      const sealed = Buffer.concat([iv, cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return `s1.${keyId}.${sealed.toString('base64url')}`;
    },

    open(sealed, context) {
      const [, sealedWith, body = ''] = FORMAT.exec(sealed) ?? [];
      const bytes = Buffer.from(body, 'base64url');
      if (!sealedWith || bytes.length < IV_BYTES + TAG_BYTES || bytes.toString('base64url') !== body) {
        throw new StoreRefused(`The secret of ${context} is damaged: restore it from a backup`);
      }
      if (sealedWith !== keyId) {
        throw new StoreRefused(
          `The secret of ${context} was sealed with the master key ${sealedWith}, but the one in use is ${keyId}: ` +
            'start with the master key that belongs to this database',
        );
      }
      const decipher = createDecipheriv('aes-256-gcm', sealing, bytes.subarray(0, IV_BYTES), {
        authTagLength: TAG_BYTES,
      });
      decipher.setAAD(Buffer.from(context));
      decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
      try {
        return decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
      } catch {
        throw new StoreRefused(
          `The secret of ${context} was changed, or copied from elsewhere: restore it from a backup`,
        );
      }
    },

    mac(purpose, text) {
      const key = macKeys.get(purpose) ?? derive(`mac ${purpose}`);
      macKeys.set(purpose, key);
      return createHmac('sha256', key).update(text).digest('base64url');
    },
  };
}
