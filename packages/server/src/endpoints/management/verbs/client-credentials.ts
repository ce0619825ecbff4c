// What is special about the credentials of a client: keys are read when they are created, and a client forgets those that go.

import { type ClientCredential, clientCredentials, clients } from '../../../resources/index.ts';
import { tableOf } from '../../../schema/collection.ts';
import { payloadMessage } from '../../../schema/messages.ts';
import { badBody, refused } from '../problem.ts';
import { isRefused } from '../query.ts';
import { clientBeyondCaller } from './administrators.ts';
import { credentialFacts, expiryFacts, mostCredentials, withCredentials } from './client-keys.ts';
import type { CollectionVerbs } from './verb.ts';

const table = tableOf(clientCredentials);
const clientTable = tableOf(clients);

export const clientCredentialVerbs: CollectionVerbs<typeof clientCredentials.fields> = {
  draft: (draft, at) => {
    const facts = credentialFacts(draft, at.now);
    return isRefused(facts) ? facts : { kind: 'valid', value: draft };
  },

  make: (draft, at) => {
    const facts = credentialFacts(draft, at.now);
    const when = new Date(at.now).toISOString();
    return { ...(isRefused(facts) ? {} : facts), created_at: when, updated_at: when };
  },

  patch: (patch, _before, at) => {
    if (patch.expires_at === null || patch.expires_at === undefined) return { kind: 'valid', value: patch };
    const end = expiryFacts(patch.expires_at, at.now);
    if (!end) return badBody(payloadMessage('Must be in the future', 'expires_at'));
    return { kind: 'valid', value: { ...patch, ...end } };
  },

  create: async (tx, credential, at) => {
    // Locked, so that two at once cannot both be the last that fits.
    await tx.lock(clientTable, credential.client_id);
    const beyond = await clientBeyondCaller(tx, at, credential.client_id);
    if (beyond) return beyond;
    const others = await tx.all(table, { client_id: credential.client_id });
    if (others.length >= mostCredentials) {
      return badBody(`A client has at most ${mostCredentials} credentials: two for each use. Delete one first.`);
    }
    const same = (row: ClientCredential) =>
      (credential.kid !== undefined && row.kid === credential.kid) ||
      (credential.thumbprint_sha256 !== undefined && row.thumbprint_sha256 === credential.thumbprint_sha256);
    if (others.some(same)) {
      return refused(409, clientCredentials.errors.conflict.message, clientCredentials.errors.conflict.errorCode);
    }
    return { kind: 'stored', entity: credential };
  },

  update: async (tx, before, after, at) =>
    (await clientBeyondCaller(tx, at, before.client_id)) ?? {
      kind: 'stored',
      entity: { ...after, updated_at: new Date(at.now).toISOString() },
    },

  /** A client that names the credential no longer does: else it would name one that is not there. */
  remove: async (tx, credential, at) => {
    const beyond = await clientBeyondCaller(tx, at, credential.client_id);
    if (beyond) return beyond;
    const client = await tx.lock(clientTable, credential.client_id);
    if (!client) return undefined;
    const rest = withCredentials(client, (references) => references.filter(({ id }) => id !== credential.id));
    if (JSON.stringify(rest) !== JSON.stringify(client)) await tx.replace(clientTable, rest);
    return undefined;
  },
};
