// TLS for development: a certificate authority of this data folder's own, and a server certificate that it signs.
// Official SDKs insist on https, so `npm start` serves it and prints which authority a client has to trust.

import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes, X509Certificate } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { StartRefused } from './config.ts';
import { issueCertificate } from './domain/keys/certificate.ts';

/** What an https server and its clients need, PEM. */
export interface DevelopmentTls {
  /** The file for NODE_EXTRA_CA_CERTS, `curl --cacert` and the like. */
  readonly caPath: string;
  readonly caPem: string;
  readonly keyPem: string;
  readonly certPem: string;
}

interface Authority {
  readonly certificate: X509Certificate;
  readonly key: KeyObject;
}

const day = 86_400_000;
const authorityLife = 3650 * day;
/** The longest that browsers accept of a server certificate. */
const serverLife = 398 * day;
const renewBefore = 30 * day;
/** Clients on other machines may have a clock that is behind. */
const backdated = 3_600_000;
const everywhere = ['localhost', '*.localhost', '127.0.0.1', '::1'];

/**
 * Reads the development certificates below `<dataDirectory>/tls/`, makes what is not there yet, and renews the server
 * certificate when less than 30 days are left or one of `hosts` (names or addresses, without port) is not in it.
 * The authority is made once and never replaced by us, since clients trust exactly it; whoever holds its key file
 * (mode 0600) can pose as any site to those clients. Node and OpenSSL do not apply `*.localhost` to `a.localhost`:
 * pass such a host. `now` in ms. @throws StartRefused when a file is broken, expired, unreadable or cannot be written
 */
export async function developmentTls(
  dataDirectory: string,
  hosts: readonly string[],
  now: number | Date,
): Promise<DevelopmentTls> {
  const folder = join(dataDirectory, 'tls');
  const time = Number(now);
  try {
    const authority = readAuthority(folder, time) ?? (await makeAuthority(dataDirectory, folder, time));
    const names = [...new Set([...everywhere, ...hosts.map(spelled)])];
    const server = readServer(folder, authority, names, time) ?? (await makeServer(folder, authority, names, time));
    return { caPath: join(folder, 'ca.pem'), caPem: authority.certificate.toString(), ...server };
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    throw new StartRefused(
      `The development certificates cannot be kept in ${folder} (${error.message}): give this user access to it, choose another folder with --data, or turn https off with --https-port off.`,
    );
  }
}

/** As a certificate spells a host: lower case, no brackets, addresses in the shortest form. */
function spelled(host: string): string {
  const bare = host.toLowerCase().replace(/^\[(.*)\]$/, '$1');
  return isIP(bare) === 6 ? new URL(`http://[${bare}]`).hostname.slice(1, -1) : bare;
}

/** Undefined when there is none yet. Both files appear together (`makeAuthority`), so one alone is damage. */
function readAuthority(folder: string, now: number): Authority | undefined {
  const certificateText = read(join(folder, 'ca.pem'));
  const keyText = read(join(folder, 'ca-key.pem'));
  if (certificateText === undefined && keyText === undefined) return undefined;
  const broken = (what: string) =>
    new StartRefused(
      `${join(folder, what)}. Restore ca.pem and ca-key.pem from a copy; or delete the folder ${folder} to get a new development authority, which clients must then be told to trust instead.`,
    );
  if (certificateText === undefined) throw broken('ca.pem is missing while ca-key.pem is there');
  if (keyText === undefined) throw broken('ca-key.pem is missing while ca.pem is there');
  const certificate = parsed(() => new X509Certificate(certificateText));
  if (!certificate) throw broken('ca.pem is not a certificate in PEM');
  const key = parsed(() => createPrivateKey(keyText));
  if (!key) throw broken('ca-key.pem is not a private key in PEM');
  if (!certificate.ca) throw broken('ca.pem is not the certificate of an authority');
  if (!certificate.checkPrivateKey(key)) throw broken('ca-key.pem is not the key of ca.pem');
  if (certificate.validToDate.getTime() <= now) throw broken(`ca.pem expired on ${certificate.validTo}`);
  return { certificate, key };
}

/**
 * The folder appears with both files inside, in one step, whoever is killed and however many start at once: the one
 * that comes second finds a folder with content, which a rename does not replace, and takes what is there.
 */
async function makeAuthority(dataDirectory: string, folder: string, now: number): Promise<Authority> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  // Two authorities of one name with different keys would confuse clients that trust both.
  const name = `CN=Countersign development authority ${randomBytes(4).toString('hex')}`;
  const { pem } = await issueCertificate({
    subject: name,
    issuer: name,
    publicKey,
    issuerKey: privateKey,
    notBefore: new Date(now - backdated),
    notAfter: new Date(now + authorityLife),
    extensions: ({ BasicConstraintsExtension, KeyUsageFlags, KeyUsagesExtension }) => [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  });
  mkdirSync(dataDirectory, { recursive: true });
  const fresh = mkdtempSync(join(dataDirectory, 'tls-new-'));
  try {
    write(join(fresh, 'ca-key.pem'), pemOf(privateKey), 0o600);
    write(join(fresh, 'ca.pem'), pem, 0o644);
    renameSync(fresh, folder);
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    const first = readAuthority(folder, now);
    if (!first) throw error;
    return first;
  }
  return { certificate: new X509Certificate(pem), key: privateKey };
}

/** Undefined when a new one is due, also because this one is damaged: nobody trusts it by itself, so nothing is lost. */
function readServer(folder: string, authority: Authority, names: string[], now: number) {
  const text = read(join(folder, 'server.pem'));
  if (text === undefined) return undefined;
  const certificate = parsed(() => new X509Certificate(text));
  const key = parsed(() => createPrivateKey(text));
  if (!certificate?.verify(authority.certificate.publicKey) || !key || !certificate.checkPrivateKey(key))
    return undefined;
  const lives = certificate.validFromDate.getTime() <= now && certificate.validToDate.getTime() - now >= renewBefore;
  const named = namesOf(certificate);
  if (!lives || !names.every((name) => named.has(name))) return undefined;
  return { keyPem: pemOf(key), certPem: certificate.toString() };
}

function namesOf(certificate: X509Certificate): Set<string> {
  const entries = (certificate.subjectAltName ?? '').split(', ').map((entry) => entry.replace(/^[^:]*:/, ''));
  return new Set(entries.map(spelled));
}

async function makeServer(folder: string, authority: Authority, names: string[], now: number) {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { pem } = await issueCertificate({
    subject: 'CN=localhost',
    issuer: authority.certificate.subject,
    publicKey,
    issuerKey: authority.key,
    notBefore: new Date(now - backdated),
    notAfter: new Date(Math.min(now + serverLife, authority.certificate.validToDate.getTime())),
    extensions: (library) => [
      new library.BasicConstraintsExtension(false, undefined, true),
      new library.KeyUsagesExtension(library.KeyUsageFlags.digitalSignature, true),
      new library.ExtendedKeyUsageExtension([library.ExtendedKeyUsage.serverAuth]),
      new library.SubjectAlternativeNameExtension(
        names.map((value) => ({ type: isIP(value) ? ('ip' as const) : ('dns' as const), value })),
      ),
    ],
  });
  // Key and certificate in one file, replaced in one step: never one of the old pair with one of the new.
  const keyPem = pemOf(privateKey);
  const fresh = join(folder, `server-${process.pid}-${randomBytes(4).toString('hex')}.new`);
  write(fresh, keyPem + pem, 0o600);
  renameSync(fresh, join(folder, 'server.pem'));
  return { keyPem, certPem: pem };
}

const pemOf = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }).toString();

function parsed<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch {
    return undefined;
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** On the disk when it returns: a power cut after the rename must not leave a name without content. */
function write(file: string, text: string, mode: number): void {
  const open = openSync(file, 'wx', mode);
  try {
    writeSync(open, text);
    fsyncSync(open);
  } finally {
    closeSync(open);
  }
}
