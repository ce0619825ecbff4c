// The languages of our pages: one table each. A text that is missing in one is a compile error.

import { de } from './de.ts';
import { en } from './en.ts';
import { es } from './es.ts';
import { fr } from './fr.ts';
import type { Texts } from './texts.ts';

export type { PasswordTexts, Texts } from './texts.ts';

export const textsOf = { en, de, fr, es } as const satisfies Record<string, Texts>;
export type Language = keyof typeof textsOf;
