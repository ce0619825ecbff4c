// Run before each replayed scenario: the tenant's database connection as it was in the beginning, since some scenarios
// change or delete it. Its users go with it; roles of an earlier scenario are removed by that scenario itself.

const { REPLAY_BASE: base, REPLAY_TOKEN: token } = process.env;
const call = (method: string, path: string, body?: object) =>
  fetch(`${base}/api/v2${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

const name = 'Username-Password-Authentication';
const found = (await (await call('GET', `/connections?name=${name}`)).json()) as readonly { id: string }[];
for (const { id } of found) await call('DELETE', `/connections/${id}`);
const made = await call('POST', '/connections', { name, strategy: 'auth0' });
if (made.status !== 201) throw new Error(`the connection cannot be made anew: ${made.status} ${await made.text()}`);
