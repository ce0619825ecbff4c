// Branding: the look of the hosted pages of a tenant.

import { z } from 'zod';
import { singleton } from '../schema/collection.ts';
import { type Entity, optional } from '../schema/field.ts';
import { number, oneOf, text, webUrl } from '../schema/types.ts';

/** Three or six hexadecimal digits: a value that can stand in a style sheet as it is. */
const colour = text(7).regex(/^#(?:[0-9a-fA-F]{3}){1,2}$/);

const gradient = z.strictObject({
  type: oneOf(['linear-gradient']),
  start: colour.optional(),
  end: colour.optional(),
  angle_deg: number(0, 360).optional(),
});

const fields = {
  colors: optional(
    z.strictObject({
      primary: colour.optional().describe('Buttons, links and what has the focus'),
      page_background: z.union([colour, gradient]).optional().describe('A colour, or a gradient of two'),
    }),
    'Colours of the pages; a PATCH changes those that it names',
    { merged: true, nullRemoves: true },
  ),
  logo_url: optional(webUrl, 'Address of the logo', { nullRemoves: true }),
  favicon_url: optional(webUrl, 'Address of the icon of the pages', { nullRemoves: true }),
  font: optional(z.strictObject({ url: webUrl.optional() }), 'Address of the font of the pages', { nullRemoves: true }),
};

export type Branding = Entity<typeof fields>;

export const branding = singleton({
  name: 'branding',
  path: 'branding',
  noun: { one: 'branding', a: 'the branding' },
  about: 'Look of the hosted pages',
  fields,
  scopes: { read: ['read:branding'], update: ['update:branding'] },
  initial: {},
  check: () => [],
});
