// Prompt settings: how the login pages ask.

import { singleton } from '../schema/collection.ts';
import { type Entity, optional } from '../schema/field.ts';
import { flag, oneOf } from '../schema/types.ts';

const fields = {
  universal_login_experience: optional(
    oneOf(['new', 'classic']),
    'Kept for other tools; the pages are the same, whatever it says',
  ),
  identifier_first: optional(flag, 'Whether people say who they are on a page of its own, before the password', {
    nullRemoves: true,
  }),
  webauthn_platform_first_factor: optional(flag, 'Kept for other tools; passkeys are not offered yet', {
    nullRemoves: true,
  }),
};

export type Prompts = Entity<typeof fields>;

export const prompts = singleton({
  name: 'prompts',
  path: 'prompts',
  noun: { one: 'prompt settings', a: 'the prompt settings' },
  about: 'How the login pages ask',
  fields,
  scopes: { read: ['read:prompts'], update: ['update:prompts'] },
  initial: { universal_login_experience: 'new', identifier_first: false },
  check: () => [],
});
