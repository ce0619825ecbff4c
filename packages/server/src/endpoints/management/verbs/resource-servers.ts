// What is special about APIs: identifiers that follow the host, built-in APIs, signing secrets, and the grants that go with them.

import { readCredentialKey } from '../../../domain/clients/credential-key.ts';
import { refreshFamilies } from '../../../domain/issuing/refresh-family.ts';
import { userGrants } from '../../../domain/issuing/user-tables.ts';
import { ensureRing } from '../../../domain/keys/rings.ts';
import {
  identifierAt,
  isReservedIdentifier,
  MANAGEMENT_API,
  storedIdentifier,
} from '../../../domain/tenants/system-apis.ts';
import { asymmetricAlgorithms } from '../../../oauth/algorithms.ts';
import {
  clients,
  type ResourceServer,
  type resourceServers,
  type TenantSettings,
  tenantSettings,
} from '../../../resources/index.ts';
import { systemRecord } from '../../../resources/system-records.ts';
import { tableOf } from '../../../schema/collection.ts';
import { payloadMessage } from '../../../schema/messages.ts';
import type { Transaction } from '../../../storage/store.ts';
import { makeSecret } from '../ids.ts';
import { badBody, type Refused } from '../problem.ts';
import { lessThanAll } from './administrators.ts';
import { grantTable, removeGrants } from './grant-links.ts';
import { forgetConsents } from './grants.ts';
import { forgetPermissions } from './permissions.ts';
import type { CollectionVerbs } from './verb.ts';

type Fields = typeof resourceServers.fields;
const clientTable = tableOf(clients);

/** What may be changed of a built-in API (auth0-behaviour API-4). */
const changeable: ReadonlySet<string> = new Set([
  'token_lifetime',
  'token_lifetime_for_web',
  'allow_offline_access',
  'skip_consent_for_verifiable_first_party_clients',
]);

export const resourceServerVerbs: CollectionVerbs<Fields> = {
  stored: (field, value, at) => (field === 'identifier' ? storedIdentifier(value, at.host) : value),

  draft: (draft, at) => {
    if (isReservedIdentifier(draft.identifier) || draft.identifier === `https://${at.host}/userinfo`)
      return badBody(payloadMessage('This identifier is kept for built-in APIs', 'identifier'));
    const wrong = keyProblem(draft.token_encryption);
    if (wrong) return wrong;
    const identifier = storedIdentifier(draft.identifier, at.host);
    return { kind: 'valid', value: { ...draft, ...systemRecord(identifier), identifier } };
  },

  // The id of a client is the `aud` of its ID tokens: whoever protects such an API could not tell them from access tokens (RFC 8725 §3.9).
  create: async (tx, api) =>
    (await tx.get(clientTable, api.identifier))
      ? badBody(payloadMessage('This is the id of a client; an API has a name of its own', 'identifier'))
      : { kind: 'stored', entity: api },

  make: (draft) => ({
    ...(systemRecord(draft.identifier) ? { is_system: true } : {}),
    ...(draft.signing_alg === 'HS256' && draft.signing_secret === undefined ? { signing_secret: makeSecret() } : {}),
  }),

  /** The first API of an algorithm brings its key ring, published before any token is signed with it. */
  prepare: async ({ signing_alg: alg }, at, { database }) => {
    const asymmetric = asymmetricAlgorithms.find((known) => known === alg);
    if (asymmetric) await ensureRing(database.store(at.tenant), asymmetric, at.host, at.now);
  },

  patch: (patch, before) => {
    const names = Object.keys(patch) as (keyof ResourceServer & keyof typeof patch)[];
    const fixed = before.is_system
      ? names.find((name) => !changeable.has(name) && !equal(patch[name], before[name]))
      : undefined;
    if (fixed) return badBody(payloadMessage(`A system API does not allow to change ${fixed}`, fixed));
    const wrong = patch.token_encryption ? keyProblem(patch.token_encryption) : undefined;
    if (wrong) return wrong;
    const becomesShared = (patch.signing_alg ?? before.signing_alg) === 'HS256';
    const secret = patch.signing_secret ?? before.signing_secret;
    return {
      kind: 'valid',
      value: {
        ...patch,
        ...webLifetime(patch, before),
        ...(becomesShared && !secret ? { signing_secret: makeSecret() } : {}),
      },
    };
  },

  /** Scopes that are gone leave grants, roles, users and consents: one that comes back must not be held by an old decision. */
  update: async (tx, before, after, at) => {
    // How long tokens of administrators live, and whether clients get them without asking.
    const beyond = before.identifier === MANAGEMENT_API ? await lessThanAll(tx, at) : undefined;
    if (beyond) return beyond;
    const kept = new Set((after.scopes ?? []).map((scope) => scope.value));
    const gone = (before.scopes ?? []).map((scope) => scope.value).filter((scope) => !kept.has(scope));
    if (gone.length > 0) {
      await forgetPermissions(tx, after.identifier, gone);
      await forgetConsents(tx, after.identifier, new Set(gone));
      for (const grant of await tx.all(grantTable, { audience: after.identifier })) {
        const scope = grant.scope?.filter((value) => kept.has(value));
        if (scope && scope.length !== grant.scope?.length) await tx.replace(grantTable, { ...grant, scope });
      }
    }
    return { kind: 'stored', entity: after };
  },

  remove: async (tx, api) => {
    if (api.identifier === MANAGEMENT_API) return badBody('The Management API cannot be deleted');
    await removeGrants(tx, { audience: api.identifier });
    await forgetPermissions(tx, api.identifier);
    await tx.removeAll(userGrants, { audience: api.identifier });
    await tx.removeAll(refreshFamilies, { audience: api.identifier });
    await forgetDefaultAudience(tx, api.identifier);
    return undefined;
  },

  answer: (api, { at }) => ({
    ...api,
    identifier: identifierAt(api.identifier, at.host),
    ...(api.token_encryption ? { token_encryption: withoutPem(api.token_encryption) } : {}),
  }),
};

/** A shorter lifetime takes the one for web with it, unless the caller says both: the caller need not know of the other. */
function webLifetime(
  patch: { token_lifetime?: number | null; token_lifetime_for_web?: number | null },
  before: ResourceServer,
) {
  const { token_lifetime: whole, token_lifetime_for_web: web } = patch;
  return whole && web === undefined && before.token_lifetime_for_web > whole ? { token_lifetime_for_web: whole } : {};
}

/** Nobody can have tokens for an API that is gone; without this every request that names no API would fail by its name. */
async function forgetDefaultAudience(tx: Transaction, identifier: string): Promise<void> {
  const settings = await tx.lockDocument<TenantSettings>(tenantSettings.name);
  if (settings?.default_audience === identifier)
    await tx.put(tenantSettings.name, { ...settings, default_audience: '' });
}

type Encryption = ResourceServer['token_encryption'];

function keyProblem(encryption: Encryption): Refused | undefined {
  if (!encryption) return undefined;
  const read = readCredentialKey(encryption.encryption_key.pem);
  return read.kind === 'key' ? undefined : badBody(payloadMessage(read.message, 'token_encryption.encryption_key.pem'));
}

/** The key is answered by its thumbprint only, as recorded; `thumbprint_sha256` is the RFC 7638 thumbprint. */
function withoutPem(encryption: NonNullable<Encryption>): object {
  const { pem, ...rest } = encryption.encryption_key;
  const read = readCredentialKey(pem);
  return {
    ...encryption,
    encryption_key: { ...rest, ...(read.kind === 'key' ? { thumbprint_sha256: read.key.kid } : {}) },
  };
}

function equal(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
