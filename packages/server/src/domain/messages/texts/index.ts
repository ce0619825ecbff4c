// The languages of our mails: those of the pages. A text that is missing in one is a compile error.

import { de } from './de.ts';
import { en } from './en.ts';
import { es } from './es.ts';
import { fr } from './fr.ts';
import type { MailTexts } from './texts.ts';

export type { MailText, MailTexts, Named } from './texts.ts';

export const mailTexts = { en, de, fr, es } as const satisfies Record<string, MailTexts>;
export type MailLanguage = keyof typeof mailTexts;

/** The first of these tags that we have texts for, whatever its region; English if there is none. Pure. */
export function mailLanguage(wishes: readonly (string | undefined)[]): MailLanguage {
  for (const wish of wishes) {
    const primary = wish?.trim().toLowerCase().split(/[-_]/)[0] ?? '';
    if (Object.hasOwn(mailTexts, primary)) return primary as MailLanguage;
  }
  return 'en';
}

/** A time in words: the largest of days, hours, minutes and seconds that divides it. Pure. */
export function durationIn(language: MailLanguage, seconds: number): string {
  const units = [
    ['day', 86_400],
    ['hour', 3_600],
    ['minute', 60],
    ['second', 1],
  ] as const;
  const [unit, size] = units.find(([, size]) => seconds >= size && seconds % size === 0) ?? units[3];
  const format = new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' });
  return format.format(Math.max(0, Math.round(seconds / size)));
}

/** The word for hours, of several. Pure. */
export function hoursIn(language: MailLanguage): string {
  const format = new Intl.NumberFormat(language, { style: 'unit', unit: 'hour', unitDisplay: 'long' });
  return format.formatToParts(48).find(({ type }) => type === 'unit')?.value ?? 'h';
}
