// What the OpenAPI document says of operations on people that are written by hand: roles, permissions, consents, sessions.

import { logs, roles, sessions, users } from '../../resources/index.ts';
import type { AnyOf } from '../../schema/collection.ts';
import {
  fieldParameters,
  operation,
  pagingParameters,
  pathParameter,
  queryParameter,
  reference,
  schemaName,
} from '../../schema/openapi.ts';

type Described = Omit<Parameters<typeof operation>[0], 'needs'> & { readonly needs: readonly AnyOf[] };

const roleId = pathParameter('id', 'Id of the role');
const userId = pathParameter('id', 'Id of the user');
const nothing = { type: 'object' };
const text = { type: 'string' };

const permission = {
  type: 'object',
  properties: {
    permission_name: text,
    description: text,
    resource_server_name: text,
    resource_server_identifier: text,
  },
};
const userPermission = {
  ...permission,
  properties: {
    ...permission.properties,
    sources: {
      type: 'array',
      items: {
        type: 'object',
        properties: { source_id: text, source_name: text, source_type: { enum: ['DIRECT', 'ROLE'] } },
      },
    },
  },
};
const holder = { type: 'object', properties: { user_id: text, email: text, picture: text, name: text } };

/** A page of rows, wrapped as `name` when totals or a checkpoint are asked for. */
function page(name: string, row: object) {
  const rows = { type: 'array', items: row };
  const whole = { type: 'integer' };
  const around = { start: whole, limit: whole, total: whole, next: text };
  return { oneOf: [rows, { type: 'object', properties: { ...around, [name]: rows } }] };
}

function bodyOf(name: string, item: object) {
  return {
    type: 'object',
    properties: { [name]: { type: 'array', items: item, minItems: 1 } },
    required: [name],
    additionalProperties: false,
  };
}

const permissionsBody = bodyOf('permissions', {
  type: 'object',
  properties: { resource_server_identifier: text, permission_name: text },
  required: ['resource_server_identifier', 'permission_name'],
  additionalProperties: false,
});

function list(described: Pick<Described, 'summary' | 'tag' | 'needs' | 'answer'>, row: Described['parameters'] = []) {
  const parameters = [...row, ...pagingParameters, ...fieldParameters];
  return operation({ ...described, parameters, status: 200, errors: [404] });
}

function change(described: Described) {
  return operation({ ...described, errors: [404] });
}

/** Paths by their templates. */
export const peoplePaths = {
  '/roles/{id}/permissions': {
    get: list(
      {
        summary: 'List the permissions of a role',
        tag: roles.name,
        needs: [['read:roles']],
        answer: page('permissions', permission),
      },
      [roleId],
    ),
    post: change({
      summary: 'Add permissions to a role',
      tag: roles.name,
      needs: [['update:roles']],
      parameters: [roleId],
      body: permissionsBody,
      status: 201,
      answer: nothing,
    }),
    delete: change({
      summary: 'Remove permissions from a role',
      tag: roles.name,
      needs: [['update:roles']],
      parameters: [roleId],
      body: permissionsBody,
      status: 204,
    }),
  },
  '/roles/{id}/users': {
    get: list(
      {
        summary: 'List the users of a role',
        tag: roles.name,
        needs: [['read:users'], ['read:roles']],
        answer: page('users', holder),
      },
      [roleId],
    ),
    post: change({
      summary: 'Give a role to users',
      tag: roles.name,
      needs: [['update:roles', 'create:role_members']],
      parameters: [roleId],
      body: bodyOf('users', text),
      status: 200,
      answer: nothing,
    }),
  },
  '/users-by-email': {
    get: operation({
      summary: 'Find users by their e-mail address',
      tag: users.name,
      needs: [['read:users']],
      parameters: [{ ...queryParameter('email', 'Address, in any case'), required: true }, ...fieldParameters],
      status: 200,
      answer: { type: 'array', items: reference(schemaName(users.name)) },
    }),
  },
  '/users/{id}/logs': {
    get: list(
      {
        summary: 'List the log events of a user',
        tag: users.name,
        needs: [logs.scopes.read],
        answer: page('logs', reference(schemaName(logs.name))),
      },
      [userId, queryParameter('sort', 'Order', { enum: ['date:-1', 'date:1'] })],
    ),
  },
  '/users/{id}/roles': {
    get: list(
      {
        summary: 'List the roles of a user',
        tag: users.name,
        needs: [['read:users'], ['read:roles']],
        answer: page('roles', { type: 'object', properties: { id: text, name: text, description: text } }),
      },
      [userId],
    ),
    post: change({
      summary: 'Give roles to a user',
      tag: users.name,
      needs: [['update:users', 'create:role_members']],
      parameters: [userId],
      body: bodyOf('roles', text),
      status: 204,
    }),
    delete: change({
      summary: 'Take roles from a user',
      tag: users.name,
      needs: [['update:users', 'delete:role_members']],
      parameters: [userId],
      body: bodyOf('roles', text),
      status: 204,
    }),
  },
  '/users/{id}/permissions': {
    get: list(
      {
        summary: 'List the permissions of a user, with where each comes from',
        tag: users.name,
        needs: [['read:users']],
        answer: page('permissions', userPermission),
      },
      [userId],
    ),
    post: change({
      summary: 'Give permissions to a user',
      tag: users.name,
      needs: [['update:users']],
      parameters: [userId],
      body: permissionsBody,
      status: 201,
      answer: nothing,
    }),
    delete: change({
      summary: 'Take permissions from a user',
      tag: users.name,
      needs: [['update:users']],
      parameters: [userId],
      body: permissionsBody,
      status: 204,
    }),
  },
  '/sessions/{id}': {
    get: operation({
      summary: 'Read a session',
      tag: sessions.name,
      needs: [['read:sessions']],
      parameters: [pathParameter('id', 'Id of the session'), ...fieldParameters],
      status: 200,
      answer: reference(schemaName(sessions.name)),
      errors: [404],
    }),
    patch: change({
      summary: 'Change the metadata of a session',
      tag: sessions.name,
      needs: [['update:sessions']],
      parameters: [pathParameter('id', 'Id of the session')],
      body: reference(`${schemaName(sessions.name)}Update`),
      status: 200,
      answer: reference(schemaName(sessions.name)),
    }),
    delete: operation({
      summary: 'End a session',
      tag: sessions.name,
      needs: [['delete:sessions']],
      parameters: [pathParameter('id', 'Id of the session')],
      status: 202,
      answer: nothing,
    }),
  },
  '/sessions/{id}/revoke': {
    post: operation({
      summary: 'End a session and the tokens that are bound to it',
      tag: sessions.name,
      needs: [['delete:sessions'], ['delete:refresh_tokens']],
      parameters: [pathParameter('id', 'Id of the session')],
      status: 202,
      answer: nothing,
    }),
  },
  '/users/{user_id}/sessions': {
    get: list(
      {
        summary: 'List the sessions of a user',
        tag: sessions.name,
        needs: [['read:sessions']],
        answer: {
          type: 'object',
          properties: { sessions: { type: 'array', items: reference(schemaName(sessions.name)) }, next: text },
        },
      },
      [pathParameter('user_id', 'Id of the user')],
    ),
    delete: change({
      summary: 'End every session of a user',
      tag: sessions.name,
      needs: [['delete:sessions']],
      parameters: [pathParameter('user_id', 'Id of the user')],
      status: 202,
      answer: nothing,
    }),
  },
};

/** The consents of a user, all at once. */
export const removeGrants = operation({
  summary: 'Delete every grant of a user',
  tag: 'grants',
  needs: [['delete:grants']],
  parameters: [{ ...queryParameter('user_id', 'Id of the user'), required: true }],
  status: 204,
});
