// What the OpenAPI document says of refresh tokens and device credentials, whose operations are written by hand.

import { deviceCredentials, refreshTokens } from '../../resources/index.ts';
import {
  fieldParameters,
  operation,
  pagingParameters,
  pathParameter,
  queryParameter,
  reference,
  schemaName,
  schemasOf,
} from '../../schema/openapi.ts';

const text = { type: 'string' };
const nothing = { type: 'object' };
const tag = refreshTokens.name;
const token = reference(schemaName(refreshTokens.name));
const device = reference(schemaName(deviceCredentials.name));
const id = pathParameter('id', 'Id of the refresh token');
const user = pathParameter('user_id', 'Id of the user');
const paged = [...pagingParameters, ...fieldParameters];

function wrapped(name: string) {
  return { type: 'object', properties: { [name]: { type: 'array', items: token }, next: text } };
}

/** Paths by their templates. */
export const refreshTokenPaths = {
  '/refresh-tokens': {
    get: operation({
      summary: 'List the refresh tokens of a user',
      tag,
      needs: [['read:refresh_tokens']],
      parameters: [
        { ...queryParameter('user_id', 'Id of the user'), required: true },
        queryParameter('client_id', 'Those of this client'),
        ...paged,
      ],
      status: 200,
      answer: wrapped('refresh_tokens'),
      errors: [404],
    }),
  },
  '/refresh-tokens/revoke': {
    post: operation({
      summary: 'Revoke refresh tokens by their ids, or those of a user, at one client, for one API',
      tag,
      needs: [['delete:refresh_tokens']],
      body: {
        type: 'object',
        properties: {
          ids: { type: 'array', items: text, minItems: 1, maxItems: 100 },
          user_id: text,
          client_id: text,
          audience: text,
        },
        additionalProperties: false,
      },
      status: 202,
      answer: nothing,
    }),
  },
  '/refresh-tokens/{id}': {
    get: operation({
      summary: 'Read a refresh token',
      tag,
      needs: [['read:refresh_tokens']],
      parameters: [id, ...fieldParameters],
      status: 200,
      answer: token,
      errors: [404],
    }),
    patch: operation({
      summary: 'Change the metadata of a refresh token',
      tag,
      needs: [['update:refresh_tokens']],
      parameters: [id],
      body: reference(`${schemaName(refreshTokens.name)}Update`),
      status: 200,
      answer: token,
      errors: [404],
    }),
    delete: operation({
      summary: 'Revoke a refresh token with its family',
      tag,
      needs: [['delete:refresh_tokens']],
      parameters: [id],
      status: 202,
      answer: nothing,
    }),
  },
  '/users/{user_id}/refresh-tokens': {
    get: operation({
      summary: 'List the refresh tokens of a user',
      tag,
      needs: [['read:refresh_tokens']],
      parameters: [user, ...paged],
      status: 200,
      answer: wrapped('tokens'),
      errors: [404],
    }),
    delete: operation({
      summary: 'Revoke every refresh token of a user',
      tag,
      needs: [['delete:refresh_tokens']],
      parameters: [user],
      status: 202,
      answer: nothing,
      errors: [404],
    }),
  },
  '/users/{user_id}/revoke-access': {
    post: operation({
      summary: 'End the sessions of a user, or one, with the tokens that are bound to them',
      tag,
      needs: [['delete:sessions'], ['delete:refresh_tokens']],
      parameters: [user],
      body: {
        type: 'object',
        properties: { session_id: text, preserve_refresh_tokens: { type: 'boolean' } },
        additionalProperties: false,
      },
      status: 202,
      answer: nothing,
      errors: [404],
    }),
  },
  '/device-credentials': {
    get: operation({
      summary: 'List device credentials',
      tag: deviceCredentials.name,
      needs: [deviceCredentials.scopes.read],
      parameters: [
        queryParameter('user_id', 'Those of this user'),
        queryParameter('client_id', 'Those of this client'),
        queryParameter('type', 'public_key, refresh_token or rotating_refresh_token; keys and refresh_token if absent'),
        ...paged,
      ],
      status: 200,
      answer: {
        oneOf: [
          { type: 'array', items: device },
          { type: 'object', properties: { device_credentials: { type: 'array', items: device } } },
        ],
      },
    }),
    post: operation({
      summary: 'Keep the public key of a device',
      tag: deviceCredentials.name,
      needs: [['create:current_user_device_credentials']],
      body: reference(`${schemaName(deviceCredentials.name)}Create`),
      status: 201,
      answer: { type: 'object', properties: { id: text }, required: ['id'] },
    }),
  },
  '/device-credentials/{id}': {
    delete: operation({
      summary: 'Forget a key of a device, or revoke a refresh token',
      tag: deviceCredentials.name,
      needs: [['delete:device_credentials', 'delete:current_user_device_credentials']],
      parameters: [pathParameter('id', 'Id of the device credential')],
      status: 204,
    }),
  },
};

export const refreshTokenSchemas = { ...schemasOf(refreshTokens), ...schemasOf(deviceCredentials) };
