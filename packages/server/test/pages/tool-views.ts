// The pages for developers, as pure functions: the mailbox, what errors mean, why a token was refused.

import type { CaughtMail } from '../../src/domain/messages/mailbox.ts';
import { indexBody, pageOf, unknownBody } from '../../src/endpoints/docs/page.ts';
import { explainPage, gonePage as explanationGone } from '../../src/endpoints/explain/page.ts';
import { legacyPage } from '../../src/endpoints/legacy/page.ts';
import { listPage, mailPage } from '../../src/endpoints/mailbox/page.ts';
import type { TokenExplanation } from '../../src/resources/index.ts';
import type { Shown } from '../../src/web/form.ts';
import { page } from '../../src/web/page.ts';
import type { View } from './views.ts';

const caught: CaughtMail = {
  id: 'id',
  template: 'reset_email',
  to: 'jane@example.com',
  from: 'Acme Travel <no-reply@localhost>',
  language: 'en',
  caught_at: '2026-11-28T12:34:56.789Z',
  expires_at: '',
  subject: 'Reset your password for Acme Travel',
  html: '<p>Hello</p>',
  text: 'Choose a new password:\nhttp://localhost:4000/u/reset-password?ticket=AAAABBBBCCCCDDDDEEEEFFFFGGGGHHHH#\n',
};

/** The mailbox is for developers: English, whatever the browser prefers. */
const wide =
  (content: { title: string; body: Shown['body'] }): View =>
  (_language, look) =>
    page(200, { ...content, look, language: 'en', wide: true, frames: true });

const accepted: TokenExplanation = {
  outcome: 'refused',
  evidence: [{ name: 'aud', value: '["https://api.example.com/","https://idp.example.com/userinfo"]' }],
  token: { kind: 'access_token', format: 'JWT', issued_here: true, client_id: 'X9cVzqRTVsVPkgoWPlkZ8NeuQuohyYrd' },
  api: { identifier: 'https://api.example.com/' },
  scopes: [{ value: 'read:patients', granted: true, rule: 'token', because: 'the token has it' }],
  notes: ['Signature, issuer, audience, times and scopes are as the API wants them.'],
};
const explanation: TokenExplanation = {
  ...accepted,
  cause: {
    code: 'missing_scope',
    title: 'The token lacks a scope',
    message:
      'The call needs write:patients:of-the-whole-practice-and-all-its-branches, and the token does not have it.',
    certainty: 'likely',
    docs: '/docs/errors/missing_scope',
  },
  fix: {
    text: 'Let the client have the scope: tick it under Applications of the API, and get a new token.',
    dashboard: '/dashboard/apis/6512e0e34b2f0b1c9d6b8a11/applications',
    command: `countersign explain ${'eyJ'.padEnd(300, 'x')} --api https://api.example.com/ --scope write:patients`,
    code: "app.get('/patients', protect({ scope: 'write:patients:of-the-whole-practice-and-all-its-branches' }), handler);",
  },
  issuance: {
    log_id: '90020261128225909000000000000000000000000000000000000001',
    date: '2026-11-28T22:59:09.000Z',
    type: 'seccft',
    trace: [
      { stage: 'token', rule: 'client_grant', because: 'the grant has no such scope', dropped: ['write:patients'] },
    ],
  },
  scopes: [
    ...accepted.scopes,
    { value: 'write:patients', granted: false, rule: 'client_grant', because: 'the grant has no such scope' },
  ],
};

/** Pages for developers, in English alone. */
export const tools: Readonly<Record<string, View>> = {
  mailbox: wide(listPage([caught, { ...caught, subject: 'Confirm your email address for Acme Travel' }])),
  'mailbox-empty': wide(listPage([])),
  'mailbox-mail': wide(mailPage(caught)),
  'docs-errors': wide(indexBody()),
  'docs-error': wide(pageOf('invalid_grant') ?? unknownBody('invalid_grant')),
  'docs-error-of-tokens': wide(pageOf('missing_scope') ?? unknownBody('missing_scope')),
  'docs-error-unknown': wide(unknownBody(`no_such_code_${'x'.repeat(60)}`)),
  explain: wide(explainPage(explanation)),
  'explain-accepted': wide(explainPage({ ...accepted, outcome: 'accepted' })),
  'explain-gone': wide(explanationGone()),
  'old-endpoints': wide({ title: 'Old endpoints', body: legacyPage() }),
};
