// The grants of the token endpoint. Discovery publishes this list; a grant that is not in it does not exist.

import { type AnyGrant, closed } from '../grant.ts';
import { authorizationCode } from './authorization-code.ts';
import { clientCredentials } from './client-credentials.ts';
import { password, passwordRealm } from './password.ts';
import { refreshToken } from './refresh-token.ts';

export const grants: readonly AnyGrant[] = [
  closed(authorizationCode),
  closed(refreshToken),
  closed(clientCredentials),
  password,
  passwordRealm,
];
