// APIs (`resource_servers` on the wire): what accepts access tokens, and which permissions it knows.

import { z } from 'zod';
import { apiAlgorithms } from '../oauth/algorithms.ts';
import { collection, type Problem } from '../schema/collection.ts';
import { defaulted, type Entity, fixed, made, madeSometimes, optional } from '../schema/field.ts';
import { displayName, flag, list, oneOf, text, whole } from '../schema/types.ts';

const policy = (values: readonly [string, ...string[]]) => z.strictObject({ policy: oneOf(values) });

export const scope = z.strictObject({
  value: text(280, 1)
    .regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/)
    .describe('What is asked for in `scope`'),
  description: text(500).optional().describe('For people who consent'),
});

const fields = {
  id: made(text(24), 'Id of the API'),
  name: optional(displayName(200), 'Name for people'),
  identifier: fixed(
    text(600, 1).regex(/^[^\x00-\x20\x7f]+$/),
    'Unique name of the API, the `aud` of its tokens; never called',
    {
      lookup: 'unique',
    },
  ),
  scopes: optional(
    list(scope, 1000).refine((scopes) => new Set(scopes.map(({ value }) => value)).size === scopes.length, {
      error: 'Array items are not unique',
    }),
    'Permissions that the API knows; a PATCH replaces them all',
  ),
  signing_alg: defaulted(oneOf(apiAlgorithms), 'How its access tokens are signed'),
  signing_secret: optional(text(1024, 16), 'Shared secret of HS256 tokens, made if none is given', {
    secret: true,
    shownTo: ['update:resource_servers'],
  }),
  allow_offline_access: defaulted(flag, 'Whether clients may have refresh tokens for it'),
  allow_online_access: optional(flag, 'Whether clients may have refresh tokens that end with the session'),
  allow_online_access_with_ephemeral_sessions: optional(flag, 'The same for sessions that end with the browser'),
  token_lifetime: defaulted(whole(1, 2_592_000), 'Seconds for which an access token is valid'),
  token_lifetime_for_web: defaulted(whole(1, 2_592_000), 'Seconds for tokens of the implicit and hybrid flows'),
  skip_consent_for_verifiable_first_party_clients: defaulted(
    flag,
    'Whether own clients get tokens without asking the user',
  ),
  enforce_policies: optional(flag, 'Whether users get only the permissions that they hold'),
  token_dialect: optional(
    oneOf(['access_token', 'access_token_authz', 'rfc9068_profile', 'rfc9068_profile_authz']),
    'Form of the access token; `_authz` adds the permissions of the user',
  ),
  subject_type_authorization: defaulted(
    z.strictObject({
      user: policy(['allow_all', 'require_client_grant', 'deny_all']).optional(),
      client: policy(['require_client_grant', 'deny_all']).optional(),
    }),
    'Who may have tokens: on behalf of users, and machines as themselves',
    { merged: true },
  ),
  token_encryption: optional(
    z.strictObject({
      format: oneOf(['compact-nested-jwe']),
      encryption_key: z.strictObject({
        name: text(128).optional(),
        alg: oneOf(['RSA-OAEP-256', 'RSA-OAEP-384', 'RSA-OAEP-512']),
        kid: text(128).optional(),
        pem: text(4096, 1),
      }),
    }),
    'Encryption of its access tokens to a key of the API',
    { nullRemoves: true },
  ),
  consent_policy: optional(oneOf(['standard', 'transactional-authorization-with-mfa']), 'How users consent', {
    nullRemoves: true,
  }),
  authorization_details: optional(
    list(z.strictObject({ type: text(255, 1) }), 100),
    'Types of authorization details (RFC 9396) that it knows',
    { nullRemoves: true },
  ),
  proof_of_possession: optional(
    z.strictObject({
      mechanism: oneOf(['mtls', 'dpop']),
      required: flag,
      required_for: oneOf(['all_clients', 'public_clients']).optional(),
    }),
    'Whether its tokens are bound to a key of the client',
    { nullRemoves: true },
  ),
  authorization_policy: optional(
    z.strictObject({ policy_id: text(64, 1) }),
    'Policy that is evaluated when a token is made',
    {
      nullRemoves: true,
    },
  ),
  client_id: madeSometimes(text(64), 'Client that stands for the API itself'),
  is_system: madeSometimes(flag, 'Whether the API is built in'),
};

export type ResourceServer = Entity<typeof fields>;

export const resourceServers = collection({
  name: 'resource_servers',
  path: 'resource-servers',
  noun: { one: 'resource server', a: 'a resource server' },
  about: 'APIs that accept access tokens',
  fields,
  id: 'id',
  ids: { prefix: '', alphabet: 'hex', length: 24 },
  scopes: {
    read: ['read:resource_servers'],
    create: ['create:resource_servers'],
    update: ['update:resource_servers'],
    remove: ['delete:resource_servers'],
  },
  list: 'paged',
  alsoFoundBy: 'identifier',
  filters: [{ param: 'identifiers', field: 'identifier', type: 'list', about: 'Identifiers, one a parameter' }],
  removingNothing: 204,
  uniqueTogether: [],
  errors: {
    missing: { errorCode: 'inexistent_resource_server', message: 'The resource server does not exist' },
    conflict: {
      errorCode: 'resource_server_conflict',
      message: 'A resource server with the same identifier already exists',
    },
  },
  // auth0-behaviour §37.4; a given lifetime below 7200 s pulls the web lifetime down with it.
  defaults: (draft) => {
    const lifetime = draft.token_lifetime ?? 86_400;
    return {
      allow_offline_access: draft.allow_offline_access ?? false,
      skip_consent_for_verifiable_first_party_clients: draft.skip_consent_for_verifiable_first_party_clients ?? false,
      subject_type_authorization: {
        client: { policy: 'require_client_grant' },
        user: { policy: 'allow_all' },
        ...draft.subject_type_authorization,
      },
      token_lifetime: lifetime,
      token_lifetime_for_web: draft.token_lifetime_for_web ?? Math.min(7200, lifetime),
      signing_alg: draft.signing_alg ?? 'RS256',
    };
  },
  check: (api) => {
    const problems: Problem[] = [];
    if (!api.is_system && api.token_lifetime_for_web > api.token_lifetime) {
      problems.push({
        path: 'token_lifetime_for_web',
        message: `Value ${api.token_lifetime_for_web} is greater than token_lifetime (${api.token_lifetime})`,
      });
    }
    return problems;
  },
});
