// POST /dbconnections/signup, by section of auth0-behaviour §32.1 and the groups ENU and UNI of the security cases.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { findPassword, findUserByIdentifier } from '../../src/domain/accounts/find.ts';
import { users } from '../../src/domain/accounts/user.ts';
import { defaultTenant } from '../../src/domain/tenants/hosts.ts';
import { engines, serveHere } from '../support/running.ts';

const connection = 'Username-Password-Authentication';
const password = 'Tr0ub4dor and 3';

for (const engine of engines) {
  describe(`sign-up on ${engine}`, () => {
    let site: Awaited<ReturnType<typeof serveHere>>;
    let client: string;
    before(async () => {
      site = await serveHere(engine);
      const made = await site.manage('POST', '/clients', { name: 'SPA', callbacks: ['https://spa.example/cb'] });
      client = made.body.client_id;
      // This file signs up more people in a minute than one address may.
      const open = await site.manage('PATCH', '/attack-protection/suspicious-ip-throttling', {
        allowlist: ['127.0.0.1', '::1'],
      });
      assert.equal(open.status, 200, open.text);
    });
    after(() => site.stop());

    let made = 0;
    const email = () => `user-${++made}@x.test`;
    const post = (body: object, headers: Record<string, string> = {}) =>
      site.send('POST', '/dbconnections/signup', {
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      });
    const signup = (more: object = {}, headers: Record<string, string> = {}) =>
      post({ client_id: client, connection, email: email(), password, ...more }, headers);
    /** A database of its own with these options, which the client may use. */
    const database = async (options: object) => {
      const reply = await site.manage('POST', '/connections', {
        name: `db-${++made}`,
        strategy: 'auth0',
        options,
        enabled_clients: [client],
      });
      assert.equal(reply.status, 201, reply.text);
      return reply.body.name as string;
    };
    const store = () => site.house.database.store(defaultTenant);

    test('SU-2, SU-3: JSON in, the identifiers out, and `_id` is the end of the user id', async () => {
      const reply = await signup({ email: 'Ada@X.test', given_name: 'Ada', user_metadata: { plan: 'gold' } });
      assert.equal(reply.status, 200, reply.text);
      assert.match(reply.body._id, /^[0-9a-f]{24}$/);
      const { _id, ...rest } = reply.body;
      assert.deepEqual(rest, {
        email: 'ada@x.test',
        email_verified: false,
        given_name: 'Ada',
        user_metadata: { plan: 'gold' },
      });
      assert.equal(reply.headers.get('cache-control'), 'no-store');
      assert.equal(reply.headers.get('set-cookie'), null, 'SU-5: no session');
      const user = await findUserByIdentifier(store(), connection, 'ada@x.test');
      assert.equal(user?.user_id, `auth0|${_id}`);
      assert.equal(user?.given_name, 'Ada');
      const stored = await findPassword(store(), `auth0|${_id}`);
      assert.equal((await site.house.passwords.verify(password, stored?.hash, { tenant: 'default' })).ok, true);
    });

    test('SU-1: a form does as well', async () => {
      const address = email();
      const reply = await site.send('POST', '/dbconnections/signup', {
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({
          client_id: client,
          connection,
          email: address,
          password,
          name: 'Grace',
        }).toString(),
      });
      assert.equal(reply.status, 200, reply.text);
      assert.equal(reply.body.email, address);
      assert.equal(reply.body.name, 'Grace');
    });

    test('SU-1: without a client the tenant itself asks', async () => {
      assert.equal((await post({ connection, email: email(), password })).status, 200);
    });

    test('SU-2: username and phone number where the connection takes them', async () => {
      const attributes = {
        username: { identifier: { active: true }, profile_required: true, signup: { status: 'required' } },
        phone_number: { identifier: { active: false }, signup: { status: 'optional' } },
      };
      const name = await database({ attributes });
      const reply = await signup({ connection: name, email: undefined, username: 'Neo', phone_number: '+4912345' });
      assert.equal(reply.status, 200, reply.text);
      const { _id, ...rest } = reply.body;
      assert.deepEqual(rest, { username: 'neo', phone_number: '+4912345', phone_verified: false });
      const without = await signup({ connection: name, email: undefined });
      assert.equal(without.body.description, 'Missing required property: username');
      const unwanted = await signup({ connection: name, username: 'other' });
      assert.equal(unwanted.body.description, 'email is not used by this connection');
    });

    test('SU-6, ENU-04: a taken address is a generic refusal, in any case and whatever else is sent', async () => {
      await signup({ email: 'taken@x.test' });
      for (const again of ['taken@x.test', 'TAKEN@X.TEST']) {
        const reply = await signup({ email: again, name: 'Other' });
        assert.equal(reply.status, 400);
        assert.deepEqual(reply.body, {
          name: 'BadRequestError',
          code: 'invalid_signup',
          description: 'Invalid sign up',
          statusCode: 400,
        });
      }
    });

    test('SU-6: a tenant that wants it told gets user_exists and username_exists', async () => {
      const name = await database({ requires_username: true });
      await signup({ connection: name, email: 'told@x.test', username: 'told' });
      const flag = 'enable_public_signup_user_exists_error';
      await site.manage('PATCH', '/tenants/settings', { flags: { [flag]: true } });
      try {
        const same = await signup({ connection: name, email: 'told@x.test', username: 'else' });
        assert.equal(same.body.code, 'user_exists');
        const named = await signup({ connection: name, username: 'Told' });
        assert.equal(named.body.code, 'username_exists');
        assert.equal(named.status, 400);
      } finally {
        await site.manage('PATCH', '/tenants/settings', { flags: { [flag]: false } });
      }
    });

    test('SU-6: a weak password says which rules it breaks', async () => {
      const reply = await signup({ password: 'short' });
      assert.equal(reply.status, 400);
      assert.deepEqual(reply.body, {
        name: 'PasswordStrengthError',
        code: 'invalid_password',
        message: 'Password is too weak',
        description: {
          rules: [
            { message: 'At least %d characters in length', format: [8], code: 'lengthAtLeast', verified: false },
            {
              message: 'Contain at least %d of the following %d types of characters:',
              format: [3, 4],
              code: 'containsAtLeast',
              items: [
                { message: 'lower case letters (a-z)', code: 'lowerCase', verified: true },
                { message: 'upper case letters (A-Z)', code: 'upperCase', verified: false },
                { message: 'numbers (i.e. 0-9)', code: 'numbers', verified: false },
                { message: 'special characters (e.g. !@#$%^&*)', code: 'specialCharacters', verified: false },
              ],
              verified: false,
            },
          ],
          verified: false,
        },
        policy:
          '* At least 8 characters in length\n* Contain at least 3 of the following 4 types of characters:\n * lower case letters (a-z)\n * upper case letters (A-Z)\n * numbers (i.e. 0-9)\n * special characters (e.g. !@#$%^&*)',
        statusCode: 400,
      });
    });

    test('SU-6: common passwords and those with the person in them have errors of their own', async () => {
      const name = await database({
        passwordPolicy: 'low',
        password_dictionary: { enable: true, dictionary: ['acme rules'] },
        password_no_personal_info: { enable: true },
      });
      for (const common of ['password123', 'ACME rules']) {
        const reply = await signup({ connection: name, password: common });
        assert.equal(reply.body.name, 'PasswordDictionaryError', common);
        assert.equal(reply.body.code, 'invalid_password');
      }
      const own = await signup({ connection: name, email: 'lovelace@x.test', password: 'xx-lovelace-xx' });
      assert.equal(own.body.name, 'PasswordNoUserInfoError');
    });

    test('a password of more than 72 bytes is refused, and one of 72 works whole', async () => {
      const long = `Aa1!${'é'.repeat(34)}`;
      const reply = await signup({ email: 'long@x.test', password: long });
      assert.equal(reply.status, 200, reply.text);
      const stored = await findPassword(store(), `auth0|${reply.body._id}`);
      assert.equal((await site.house.passwords.verify(long, stored?.hash, { tenant: 'default' })).ok, true);
      assert.equal(
        (await site.house.passwords.verify(long.slice(0, -1), stored?.hash, { tenant: 'default' })).ok,
        false,
      );
      const tooLong = await signup({ password: `${long}x` });
      assert.equal(tooLong.status, 400);
      assert.match(tooLong.body.description, /72 bytes/);
    });

    test('SU-6: a connection that is unknown, or not the client’s, is not found', async () => {
      const foreign = await site.manage('POST', '/connections', { name: 'foreign', strategy: 'auth0' });
      assert.equal(foreign.status, 201);
      const unknown = await signup({ connection: 'no-such' });
      const other = await signup({ connection: 'foreign' });
      assert.equal(unknown.status, 400);
      assert.equal(unknown.body.error, 'the connection was not found');
      assert.deepEqual(other.body, unknown.body);
      const stranger = await signup({ client_id: 'no-such' });
      assert.equal(stranger.status, 401);
      assert.equal(stranger.body.code, 'unauthorized');
    });

    test('SU-6: where sign-up is off, it is off', async () => {
      const name = await database({ disable_signup: true });
      const reply = await signup({ connection: name });
      assert.equal(reply.status, 400);
      assert.equal(reply.body.code, 'public_signup_disabled');
      assert.equal(reply.body.description, 'Public signup is disabled');
    });

    /** what is wrong, the body's members, the answer's description */
    const wrong: readonly [string, object, RegExp][] = [
      ['no connection', { connection: undefined }, /^Missing required property: connection$/],
      ['no password', { password: undefined }, /^Missing required property: password$/],
      ['no address', { email: undefined }, /^Missing required property: email$/],
      ['an address that is none', { email: 'nobody' }, /^email: not an e-mail address$/],
      ['a password that is a number', { password: 12345678 }, /^password: Expected type string but found type number$/],
      ['a username that the connection has no use for', { username: 'neo' }, /^username is not used/],
      [
        'metadata of eleven keys',
        { user_metadata: Object.fromEntries([...Array(11).keys()].map((n) => [`k${n}`, 'v'])) },
        /maximum 10/,
      ],
      ['metadata with a long key', { user_metadata: { ['k'.repeat(101)]: 'v' } }, /user_metadata/],
      ['metadata with a long value', { user_metadata: { k: 'v'.repeat(501) } }, /user_metadata\.k: String is too long/],
      ['metadata that is no text', { user_metadata: { k: 1 } }, /user_metadata\.k: Expected type string/],
      ['a name of 301 characters', { name: 'n'.repeat(301) }, /^name: String is too long/],
      ['a picture that is a script', { picture: 'javascript:alert(1)' }, /^picture/],
      ['a NUL', { name: 'a\0b' }, /NUL/],
      ['half a surrogate pair', { email: '\ud800@x.test' }, /surrogate|not valid/],
    ];
    for (const [what, members, description] of wrong) {
      test(`SU-6: refused without a trace: ${what}`, async () => {
        const reply = await signup(members);
        assert.equal(reply.status, 400, reply.text);
        assert.match(reply.body.description, description);
        assert.equal(reply.body.statusCode, 400);
      });
    }

    test('a member that comes twice is refused, beside nested members too', async () => {
      const raw = (body: string) =>
        site.send('POST', '/dbconnections/signup', { headers: { 'content-type': 'application/json' }, body });
      const members = `"connection":"${connection}","password":"${password}","email":"twice@x.test"`;
      for (const twice of [
        ',"email":"other@x.test"',
        ',"user_metadata":{"a":"1","a":"2"}',
        ',"email":"o@x.test","user_metadata":{}',
      ]) {
        const reply = await raw(`{${members}${twice}}`);
        assert.equal(reply.status, 400, twice);
        assert.match(reply.body.description, /Duplicate parameter/);
      }
      assert.equal((await raw(`{${members},"user_metadata":{"a":"\\"b\\":","c":"[]"}}`)).status, 200);
    });

    const lookalikes = [
      'victim＠victim.test@evil.test',
      'v@evil.test＠victim.test',
      'v@victim．test',
      'ｖictim@victim.test',
    ];
    test('UNI-01: full-width forms are refused', async () => {
      for (const address of lookalikes) assert.equal((await signup({ email: address })).status, 400, address);
    });

    test('UNI-02: what folds to an address of somebody else is refused or an account of its own', async () => {
      const first = await signup({ email: 'mike@fold.test' });
      const second = await signup({ email: 'STRASSE@fold.test' });
      for (const [address, status] of [
        ['mi\u212ae@fold.test', 400],
        ['m\u0131ke@fold.test', 200],
        ['straße@fold.test', 200],
        ['o\ufb00ice@fold.test', 400],
      ] as const) {
        const reply = await signup({ email: address });
        assert.equal(reply.status, status, address);
        assert.notEqual(reply.body._id, first.body._id);
        assert.notEqual(reply.body._id, second.body._id);
      }
      assert.equal((await signup({ email: 'Mike@FOLD.test' })).body.code, 'invalid_signup');
      assert.equal(
        (await findUserByIdentifier(store(), connection, 'mike@fold.test'))?.user_id,
        `auth0|${first.body._id}`,
      );
    });

    test('UNI-03: É and é are one account', async () => {
      assert.equal((await signup({ email: 'É@uni.test' })).status, 200);
      assert.equal((await signup({ email: 'é@uni.test' })).body.code, 'invalid_signup');
    });

    test('TWO-03: of twenty who sign up with one address at once, in several cases, one gets it', async () => {
      const replies = await Promise.all(
        Array.from({ length: 20 }, (_, index) => signup({ email: index % 2 ? 'racer@x.test' : 'Racer@X.test' })),
      );
      assert.equal(replies.filter(({ status }) => status === 200).length, 1);
      assert.equal(replies.filter(({ body }) => body.code === 'invalid_signup').length, 19);
      assert.equal((await store().all(users, { email: 'racer@x.test' })).length, 1);
    });

    test('a page of the client may read the answer, another page may not ask', async () => {
      const own = await signup({}, { origin: 'https://spa.example' });
      assert.equal(own.status, 200);
      assert.equal(own.headers.get('access-control-allow-origin'), 'https://spa.example');
      const weak = await signup({ password: 'x' }, { origin: 'https://spa.example' });
      assert.equal(weak.headers.get('access-control-allow-origin'), 'https://spa.example');
      const address = email();
      const foreign = await signup({ email: address }, { origin: 'https://evil.example' });
      assert.equal(foreign.status, 403);
      assert.equal(await findUserByIdentifier(store(), connection, address), undefined);
      const preflight = await site.send('OPTIONS', '/dbconnections/signup', {
        headers: {
          origin: 'https://spa.example',
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'content-type,auth0-client',
        },
      });
      assert.equal(preflight.status, 204);
      assert.match(preflight.headers.get('access-control-allow-headers') ?? '', /auth0-client/);
    });

    test('SU-7: sign-ups are logged with who and where, refusals with why, and no password', async () => {
      const secret = 'Un1que-secret-phrase';
      const good = await signup({ email: 'logged@x.test', password: secret });
      await signup({ email: 'logged@x.test', password: secret });
      await site.house.logs.flush();
      const of = async (type: string) =>
        (await site.manage('GET', `/logs?per_page=50&q=${encodeURIComponent(`type:${type}`)}`)).body;
      const success = (await of('ss')).find((one: { user_name?: string }) => one.user_name === 'logged@x.test');
      assert.equal(success.user_id, `auth0|${good.body._id}`);
      assert.equal(success.connection, connection);
      assert.equal(success.client_id, client);
      const failure = (await of('fs')).find((one: { user_name?: string }) => one.user_name === 'logged@x.test');
      assert.match(failure.description, /the email belongs to a user of this connection/);
      assert.ok(!JSON.stringify([await of('ss'), await of('fs')]).includes(secret));
    });

    test('ENU-04: a taken address costs the hash that a free one costs', async () => {
      // The quickest of each: what others do on the machine makes both slower, and neither quicker.
      const least = { taken: Number.POSITIVE_INFINITY, hash: Number.POSITIVE_INFINITY };
      for (let round = 0; round < 10; round++) {
        for (const [name, work] of [
          ['taken', async () => assert.equal((await signup({ email: 'taken@x.test' })).status, 400)],
          ['hash', () => site.house.passwords.hash(password, { tenant: 'default' })],
        ] as const) {
          const from = performance.now();
          await work();
          least[name] = Math.min(least[name], performance.now() - from);
        }
      }
      assert.ok(least.taken > 0.5 * least.hash, `taken ${least.taken} ms, a hash ${least.hash} ms`);
    });
  });
}
