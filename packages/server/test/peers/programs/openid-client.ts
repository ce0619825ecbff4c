// A machine client on openid-client: discovery, then client credentials by both secret methods and by private_key_jwt.

import * as client from 'openid-client';

const {
  ISSUER = '',
  CLIENT_ID = '',
  CLIENT_SECRET = '',
  AUDIENCE = '',
  JWT_CLIENT_ID = '',
  JWT_AUDIENCE = '',
  PRIVATE_KEY = '',
} = process.env;
const parameters = { audience: AUDIENCE };

const post = await client.discovery(new URL(ISSUER), CLIENT_ID, undefined, client.ClientSecretPost(CLIENT_SECRET));
const one = await client.clientCredentialsGrant(post, parameters);
const basic = await client.discovery(new URL(ISSUER), CLIENT_ID, undefined, client.ClientSecretBasic(CLIENT_SECRET));
const two = await client.clientCredentialsGrant(basic, { ...parameters, scope: 'read:x' });

const key = await crypto.subtle.importKey(
  'pkcs8',
  Buffer.from(PRIVATE_KEY, 'base64'),
  { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
  false,
  ['sign'],
);
const assertion = await client.discovery(new URL(ISSUER), JWT_CLIENT_ID, undefined, client.PrivateKeyJwt(key));
const three = await client.clientCredentialsGrant(assertion, { audience: JWT_AUDIENCE });

const rfc8414 = await client.discovery(new URL(ISSUER), CLIENT_ID, undefined, client.ClientSecretPost('wrong'), {
  algorithm: 'oauth2',
});
const refused = await client.clientCredentialsGrant(rfc8414, parameters).then(
  () => 'accepted',
  (error: client.ResponseBodyError) => `${error.status} ${error.error} ${error.error_description}`,
);

process.stdout.write(
  JSON.stringify({
    issuer: post.serverMetadata().issuer,
    scopes: [one.scope, two.scope, three.scope],
    expiresIn: one.expiresIn(),
    refused,
  }),
);
