// The operations of connections that are written by hand, for the OpenAPI document.

import { connections } from '../../resources/index.ts';
import {
  fieldParameters,
  listAnswer,
  operation,
  pagingParameters,
  pathParameter,
  queryParameter,
} from '../../schema/openapi.ts';

const id = pathParameter('id', 'Id of the connection');
const tag = connections.name;
const clientId = { type: 'string', description: 'Id of the client' };

/** Paths below `/api/v2`; `DELETE` of `/connections/{id}` stands beside the generic operations of that path. */
export const connectionPaths = {
  '/connections/{id}/clients': {
    get: operation({
      summary: 'List the clients that may use a connection',
      tag,
      needs: [['read:connections']],
      parameters: [id, ...pagingParameters, ...fieldParameters],
      status: 200,
      answer: {
        type: 'object',
        properties: {
          clients: { type: 'array', items: { type: 'object', properties: { client_id: clientId } } },
          next: { type: 'string', description: 'Where the next part begins' },
        },
      },
      errors: [404],
    }),
    patch: operation({
      summary: 'Say which clients may use a connection',
      tag,
      needs: [['update:connections']],
      parameters: [id],
      body: {
        type: 'array',
        minItems: 1,
        maxItems: 50,
        items: {
          type: 'object',
          properties: { client_id: clientId, status: { type: 'boolean', description: 'Whether it may' } },
          required: ['client_id', 'status'],
          additionalProperties: false,
        },
      },
      status: 204,
      errors: [404],
    }),
  },
  '/connections/{id}/users': {
    delete: operation({
      summary: 'Delete the user of a connection who has this e-mail address',
      tag,
      needs: [['delete:users']],
      parameters: [id, queryParameter('email', 'E-mail address of the user')],
      status: 204,
      errors: [404],
    }),
  },
  '/clients/{client_id}/connections': {
    get: operation({
      summary: 'List the connections that a client may use',
      tag,
      needs: [['read:connections']],
      parameters: [
        pathParameter('client_id', 'Id of the client'),
        queryParameter('strategy', 'Connections of this kind'),
        ...pagingParameters,
        ...fieldParameters,
      ],
      status: 200,
      answer: listAnswer(connections),
      errors: [404],
    }),
  },
};

/** `DELETE /connections/{id}`: the connection with its users. */
export const removeConnection = operation({
  summary: 'Delete a connection with its users',
  tag,
  needs: [['delete:connections']],
  parameters: [id],
  status: 202,
  answer: { type: 'object', properties: { deleted_at: { type: 'string', format: 'date-time' } } },
});
