// Prompt settings under /api/v2/prompts: one document, two recorded members, and nothing that is not understood.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { serveHere } from '../support/running.ts';

let here: Awaited<ReturnType<typeof serveHere>>;
before(async () => {
  here = await serveHere();
});
after(() => here.stop());

test('a tenant that never changed them has one page for both fields', async () => {
  const { status, body } = await here.manage('GET', '/prompts');
  assert.equal(status, 200);
  assert.deepEqual(body, { universal_login_experience: 'new', identifier_first: false });
});

test('a change is answered whole and kept, as recorded', async () => {
  const changed = await here.manage('PATCH', '/prompts', { universal_login_experience: 'new', identifier_first: true });
  assert.equal(changed.status, 200);
  assert.deepEqual(changed.body, { universal_login_experience: 'new', identifier_first: true });
  const again = await here.manage('PATCH', '/prompts', { universal_login_experience: 'classic' });
  assert.deepEqual(again.body, { universal_login_experience: 'classic', identifier_first: true });
  assert.deepEqual((await here.manage('GET', '/prompts')).body, again.body);
});

for (const body of [{ identifier_first: 'yes' }, { universal_login_experience: 'old' }, { surprise: true }]) {
  test(`${JSON.stringify(body)} is refused`, async () => {
    const reply = await here.manage('PATCH', '/prompts', body);
    assert.equal(reply.status, 400);
    assert.match(reply.body.message, /^Payload validation error/);
  });
}

test('without the scope they are neither told nor changed', async () => {
  const machine = await here.machine();
  const { body } = await here.token({
    grant_type: 'client_credentials',
    client_id: machine.clientId,
    client_secret: machine.clientSecret,
    audience: machine.audience,
  });
  for (const method of ['GET', 'PATCH']) {
    const reply = await here.send(method, '/api/v2/prompts', {
      headers: { authorization: `Bearer ${body.access_token}` },
    });
    assert.equal(reply.status, 401, 'a token of another API');
  }
});
