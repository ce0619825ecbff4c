// X.509 certificates: the self-signed one beside every signing key of a tenant, and those of the development CA.
// The library is loaded at the first use only: it costs about 200 ms, and most starts need no new certificate.

import { createHash, createPublicKey, type KeyObject, randomBytes } from 'node:crypto';
import type * as x509 from '@peculiar/x509';

type Library = typeof x509;

/** One certificate in every form that something asks for. Hashes are over the DER bytes. */
export interface Certificate {
  readonly der: Buffer;
  /** `-----BEGIN CERTIFICATE-----`, ends with a line feed. `x5c` holds `der.toString('base64')` instead (RFC 7517 §4.7). */
  readonly pem: string;
  /** The certificate alone in a PKCS #7 envelope without signatures (RFC 2315 §9.1), `-----BEGIN PKCS7-----`. */
  readonly pkcs7Pem: string;
  /** SHA-1 as `AB:CD:...`. */
  readonly fingerprint: string;
  /** SHA-1 as `ABCD...`. */
  readonly thumbprint: string;
  /** SHA-1 in base64url (RFC 7517 §4.8). */
  readonly x5t: string;
  /** SHA-256 in base64url (RFC 7517 §4.9). */
  readonly x5tS256: string;
}

export interface Validity {
  /** Inclusive, to the second: fractions are cut off. */
  readonly notBefore: Date;
  /** Inclusive, to the second. Later than `notBefore`. */
  readonly notAfter: Date;
}

export interface CertificateRequest extends Validity {
  /** Distinguished names as strings (RFC 4514): `CN=example.com`. */
  readonly subject: string;
  readonly issuer: string;
  readonly publicKey: KeyObject;
  /** Signs the certificate: RSA, EC P-256 or Ed25519, with SHA-256 where the algorithm takes a hash. */
  readonly issuerKey: KeyObject;
  /** What else it says, made with the loaded library. The key identifiers are always there. */
  readonly extensions: (library: Library) => x509.Extension[];
}

/**
 * A certificate that a signing key gives itself: proves nothing, but carries the key to whoever wants X.509.
 * `privateKey` is RSA, EC P-256 or Ed25519; other kinds throw a TypeError. Whose name `subject` is, is not checked.
 */
export async function selfSigned(
  request: Validity & { readonly subject: string; readonly privateKey: KeyObject },
): Promise<Certificate> {
  return await issueCertificate({
    ...request,
    issuer: request.subject,
    publicKey: createPublicKey(request.privateKey),
    issuerKey: request.privateKey,
    extensions: ({ BasicConstraintsExtension, KeyUsageFlags, KeyUsagesExtension }) => [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
    ],
  });
}

/** Signs a certificate with a random serial number. Throws a RangeError for a validity that ends before it begins. */
export async function issueCertificate(request: CertificateRequest): Promise<Certificate> {
  const { subject, issuer, notBefore, notAfter } = request;
  if (!(notBefore.getTime() < notAfter.getTime())) {
    throw new RangeError(`A certificate cannot be valid from ${String(notBefore)} to ${String(notAfter)}.`);
  }
  const signing = importParameters(request.issuerKey);
  const library = await load();
  const publicKey = request.publicKey.export({ format: 'der', type: 'spki' });
  const certificate = await library.X509CertificateGenerator.create({
    subject,
    issuer,
    publicKey,
    signingKey: request.issuerKey.toCryptoKey(signing, false, ['sign']),
    signingAlgorithm: signing,
    serialNumber: randomSerialNumber(),
    notBefore: wholeSeconds(notBefore),
    notAfter: wholeSeconds(notAfter),
    extensions: [
      ...request.extensions(library),
      await library.SubjectKeyIdentifierExtension.create(publicKey),
      ...(issuer === subject ? [] : [await issuerIdentifier(library, request.issuerKey)]),
    ],
  });
  return formsOf(
    Buffer.from(certificate.rawData),
    Buffer.from(new library.X509Certificates([certificate]).export('raw')),
  );
}

/** Leads a verifier to the right certificate of the issuer (RFC 5280 §4.2.1.1: self-signed ones may do without). */
async function issuerIdentifier(library: Library, issuerKey: KeyObject): Promise<x509.Extension> {
  const publicKey = createPublicKey(issuerKey).export({ format: 'der', type: 'spki' });
  const { keyId } = await library.SubjectKeyIdentifierExtension.create(publicKey);
  return new library.AuthorityKeyIdentifierExtension(keyId);
}

/** Text of `der` as PEM (RFC 7468): base64 in lines of 64 characters. */
export function toPem(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

function formsOf(der: Buffer, pkcs7: Buffer): Certificate {
  const sha1 = createHash('sha1').update(der).digest();
  const thumbprint = sha1.toString('hex').toUpperCase();
  return {
    der,
    pem: toPem('CERTIFICATE', der),
    pkcs7Pem: toPem('PKCS7', pkcs7),
    fingerprint: thumbprint.replace(/..(?=.)/g, '$&:'),
    thumbprint,
    x5t: sha1.toString('base64url'),
    x5tS256: createHash('sha256').update(der).digest('base64url'),
  };
}

/** How Web Crypto names what we sign with. */
function importParameters(key: KeyObject) {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (type === 'rsa') return { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
  if (type === 'ec' && details?.namedCurve === 'prime256v1') {
    return { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  }
  if (type === 'ed25519') return { name: 'Ed25519' };
  throw new TypeError(`No certificate can be signed with a key of type ${type} ${details?.namedCurve ?? ''}`.trimEnd());
}

/** 128 bits in hexadecimal. The first byte is 0x40 to 0x7f: never zero, never negative, always as long (RFC 5280 §4.1.2.2). */
function randomSerialNumber(): string {
  const bytes = randomBytes(16);
  bytes.writeUInt8((bytes.readUInt8(0) & 0x3f) | 0x40, 0);
  return bytes.toString('hex');
}

const wholeSeconds = (date: Date) => new Date(Math.floor(date.getTime() / 1000) * 1000);

let loading: Promise<Library> | undefined;

function load(): Promise<Library> {
  loading ??= (async () => {
    // Its dependency injection throws while it loads without this polyfill.
    await import('reflect-metadata');
    return await import('@peculiar/x509');
  })();
  return loading;
}
