// The official Node SDK: a password is guessed too often, and the SDK sees the block that follows and lifts it. It has no password
// grant of its own any more, so that request is a plain one.

import { ManagementClient } from 'auth0';

const { DOMAIN = '', CLIENT_ID = '', CLIENT_SECRET = '', APP_ID = '', APP_SECRET = '', CONNECTION = '' } = process.env;
const management = new ManagementClient({ domain: DOMAIN, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET });

const protection = await management.attackProtection.bruteForceProtection.update({ max_attempts: 2 });
const throttling = await management.attackProtection.suspiciousIpThrottling.get();

const user = await management.users.create({
  connection: CONNECTION,
  email: 'limits@example.com',
  password: 'Correct-horse-1',
});
const id = user.user_id ?? '';
const logIn = async (password: string) => {
  const reply = await fetch(`https://${DOMAIN}/oauth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      grant_type: 'http://auth0.com/oauth/grant-type/password-realm',
      client_id: APP_ID,
      client_secret: APP_SECRET,
      realm: CONNECTION,
      username: 'limits@example.com',
      password,
    }),
  });
  const body = (await reply.json()) as { token_type?: string; scope?: string; error?: string };
  return `${reply.status} ${body.error ?? `${body.token_type} ${body.scope}`}`;
};

const logins = [await logIn('Correct-horse-1'), await logIn('a'), await logIn('b'), await logIn('Correct-horse-1')];
const blocks = (await management.userBlocks.list(id)).blocked_for ?? [];
const named = (await management.userBlocks.listByIdentifier({ identifier: 'limits@example.com' })).blocked_for ?? [];
await management.userBlocks.delete(id);
logins.push(await logIn('Correct-horse-1'));
await management.userBlocks.deleteByIdentifier({ identifier: 'limits@example.com' });
const address = await management.anomaly.blocks.checkIp('192.0.2.1').then(
  () => 'blocked',
  (reason: unknown) => String((reason as { statusCode?: number }).statusCode),
);
await management.anomaly.blocks.unblockIp('192.0.2.1');

process.stdout.write(
  JSON.stringify({
    attempts: protection.max_attempts,
    stages: Object.keys(throttling.stage ?? {}),
    logins,
    blocks: blocks.map(({ identifier, connection }) => `${identifier} ${connection}`),
    named: named.length,
    address,
  }),
);
