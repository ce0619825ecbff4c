// What the OpenAPI document says of blocks by guesses, and of blocked addresses.

import { users } from '../../resources/index.ts';
import { operation, pathParameter, queryParameter } from '../../schema/openapi.ts';

const text = { type: 'string' };
const blocks = {
  type: 'object',
  properties: {
    blocked_for: {
      type: 'array',
      items: { type: 'object', properties: { identifier: text, ip: text, connection: text } },
    },
  },
};
const considered = queryParameter(
  'consider_brute_force_enablement',
  'Whether nobody is listed while brute-force protection is off',
  {
    type: 'boolean',
  },
);
const identifier = queryParameter('identifier', 'E-mail address, username or phone number');
const userId = pathParameter('id', 'Id of the user');
const address = pathParameter('id', 'IP address');
const anomaly = 'anomaly';

/** Paths by their templates. */
export const blockPaths = {
  '/user-blocks': {
    get: operation({
      summary: 'List who is shut out of the accounts that an identifier names',
      tag: users.name,
      needs: [['read:users']],
      parameters: [identifier, considered],
      status: 200,
      answer: blocks,
    }),
    delete: operation({
      summary: 'Open the accounts that an identifier names',
      tag: users.name,
      needs: [['update:users']],
      parameters: [identifier],
      status: 204,
    }),
  },
  '/user-blocks/{id}': {
    get: operation({
      summary: 'List who is shut out of the account of a user',
      tag: users.name,
      needs: [['read:users']],
      parameters: [userId, considered],
      status: 200,
      answer: blocks,
      errors: [404],
    }),
    delete: operation({
      summary: 'Open the account of a user',
      tag: users.name,
      needs: [['update:users']],
      parameters: [userId],
      status: 204,
      errors: [404],
    }),
  },
  '/anomaly/blocks/ips/{id}': {
    get: operation({
      summary: 'Say whether an address is blocked',
      tag: anomaly,
      needs: [['read:anomaly_blocks']],
      parameters: [address],
      status: 200,
      errors: [404],
    }),
    delete: operation({
      summary: 'Unblock an address',
      tag: anomaly,
      needs: [['delete:anomaly_blocks']],
      parameters: [address],
      status: 204,
    }),
  },
};
