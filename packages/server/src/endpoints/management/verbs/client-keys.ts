// Credentials of clients: from the PEM that was sent to the row that is kept, and which of them a client may name.

import { defaultAlgorithm, mismatchOf, readCredentialKey } from '../../../domain/clients/credential-key.ts';
import type { Client, ClientCredential } from '../../../resources/index.ts';
import { payloadMessage } from '../../../schema/messages.ts';
import { badBody, type Refused } from '../problem.ts';

/** What a caller sends for a new credential, alone or inside a client. */
export interface CredentialDraft {
  readonly credential_type?: ClientCredential['credential_type'] | undefined;
  readonly name?: string | undefined;
  readonly pem?: string | undefined;
  readonly alg?: ClientCredential['alg'] | undefined;
  readonly subject_dn?: string | undefined;
  readonly parse_expiry_from_cert?: boolean | undefined;
  readonly expires_at?: string | undefined;
}

/** The members that the server works out from the key. */
export type CredentialFacts = Pick<
  ClientCredential,
  'pem' | 'kid' | 'alg' | 'subject_dn' | 'thumbprint_sha256' | 'expires_at'
>;

/** Credentials of one client: two for each of three uses (auth0-behaviour APP-6). */
export const mostCredentials = 6;

/** Reads the key of a draft. `now` in ms. Pure. */
export function credentialFacts(draft: CredentialDraft, now: number, path = ''): CredentialFacts | Refused {
  const wrong = (message: string, member = '') =>
    badBody(payloadMessage(message, [path, member].filter(Boolean).join('.')));
  const type = draft.credential_type;
  if (!type) return wrong('Missing required property: credential_type');
  if (type !== 'public_key' && draft.alg) return wrong('alg is only allowed for credential_type public_key', 'alg');
  if (type !== 'public_key' && draft.parse_expiry_from_cert) {
    return wrong('parse_expiry_from_cert is only allowed for credential_type public_key', 'parse_expiry_from_cert');
  }
  if (type !== 'cert_subject_dn' && draft.subject_dn)
    return wrong('subject_dn is only allowed for credential_type cert_subject_dn', 'subject_dn');
  if (draft.parse_expiry_from_cert && draft.expires_at)
    return wrong('expires_at and parse_expiry_from_cert are mutually exclusive', 'expires_at');
  if (type === 'cert_subject_dn' && draft.subject_dn) {
    return draft.pem
      ? wrong('subject_dn and pem are mutually exclusive', 'subject_dn')
      : { subject_dn: draft.subject_dn };
  }
  if (!draft.pem) return wrong('Missing required property: pem');
  const read = readCredentialKey(draft.pem);
  if (read.kind === 'unusable') return wrong(read.message, 'pem');
  const { certificate, kid, publicKey } = read.key;
  if (type === 'public_key') {
    const alg = draft.alg ?? defaultAlgorithm(publicKey);
    const mismatch = mismatchOf(publicKey, alg);
    if (mismatch) return wrong(mismatch, 'alg');
    if (draft.parse_expiry_from_cert && !certificate) return wrong('parse_expiry_from_cert needs a certificate', 'pem');
    const expiry = draft.parse_expiry_from_cert ? certificate?.expiresAt : draft.expires_at;
    const end = expiryFacts(expiry, now);
    return end ? { pem: publicKey, kid, alg, ...end } : wrong('Must be in the future', 'expires_at');
  }
  if (!certificate) return wrong('pem must hold a certificate', 'pem');
  if (type === 'cert_subject_dn') return { subject_dn: certificate.subject };
  const end = expiryFacts(certificate.expiresAt, now);
  return end
    ? { pem: draft.pem, thumbprint_sha256: certificate.thumbprint, ...end }
    : wrong('The certificate has expired', 'pem');
}

/** An expiry in the stored form, or `undefined` if it has passed. */
export function expiryFacts(expiry: string | undefined, now: number): { expires_at?: string } | undefined {
  if (expiry === undefined) return {};
  const at = Date.parse(expiry);
  return at > now ? { expires_at: new Date(at).toISOString() } : undefined;
}

/** Where a client names credentials, and of which type each place wants them. */
export interface Place {
  readonly path: string;
  readonly type: ClientCredential['credential_type'];
  readonly references: readonly CredentialReference[];
}
export type CredentialReference = CredentialDraft & { readonly id?: string | undefined };

/** Every place of a client that names credentials. */
export function placesOf(
  client: Pick<Client, 'client_authentication_methods' | 'signed_request_object' | 'token_vault_privileged_access'>,
): Place[] {
  const methods = client.client_authentication_methods;
  const all: (Place | undefined)[] = [
    methods?.private_key_jwt && {
      path: 'client_authentication_methods.private_key_jwt.credentials',
      type: 'public_key',
      references: methods.private_key_jwt.credentials,
    },
    methods?.tls_client_auth && {
      path: 'client_authentication_methods.tls_client_auth.credentials',
      type: 'cert_subject_dn',
      references: methods.tls_client_auth.credentials,
    },
    methods?.self_signed_tls_client_auth && {
      path: 'client_authentication_methods.self_signed_tls_client_auth.credentials',
      type: 'x509_cert',
      references: methods.self_signed_tls_client_auth.credentials,
    },
    client.signed_request_object?.credentials && {
      path: 'signed_request_object.credentials',
      type: 'public_key',
      references: client.signed_request_object.credentials,
    },
    client.token_vault_privileged_access?.credentials && {
      path: 'token_vault_privileged_access.credentials',
      type: 'public_key',
      references: client.token_vault_privileged_access.credentials,
    },
  ];
  return all.filter((place) => place !== undefined);
}

/** The client with each list of credentials mapped. */
export function withCredentials<
  C extends Pick<Client, 'client_authentication_methods' | 'signed_request_object' | 'token_vault_privileged_access'>,
>(client: C, map: (references: readonly CredentialReference[], path: string) => CredentialReference[]): C {
  const methods = client.client_authentication_methods;
  const jar = client.signed_request_object;
  const vault = client.token_vault_privileged_access;
  return {
    ...client,
    ...(methods
      ? {
          client_authentication_methods: Object.fromEntries(
            Object.entries(methods).map(([name, method]) => [
              name,
              method && {
                ...method,
                credentials: map(method.credentials, `client_authentication_methods.${name}.credentials`),
              },
            ]),
          ),
        }
      : {}),
    ...(jar?.credentials
      ? { signed_request_object: { ...jar, credentials: map(jar.credentials, 'signed_request_object.credentials') } }
      : {}),
    ...(vault?.credentials
      ? {
          token_vault_privileged_access: {
            ...vault,
            credentials: map(vault.credentials, 'token_vault_privileged_access.credentials'),
          },
        }
      : {}),
  };
}
