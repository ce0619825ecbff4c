// What people send or paste where a token should be: the second table of refused tokens, written from questions.md without a look at
// the explainer. In brackets: the group of questions.md, or where else it comes from.

import assert from 'node:assert/strict';
import { createPublicKey, randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { presentedText } from '../../src/domain/explaining/presented.ts';
import { claimsOf } from '../issuing/login.ts';
import { part } from '../support/forgery.ts';
import { openWorld, type World } from './world.ts';

interface Tokens {
  /** Good at the API of the machine. */
  readonly good: string;
  readonly id: string;
  readonly code: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly user: string;
  /** Its id, the `sid` of the ID token. */
  readonly session: string;
}
/** `also`: what a note says, of the token that is in it. */
type Case = readonly [name: string, text: (t: Tokens) => string, code: string, says: RegExp, also?: RegExp];

const good = /this server would let the token pass/;
const answer = (t: Tokens) => ({ access_token: t.good, id_token: t.id, expires_in: 86_400, token_type: 'Bearer' });
const [header, payload, signature] = [0, 1, 2].map((at) => (t: Tokens) => t.good.split('.')[at] ?? '');
const plainBase64 = (text: string) => Buffer.from(text, 'base64url').toString('base64');

const done: readonly Case[] = [
  ['in quotation marks (D)', (t) => `"${t.good}"`, 'illegal_characters', /in quotation marks/, good],
  [
    'in quotation marks behind Bearer (D)',
    (t) => `Bearer "${t.good}"`,
    'illegal_characters',
    /in quotation marks/,
    good,
  ],
  [
    'in those of a word processor (D)',
    (t) => `\u201c${t.good}\u201d`,
    'illegal_characters',
    /in quotation marks/,
    good,
  ],
  [
    'broken by a terminal of 76 columns (D)',
    (t) => t.good.replace(/.{76}/g, '$&\n'),
    'illegal_characters',
    /line breaks/,
    good,
  ],
  ['broken for a shell (D)', (t) => t.good.replace(/.{76}/g, '$&\\\n'), 'illegal_characters', /line breaks/, good],
  [
    'with a zero-width space of a chat (D)',
    (t) => t.good.replace('.', '.\u200b'),
    'illegal_characters',
    /U\+200B/,
    good,
  ],
  ['with a byte order mark of an editor (K)', (t) => `\ufeff${t.good}`, 'illegal_characters', /U\+FEFF/, good],
  ['percent-encoded (C)', (t) => `Bearer%20${t.good}`, 'encoded_token', /percent-encoded/, good],
  [
    'Base64 of a Kubernetes secret (K)',
    (t) => Buffer.from(`${t.good}\n`).toString('base64'),
    'encoded_token',
    /Base64 as a whole/,
    good,
  ],
  [
    'in plain Base64 with padding (D)',
    (t) => [header, payload, signature].map((of) => `${plainBase64(of?.(t) ?? '').replace(/=*$/, '=')}`).join('.'),
    'encoded_token',
    /plain Base64/,
    good,
  ],
  [
    'an ID token in quotation marks (B)',
    (t) => `'${t.id}'`,
    'illegal_characters',
    /in quotation marks/,
    /for another reason: this is an ID token/,
  ],
  ['Bearer twice (D)', (t) => `Bearer Bearer ${t.good}`, 'scheme_twice', /twice/],
  ['with the scheme DPoP (FLW)', (t) => `DPoP ${t.good}`, 'dpop_scheme', /not with Bearer/, good],
  [
    'the credentials of a client (A)',
    (t) => `Basic ${Buffer.from(`${t.clientId}:${t.clientSecret}`).toString('base64')}`,
    'wrong_scheme',
    /says Basic.*\/oauth\/token/,
  ],
  ['two tokens, joined by a comma (D)', (t) => `${t.good}, ${t.id}`, 'several_tokens', /two tokens/],
  ['the same token twice (D)', (t) => `${t.good} ${t.good}`, 'several_tokens', /stands there twice/],
  ['shortened by a log (D)', (t) => `${t.good.slice(0, 20)}...${t.good.slice(-10)}`, 'malformed_token', /shortened/],
  ['the header of a JWT alone (D)', (t) => header?.(t) ?? '', 'malformed_token', /1 part instead of 3/],
  ['without capital letters (D)', (t) => t.good.toLowerCase(), 'malformed_token', /capital letters count/],
];

const pasted: readonly Case[] = [
  [
    'the whole answer of the token endpoint (A)',
    (t) => JSON.stringify(answer(t)),
    'not_only_the_token',
    /answer in JSON.*is good/,
  ],
  [
    'a whole command (D)',
    (t) => `curl https://api.example.com/x -H "Authorization: Bearer ${t.good}"`,
    'not_only_the_token',
    /a whole command/,
  ],
  [
    'a command with an ID token (B)',
    (t) => `curl https://api.example.com/x -H 'authorization: Bearer ${t.id}'`,
    'id_token',
    /ID token/,
    /a whole command/,
  ],
  [
    'the address of a callback with a token (A)',
    (t) => `https://app.example.com/callback#access_token=${t.good}&token_type=Bearer`,
    'not_only_the_token',
    /whole address/,
  ],
  [
    'the address of a callback with a code (A)',
    (t) => `https://app.example.com/callback?code=${t.code}&state=x`,
    'authorization_code',
    /authorization code/,
    /whole address/,
  ],
  ['a form (D)', (t) => `access_token=${t.good}&token_type=Bearer`, 'not_only_the_token', /whole form/],
];

const others: readonly Case[] = [
  [
    'the answer to a refused request (C)',
    () => '{"error":"access_denied","error_description":"Service not found"}',
    'not_a_token',
    /refused \(access_denied: Service not found\)/,
  ],
  [
    'claims that were decoded (D)',
    (t) => Buffer.from(payload?.(t) ?? '', 'base64url').toString(),
    'not_a_token',
    /claims of a token/,
  ],
  ['an answer of introspection (TOK-17)', () => '{"active":false}', 'not_a_token', /introspection/],
  ['the id of the user (D)', (t) => t.user, 'not_a_token', /id of a user/],
  [
    'a public key (E)',
    () =>
      createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: randomBytes(32).toString('base64url') }, format: 'jwk' })
        .export({ type: 'spki', format: 'pem' })
        .toString(),
    'not_a_token',
    /PEM, public key/,
  ],
  ['a cookie (I)', () => 'Cookie: appSession=abc', 'not_a_token', /a cookie/],
  ['an address (C)', () => 'https://api.example.com/orders', 'not_a_token', /an address/],
  ['the secret of the client (E)', (t) => t.clientSecret, 'client_secret', /secret of the application/],
  ['the id of a session (D)', (t) => t.session, 'not_a_token', /id of a session/],
  ['a template of a shell (K)', () => '$ACCESS_TOKEN', 'placeholder_token', /the word "\$ACCESS_TOKEN"/],
  ['a template of Postman (K)', () => 'Bearer {{access_token}}', 'placeholder_token', /\{\{access_token\}\}/],
  ['a template of a document (K)', () => '<YOUR_ACCESS_TOKEN>', 'placeholder_token', /YOUR_ACCESS_TOKEN/],
  ['the word Bearer alone (D)', () => 'Bearer', 'empty_token', /no token behind/],
  ['a word (D)', () => 'test', 'opaque_token', /too short for any token/],
  [
    'a key of another service (D)',
    () => `sk_live_${'51Hx'.repeat(8)}`,
    'opaque_token',
    /secret or key of something else/,
  ],
  [
    'the session cookie of an SDK (B)',
    () =>
      `${part({ alg: 'dir', enc: 'A256GCM' })}..${randomBytes(12).toString('base64url')}.${randomBytes(99).toString('base64url')}.${randomBytes(16).toString('base64url')}`,
    'encrypted_token',
    /Session cookies of SDKs/,
  ],
];

describe('what is sent where a token should be is explained', () => {
  let world: World;
  let tokens: Tokens;
  before(async () => {
    world = await openWorld();
    const { access_token: _, ...login } = await world.login({ audience: world.audience });
    const { machine } = world;
    tokens = {
      good: await world.machineToken(),
      id: login.id_token,
      code: login.code,
      clientId: machine.clientId,
      clientSecret: machine.clientSecret,
      user: world.user,
      session: String(claimsOf(login.id_token).sid),
    };
  });
  after(() => world.stop());

  for (const [group, cases] of Object.entries({ done, pasted, others })) {
    for (const [name, text, code, says, also] of cases) {
      test(`${group}: ${name}: ${code}`, async () => {
        const token = text(tokens);
        const seen = await world.explain({ token, audience: world.machine.audience });
        const said = JSON.stringify(seen, null, 1);
        assert.equal(seen.cause?.code, code, said);
        assert.match(seen.cause?.message ?? '', says);
        assert.ok(seen.fix?.text, 'there is something to do about it');
        if (also)
          assert.ok(
            seen.notes.some((note) => also.test(note)),
            said,
          );
        for (const secret of [tokens.good, tokens.id, tokens.clientSecret])
          assert.ok(!said.includes(secret), 'nothing that was presented is in the answer');
      });
    }
  }

  test('a header line is what an API gets', async () => {
    for (const text of [`Authorization: Bearer ${tokens.good}`, `bearer ${tokens.good}\n`, tokens.good]) {
      const seen = await world.explain({ token: text, audience: world.machine.audience, scope: 'read:x' });
      assert.equal(seen.outcome, 'accepted', JSON.stringify(seen));
    }
  });
});

test('no message repeats what may be a secret', () => {
  const secret = randomBytes(24).toString('base64url');
  for (const text of [
    `Basic ${Buffer.from(`${secret}:`).toString('base64')}`,
    JSON.stringify({ error: secret, error_description: `the token ${secret} is unknown` }),
    `auth0|${secret}`,
    `Cookie: session=${secret}`,
    `https://app.example.com/?ticket=${secret}`,
    `-----BEGIN PRIVATE KEY-----\n${secret}\n-----END PRIVATE KEY-----`,
    `curl -H "Authorization: Bearer ${secret}" https://api.example.com/`,
  ]) {
    const { wrapping } = presentedText(text);
    assert.ok(wrapping, text);
    assert.ok(!JSON.stringify(wrapping).includes(secret), text);
  }
});

test('fifty thousand characters of anything are read in no time', () => {
  const many = (text: string) => text.repeat(Math.ceil(50_000 / text.length)).slice(0, 50_000);
  const texts = [
    '.',
    'ey',
    'ey.',
    'ey-',
    ' ',
    '%41',
    '"',
    '{"a":',
    '[',
    'bearer ',
    'Bearer Bearer ',
    'eyJ.a.b,',
    '\\\n',
    '\u200b',
    '...',
    '=',
    'a=b&',
    '***',
  ];
  for (const text of texts.flatMap((one) => [many(one), `${many(one)}!`, `{${many(one)}`, `ey${many(one)} x`])) {
    const start = process.cpuUsage();
    presentedText(text);
    const { user, system } = process.cpuUsage(start);
    assert.ok(user + system < 500_000, `${text.slice(0, 12)}: ${(user + system) / 1000} ms`);
  }
});
