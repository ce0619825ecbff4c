// `GET /api/v2/openapi.json`: the description of this Management API, from the declarations and the few operations
// that are written by hand. Made once; only the addresses differ by host.

import {
  clientCredentials,
  clientGrants,
  clients,
  connectionProfiles,
  connections,
  grants,
  logs,
  managementScopes,
  organizations,
  resourceServers,
  roles,
  sessions,
  signingKeys,
  singletons,
  userAttributeProfiles,
  users,
} from '../../resources/index.ts';
import type { AnyCollection, AnyOf } from '../../schema/collection.ts';
import {
  collectionPaths,
  fieldParameters,
  listAnswer,
  operation,
  pagingParameters,
  pathParameter,
  queryParameter,
  reference,
  schemaName,
  schemasOf,
  singletonPaths,
} from '../../schema/openapi.ts';
import { blockPaths } from './openapi-blocks.ts';
import { connectionPaths, removeConnection } from './openapi-connections.ts';
import { messagePaths, messageSchemas } from './openapi-messages.ts';
import { peoplePaths, removeGrants } from './openapi-people.ts';
import { refreshTokenPaths, refreshTokenSchemas } from './openapi-refresh-tokens.ts';
import { statsPaths, statsSchemas } from './openapi-stats.ts';
import { apiCredentialScheme, tokenPaths, tokenSchemas } from './openapi-tokens.ts';

const collections: readonly AnyCollection[] = [
  resourceServers,
  clients,
  clientCredentials,
  clientGrants,
  organizations,
  connectionProfiles,
  userAttributeProfiles,
  roles,
  users,
];

const logList = { type: 'array', items: reference(schemaName(logs.name)) };
const keyAnswer = { type: 'object', properties: { kid: { type: 'string' }, cert: { type: 'string' } } };

const organizationId = pathParameter('id', 'Id of the organization');

function templatePaths(path: string, wrapper: string, scopes: AnyOf): object {
  const template = {
    type: 'object',
    properties: { id: { type: 'string' }, display_name: { type: 'string' }, template: { type: 'object' } },
  };
  const tag = wrapper.replace('_templates', 's');
  const list = { type: 'object', properties: { [wrapper]: { type: 'array', items: template } } };
  return {
    [`${path}/templates`]: {
      get: operation({ summary: 'List templates', tag, needs: [scopes], status: 200, answer: list }),
    },
    [`${path}/templates/{id}`]: {
      get: operation({
        summary: 'Read a template',
        tag,
        needs: [scopes],
        parameters: [pathParameter('id', 'Id of the template')],
        status: 200,
        answer: template,
        errors: [404],
      }),
    },
  };
}

/** Operations that are not the same for every resource. */
const handMade = {
  '/clients/{client_id}/rotate-secret': {
    post: operation({
      summary: 'Give a client a new secret',
      tag: clients.name,
      needs: [['update:client_keys']],
      parameters: [pathParameter('client_id', 'Id')],
      status: 200,
      answer: reference(schemaName(clients.name)),
      errors: [404],
    }),
  },
  '/organizations/name/{name}': {
    get: operation({
      summary: 'Read an organization by its name',
      tag: organizations.name,
      needs: [['read:organizations']],
      parameters: [pathParameter('name', 'Name'), ...fieldParameters],
      status: 200,
      answer: reference(schemaName(organizations.name)),
      errors: [404],
    }),
  },
  '/organizations/{id}/client-grants': {
    get: operation({
      summary: 'List the client grants of an organization',
      tag: organizations.name,
      needs: [['read:organization_client_grants']],
      parameters: [
        organizationId,
        queryParameter('audience', 'Grants for this API'),
        queryParameter('client_id', 'Grants of this client'),
        ...pagingParameters,
        ...fieldParameters,
      ],
      status: 200,
      answer: listAnswer(clientGrants),
      errors: [404],
    }),
    post: operation({
      summary: 'Add a client grant to an organization',
      tag: organizations.name,
      needs: [['create:organization_client_grants']],
      parameters: [organizationId],
      body: {
        type: 'object',
        properties: { grant_id: { type: 'string', description: 'Id of the client grant' } },
        required: ['grant_id'],
        additionalProperties: false,
      },
      status: 201,
      answer: { type: 'object', properties: { grant_id: { type: 'string' } } },
      errors: [404, 409],
    }),
  },
  '/organizations/{id}/client-grants/{grant_id}': {
    delete: operation({
      summary: 'Remove a client grant from an organization',
      tag: organizations.name,
      needs: [['delete:organization_client_grants']],
      parameters: [organizationId, pathParameter('grant_id', 'Id of the client grant')],
      status: 204,
      errors: [404],
    }),
  },
  '/client-grants/{id}/organizations': {
    get: operation({
      summary: 'List the organizations of a client grant',
      tag: clientGrants.name,
      needs: [['read:organization_client_grants']],
      parameters: [pathParameter('id', 'Id of the client grant'), ...pagingParameters, ...fieldParameters],
      status: 200,
      answer: listAnswer(organizations),
      errors: [404],
    }),
  },
  ...templatePaths('/connection-profiles', 'connection_profile_templates', connectionProfiles.scopes.read),
  ...templatePaths('/user-attribute-profiles', 'user_attribute_profile_templates', userAttributeProfiles.scopes.read),
  '/keys/signing': {
    get: operation({
      summary: 'List the signing keys',
      tag: signingKeys.name,
      needs: [signingKeys.scopes.read],
      status: 200,
      answer: { type: 'array', items: reference(schemaName(signingKeys.name)) },
    }),
  },
  '/keys/signing/{kid}': {
    get: operation({
      summary: 'Read a signing key',
      tag: signingKeys.name,
      needs: [signingKeys.scopes.read],
      parameters: [pathParameter('kid', 'Id of the key')],
      status: 200,
      answer: reference(schemaName(signingKeys.name)),
      errors: [404],
    }),
  },
  '/keys/signing/rotate': {
    post: operation({
      summary: 'Let the next signing key take over',
      tag: signingKeys.name,
      needs: [['create:signing_keys'], ['update:signing_keys']],
      status: 201,
      answer: keyAnswer,
      errors: [409],
    }),
  },
  '/keys/signing/{kid}/revoke': {
    put: operation({
      summary: 'Revoke the previous signing key',
      tag: signingKeys.name,
      needs: [['update:signing_keys']],
      parameters: [pathParameter('kid', 'Id of the key')],
      status: 200,
      answer: keyAnswer,
      errors: [404],
    }),
  },
  '/logs': {
    get: operation({
      summary: 'Search the log of the tenant',
      tag: logs.name,
      needs: [logs.scopes.read],
      parameters: [
        queryParameter(
          'q',
          'Conditions in a subset of the Lucene syntax, such as `type:(seccft OR feccft) AND date:[2026-01-01 TO *]`',
        ),
        queryParameter('sort', 'Order', { enum: ['date:-1', 'date:1'] }),
        ...pagingParameters,
        ...fieldParameters,
      ],
      status: 200,
      answer: { oneOf: [logList, { type: 'object', properties: { logs: logList } }] },
    }),
  },
  '/logs/{id}': {
    get: operation({
      summary: 'Read a log event',
      tag: logs.name,
      needs: [logs.scopes.read],
      parameters: [pathParameter('id', 'Id of the event')],
      status: 200,
      answer: reference(schemaName(logs.name)),
      errors: [404],
    }),
  },
};

const errorSchema = {
  type: 'object',
  required: ['statusCode', 'error', 'message'],
  properties: {
    statusCode: { type: 'integer' },
    error: { type: 'string', description: 'Name of the status' },
    message: { type: 'string', description: 'What is wrong' },
    errorCode: { type: 'string', description: 'For programs, such as `invalid_body`' },
  },
};

/** Everything but the addresses. */
const grantPaths = collectionPaths(grants);
const ofConnections = collectionPaths(connections);
const oneConnection = '/connections/{id}';
const paths = Object.assign(
  {},
  ...collections.map(collectionPaths),
  ...singletons.map(singletonPaths),
  handMade,
  peoplePaths,
  blockPaths,
  connectionPaths,
  messagePaths,
  tokenPaths,
  statsPaths,
  refreshTokenPaths,
  {
    ...ofConnections,
    [oneConnection]: { ...Object(Reflect.get(ofConnections, oneConnection)), delete: removeConnection },
  },
  { ...grantPaths, '/grants': { ...Object(grantPaths['/grants']), delete: removeGrants } },
);
const schemas = Object.assign(
  { Error: errorSchema },
  ...[...collections, connections, grants, ...singletons, signingKeys, logs, sessions].map(schemasOf),
  tokenSchemas,
  statsSchemas,
  messageSchemas,
  refreshTokenSchemas,
);

/** The document for the tenant at this issuer (`https://HOST/`). */
export function openapi(issuer: string): object {
  const scopes = Object.fromEntries(managementScopes.map(({ value, description }) => [value, description ?? '']));
  return {
    openapi: '3.1.0',
    info: { title: 'Countersign Management API', version: '2', license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: `${issuer}api/v2` }],
    paths,
    components: {
      schemas,
      responses: { Error: { description: 'Refused', content: { 'application/json': { schema: reference('Error') } } } },
      securitySchemes: {
        ...apiCredentialScheme,
        oauth2: {
          type: 'oauth2',
          description: `Access tokens for the audience ${issuer}api/v2/`,
          flows: { clientCredentials: { tokenUrl: `${issuer}oauth/token`, scopes } },
        },
      },
    },
  };
}
