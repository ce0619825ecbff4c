// `GET /api/v2/openapi.json`: the description of this Management API, from the declarations and the few operations
// that are written by hand. Made once; only the addresses differ by host.

import {
  clientCredentials,
  clientGrants,
  clients,
  logs,
  managementScopes,
  resourceServers,
  signingKeys,
  tenantSettings,
} from '../../resources/index.ts';
import type { AnyCollection } from '../../schema/collection.ts';
import {
  collectionPaths,
  fieldParameters,
  operation,
  pagingParameters,
  pathParameter,
  queryParameter,
  reference,
  schemaName,
  schemasOf,
  singletonPaths,
} from '../../schema/openapi.ts';

const collections: readonly AnyCollection[] = [resourceServers, clients, clientCredentials, clientGrants];

const logList = { type: 'array', items: reference(schemaName(logs.name)) };
const keyAnswer = { type: 'object', properties: { kid: { type: 'string' }, cert: { type: 'string' } } };

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
const paths = Object.assign({}, ...collections.map(collectionPaths), singletonPaths(tenantSettings), handMade);
const schemas = Object.assign(
  { Error: errorSchema },
  ...[...collections, tenantSettings, signingKeys, logs].map(schemasOf),
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
        oauth2: {
          type: 'oauth2',
          description: `Access tokens for the audience ${issuer}api/v2/`,
          flows: { clientCredentials: { tokenUrl: `${issuer}oauth/token`, scopes } },
        },
      },
    },
  };
}
