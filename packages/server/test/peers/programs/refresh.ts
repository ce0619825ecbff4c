// The official clients that refresh and revoke: auth0-auth-js, openid-client, and the management part of the Node SDK.

import { AuthClient } from '@auth0/auth0-auth-js';
import { ManagementClient } from 'auth0';
import * as openid from 'openid-client';

const { DOMAIN = '', CLIENT_ID = '', CLIENT_SECRET = '', APP_ID = '', APP_SECRET = '', USER_ID = '' } = process.env;
const [first = '', second = '', third = ''] = (process.env.TOKENS ?? '').split(' ');
const refusal = (reason: unknown) => {
  const { error, cause } = reason as { error?: string; cause?: { error?: string } };
  return cause?.error ?? error ?? String(reason);
};

const app = new AuthClient({ domain: DOMAIN, clientId: APP_ID, clientSecret: APP_SECRET });
const renewed = await app.getTokenByRefreshToken({ refreshToken: first });
await app.revokeToken({ token: renewed.refreshToken ?? '' });
const revoked = await app.getTokenByRefreshToken({ refreshToken: renewed.refreshToken ?? '' }).then(String, refusal);

const config = await openid.discovery(
  new URL(`https://${DOMAIN}/`),
  APP_ID,
  undefined,
  openid.ClientSecretPost(APP_SECRET),
);
const narrowed = await openid.refreshTokenGrant(config, second, { scope: 'openid' });
const whole = await openid.refreshTokenGrant(config, narrowed.refresh_token ?? '');
await openid.tokenRevocation(config, whole.refresh_token ?? '', { token_type_hint: 'refresh_token' });
const gone = await openid.refreshTokenGrant(config, whole.refresh_token ?? '').then(String, refusal);

const management = new ManagementClient({ domain: DOMAIN, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET });
const listed = [];
for await (const { id = '' } of await management.users.refreshToken.list(USER_ID)) listed.push(id);
const shown = await management.refreshTokens.get(listed[0] ?? '');
await management.refreshTokens.delete(listed[0] ?? '');
const deleted = await app.getTokenByRefreshToken({ refreshToken: third }).then(String, refusal);

process.stdout.write(
  JSON.stringify({
    renewed: renewed.claims?.sub === USER_ID && renewed.refreshToken !== first,
    scopes: [renewed.scope, narrowed.scope, whole.scope],
    subject: narrowed.claims()?.sub === USER_ID,
    refused: [revoked, gone, deleted],
    listed: listed.length,
    audience: shown.resource_servers?.[0]?.audience,
  }),
);
