// UNI: one person, one spelling. Addresses are brought to one form before they are compared, on both engines alike.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Client, goodPassword, type PeopledSite, peopled } from '../support/people.ts';
import { authorizeUrl, claimsOf, exchange, walk } from '../support/relying-party.ts';
import { engines, type Reply, serveHere } from '../support/running.ts';
import { userAgent } from '../support/user-agent.ts';

/** What each engine answered, to be compared when both have run. */
const answers = new Map<string, string[]>();

for (const engine of engines) {
  describe(`spelling of addresses on ${engine}`, () => {
    let here: Awaited<ReturnType<typeof serveHere>>;
    let site: PeopledSite;
    let client: Client;
    before(async () => {
      here = await serveHere(engine);
      site = peopled(here);
      client = await site.webClient();
    });
    after(() => here.stop());

    const signup = async (email: string): Promise<Reply> => {
      const reply = await site.send('POST', '/dbconnections/signup', {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          client_id: client.id,
          connection: 'Username-Password-Authentication',
          email,
          password: goodPassword,
        }),
      });
      answers.set(email, [...(answers.get(email) ?? []), String(reply.status)]);
      return reply;
    };
    const subOf = async (email: string, password = goodPassword) => {
      const person = { userId: '', email, password };
      const ending = await walk(userAgent(), authorizeUrl(site, client), { person });
      if (ending.kind !== 'client' || ending.params.code === undefined) return undefined;
      const { body } = await exchange(site, client, ending.params.code);
      return claimsOf(body.id_token).sub;
    };

    test('UNI-01: full-width signs are no signs of an address', async () => {
      for (const email of [
        'victim\uff20victim.test@evil.test',
        'v@evil.test\uff20victim.test',
        'v@victim\uff0etest',
        'v@victim\u3002test',
        'a@b@c.test',
        'v@vic\u200btim.test',
        'v\u0000@victim.test',
        'v@victim.test\n',
        'v@victim.test\r\nBcc: x@evil.test',
        '"v v"@victim.test ',
        'v@',
        '@victim.test',
        'v@victim.test,w@evil.test',
        '<v@victim.test>',
        'v@[127.0.0.1]',
        'v\u202e@victim.test',
      ]) {
        const reply = await signup(email);
        assert.equal(reply.status, 400, `${JSON.stringify(email)}: ${reply.status} ${reply.text}`);
        const made = await site.manage('POST', '/users', {
          connection: 'Username-Password-Authentication',
          email,
          password: goodPassword,
        });
        assert.equal(made.status, 400, `${JSON.stringify(email)}: ${made.status} ${made.text}`);
      }
    });

    test('UNI-02: letters that fold to others make another account or none, and never open the first', async () => {
      const mike = await site.user({ email: 'mike@x.example.com' });
      const strasse = await site.user({ email: 'STRASSE@x.example.com', password: 'Another-Horse-7-Staple' });
      assert.equal(await subOf('MIKE@X.EXAMPLE.COM'), mike.userId, 'the case of ASCII is one');
      assert.equal(strasse.email, 'strasse@x.example.com');
      for (const [email, own] of [
        ['mi\u212ae@x.example.com', mike.userId],
        ['m\u0131ke@x.example.com', mike.userId],
        ['M\u0130KE@x.example.com', mike.userId],
        ['mike@x.ex\uff41mple.com', mike.userId],
        ['stra\u00dfe@x.example.com', strasse.userId],
        ['\uff53trasse@x.example.com', strasse.userId],
      ] as const) {
        assert.notEqual(await subOf(email, own === mike.userId ? mike.password : strasse.password), own, email);
        const reply = await signup(email);
        assert.ok(reply.status === 200 || reply.status === 400, `${email}: ${reply.status} ${reply.text}`);
        if (reply.status === 200) {
          const found = await site.manage('GET', `/users-by-email?email=${encodeURIComponent(mike.email)}`);
          assert.equal(found.body.length, 1, 'the first account is alone under its address');
          assert.notEqual(`auth0|${reply.body._id}`, own);
        }
      }
      for (const same of ['Mike@x.example.com', 'mike@X.example.com', 'STRASSE@x.example.com'])
        assert.equal((await signup(same)).status, 400, same);
    });

    test('UNI-03: an accented address has one account, whatever its case and its composition', async () => {
      const first = await signup('\u00c9lodie@x.example.com');
      const rest = [
        await signup('\u00e9lodie@x.example.com'),
        await signup('e\u0301lodie@x.example.com'),
        await signup('E\u0301LODIE@x.example.com'),
      ];
      if (first.status === 200) for (const reply of rest) assert.equal(reply.status, 400, reply.text);
      else assert.equal(first.status, 400);
    });
  });
}

test('UNI-03: both engines answered alike', () => {
  assert.ok(answers.size > 10);
  for (const [email, statuses] of answers)
    assert.equal(new Set(statuses).size, 1, `${JSON.stringify(email)}: ${statuses}`);
});
