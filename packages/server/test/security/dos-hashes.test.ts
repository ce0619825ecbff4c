// Hashes of passwords take a core each: nobody gets one who has not taken it from a count before. Who may ask for them at all is
// listed here; a link that sets a password is the cheapest way to ask, since a password that was used before spends nothing.

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { importsOf, tokens } from '../../../../test/support/source.ts';
import type { Passwords } from '../../src/domain/accounts/passwords.ts';
import { type Client, connection, goodPassword, type PeopledSite, type Person, peopled } from '../support/people.ts';
import { otherPassword, ticket } from '../support/recovery.ts';
import { engines, serveHere } from '../support/running.ts';
import { userAgent } from '../support/user-agent.ts';

const source = join(import.meta.dirname, '../../src');

/** Every file that has a password hashed or verified, and what it asks before: a piece of its own code that stands before the hash. */
const gates: Readonly<Record<string, string>> = {
  // Takes an attempt of the account, the address and the pace.
  'domain/limits/password-door.ts': 'queue.enter(',
  // For the two below that call it.
  'domain/accounts/history.ts': '',
  // One of the sign-ups of the address.
  'endpoints/dbconnections/endpoint.ts': 'deps.door.signup(',
  // What the sign-up step is given; it asks `enterSignup` before, see below.
  'endpoints/login/endpoint.ts': 'deps.door.signup(',
  'endpoints/login/steps/signup/step.ts': 'sources.enterSignup(',
  // Passwords by a link of the account, one after the other.
  'endpoints/recovery/choose.ts': 'deps.linkDoor.judge(',
  'endpoints/dashboard/endpoint.ts': 'deps.linkDoor.judge(',
  // An administrator with a token, at the rate of the Management API.
  'endpoints/management/verbs/user-passwords.ts': '',
  'endpoints/management/verbs/users.ts': '',
  'endpoints/management/verbs/user-changes.ts': '',
  // The operator, at the start.
  'seed/dashboard.ts': '',
};

const hashes = /\bpasswords ?\??\.(?:hash|verify)\b|\bsources\.hash\b|\bisReused\(|(?<!function )\bhashOf\(deps/;

/** Code without comments and strings. */
function codeOf(text: string): string {
  return tokens(text)
    .filter(({ kind }) => kind !== 'doc')
    .map(({ kind, text }) => (kind === 'string' ? `'${text}'` : text))
    .join(' ')
    .replace(/ ?([.(){}]) ?/g, '$1');
}

test('whoever has a password hashed has drawn from a count before', () => {
  const seen: string[] = [];
  for (const file of globSync('**/*.ts', { cwd: source })) {
    if (file.endsWith('.test.ts') || file === 'domain/accounts/passwords.ts') continue;
    const text = readFileSync(join(source, file), 'utf8');
    const code = codeOf(text);
    const hashers = importsOf(text).filter(({ target }) => target === 'bcrypt' || target?.includes('argon2'));
    assert.deepEqual(hashers, [], `${file}: passwords.ts alone hashes`);
    // Destructured or renamed, they would not be found.
    assert.doesNotMatch(code, /const \{[^}]*\b(?:hash|verify)\b[^}]*\}= ?(?:\w+\.)*passwords\b/, file);
    const at = code.search(hashes);
    if (at < 0) continue;
    seen.push(file);
    const gate = gates[file];
    assert.ok(gate !== undefined, `${file} hashes: give it a gate, and write it down here`);
    const drawn = code.indexOf(gate);
    assert.ok(
      drawn >= 0 && (drawn <= at || file === 'domain/limits/password-door.ts'),
      `${file}: "${gate}" comes first`,
    );
  }
  assert.deepEqual(seen.sort(), Object.keys(gates).sort());
});

for (const engine of engines) {
  describe(`a link that sets a password, on ${engine}`, () => {
    let here: Awaited<ReturnType<typeof serveHere>>;
    let site: PeopledSite;
    let client: Client;
    let ahead = 0;
    /** What was asked of the passwords. */
    const asked = { hash: 0, verify: 0 };
    const realm = 'http://auth0.com/oauth/grant-type/password-realm';
    before(async () => {
      here = await serveHere(engine, { now: () => Date.now() + ahead });
      site = peopled(here);
      client = await site.webClient({ grant_types: [realm] });
      const passwords: { -readonly [Name in keyof Passwords]: Passwords[Name] } = here.house.passwords;
      const { hash, verify } = passwords;
      passwords.hash = (...given) => {
        asked.hash++;
        return hash(...given);
      };
      passwords.verify = (...given) => {
        asked.verify++;
        return verify(...given);
      };
      const [{ id, options }] = (await site.manage('GET', '/connections?strategy=auth0')).body;
      const patch = { options: { ...options, password_history: { enable: true, size: 5 } } };
      assert.equal((await site.manage('PATCH', `/connections/${id}`, patch)).status, 200);
    });
    after(() => here.stop());

    const link = async (person: Person, language = 'en') => {
      const address = `${await ticket(site, 'password-change', { user_id: person.userId })}`.replace(/#$/, '');
      const browser = userAgent();
      const page = await browser.load(`${address}&ui_locales=${language}`);
      const csrf = page.forms[0]?.fields.find(({ name }) => name === 'csrf')?.value ?? '';
      return (password: string) =>
        browser.load(page.url, {
          method: 'POST',
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          body: new URLSearchParams({ csrf, password, repeated: password }).toString(),
        });
    };

    test('a password that was used before can be tried ten times, and then once a minute, by whatever link', async () => {
      const person = await site.user();
      const choose = await link(person);
      for (let time = 0; time < 10; time++) assert.equal((await choose(person.password)).status, 400);
      const before = { ...asked };
      const closed = await choose(person.password);
      assert.equal(closed.status, 429);
      assert.match(closed.text, /too many attempts/i);
      const wait = Number(closed.headers.get('retry-after'));
      assert.ok(wait > 0 && wait <= 60, `${wait} s`);
      const german = await link(person, 'de');
      const another = await german(person.password);
      assert.equal(another.status, 429, 'another link of the same account');
      assert.match(another.text, /zu viele Versuche/);
      assert.deepEqual(asked, before, 'nothing is hashed for who is refused');
      ahead += 61_000;
      assert.equal((await german(otherPassword)).status, 200, 'a minute later the link is good still');
      assert.equal((await german(goodPassword)).status, 400, 'once');
    });

    test('what is no password at all costs nothing, and takes nothing', async () => {
      const choose = await link(await site.user());
      const before = { ...asked };
      for (let time = 0; time < 15; time++) assert.equal((await choose('short')).status, 400);
      assert.deepEqual(asked, before);
      assert.equal((await choose(otherPassword)).status, 200);
    });

    test('of a crowd with one link one hashes, and nobody else has to wait for it', async () => {
      const [person, other] = await Promise.all([site.user(), site.user()]);
      const choose = await link(person);
      const before = { ...asked };
      const crowd = Array.from({ length: 40 }, (_, index) => choose(`${goodPassword}-${index}`));
      const form = { grant_type: realm, realm: connection, client_id: client.id, client_secret: client.secret ?? '' };
      const login = await site.token({ ...form, username: other.email, password: other.password });
      assert.equal(login.status, 200);
      const statuses = (await Promise.all(crowd)).map(({ status }) => status);
      assert.equal(statuses.filter((status) => status === 200).length, 1, statuses.join(' '));
      assert.ok(
        statuses.every((status) => [200, 400, 429].includes(status)),
        statuses.join(' '),
      );
      assert.equal(asked.hash - before.hash, 1);
      assert.equal(asked.verify - before.verify, 2, 'the history of the one, and the login of the other');
    });

    test('a crowd with an old password is judged ten times, however many it is', async () => {
      const person = await site.user();
      const choose = await link(person);
      const before = { ...asked };
      const statuses = (await Promise.all(Array.from({ length: 45 }, () => choose(person.password)))).map(
        ({ status }) => status,
      );
      assert.equal(statuses.filter((status) => status === 400).length, 10, statuses.join(' '));
      assert.equal(statuses.filter((status) => status === 429).length, 35, statuses.join(' '));
      assert.equal(asked.verify - before.verify, 10);
    });
  });
}
