// What users consented to (`grants` on the wire): which client may do what at which API, on behalf of whom.

import { collection } from '../schema/collection.ts';
import { made } from '../schema/field.ts';
import { list, text } from '../schema/types.ts';

const fields = {
  id: made(text(64), 'Id of the consent'),
  clientID: made(text(64), 'Client that may', { lookup: 'index' }),
  user_id: made(text(300), 'User who consented', { lookup: 'index' }),
  audience: made(text(600), 'Identifier of the API; the address of /userinfo for logins without one', {
    lookup: 'index',
  }),
  scope: made(list(text(280), 1000).readonly(), 'Scopes that the user consented to'),
};

export const grants = collection({
  name: 'grants',
  path: 'grants',
  noun: { one: 'grant', a: 'a grant' },
  about: 'What users consented to',
  fields,
  id: 'id',
  ids: { prefix: '', alphabet: 'hex', length: 24 },
  scopes: { read: ['read:grants'], remove: ['delete:grants'] },
  list: 'paged',
  filters: [
    { param: 'user_id', field: 'user_id', type: 'text', about: 'Consents of this user' },
    { param: 'client_id', field: 'clientID', type: 'text', about: 'Consents for this client' },
    { param: 'audience', field: 'audience', type: 'text', about: 'Consents for this API' },
  ],
  removingNothing: 204,
  uniqueTogether: [['user_id', 'clientID', 'audience']],
  errors: {
    missing: { errorCode: 'inexistent_grant', message: 'The grant does not exist.' },
    conflict: { message: 'The grant already exists.' },
  },
  defaults: () => ({}),
  check: () => [],
});
