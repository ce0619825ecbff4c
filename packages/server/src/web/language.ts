// Chooses the language of a page among those that we have texts for (OpenID Connect Core §3.1.2.1 `ui_locales`, RFC 9110 §12.5.4).

import { type Language, type Texts, textsOf } from './texts/index.ts';

export interface LanguageWishes {
  /** `ui_locales` as sent: tags in order of preference, separated by spaces. */
  readonly uiLocales?: string | undefined;
  /** The header as sent. */
  readonly acceptLanguage?: string | undefined;
  /** The tenant's `enabled_locales`; the first that we have is the default. */
  readonly enabled?: readonly string[] | undefined;
}

/** More tags than any person speaks languages; a longer header is only work. */
const mostTags = 20;

function known(tag: string): Language | undefined {
  const [primary = ''] = tag.trim().toLowerCase().split(/[-_]/);
  return primary in textsOf && Object.hasOwn(textsOf, primary) ? (primary as Language) : undefined;
}

function accepted(header: string): string[] {
  return header
    .split(',', mostTags)
    .map((item, index) => {
      const [tag = '', ...parameters] = item.split(';');
      const weight = parameters.map((text) => /^\s*q=([01](?:\.\d{0,3})?)\s*$/i.exec(text)?.[1]).find(Boolean);
      return { tag, index, weight: weight === undefined ? 1 : Number(weight) };
    })
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight || a.index - b.index)
    .map(({ tag }) => tag);
}

/** What the client asks for, then what the browser prefers, then the tenant's default, then English. Never fails. */
export function chooseLanguage(wishes: LanguageWishes): Language {
  const tags = [
    ...(wishes.uiLocales ?? '').split(/\s+/, mostTags),
    ...accepted(wishes.acceptLanguage ?? ''),
    ...(wishes.enabled ?? []),
  ];
  for (const tag of tags) {
    const language = known(tag);
    if (language) return language;
  }
  return 'en';
}

const rightToLeft = new Set(['ar', 'fa', 'he', 'ps', 'ur', 'yi']);

/** `rtl` for languages that are written from right to left. */
export function directionOf(language: string): 'ltr' | 'rtl' {
  return rightToLeft.has(language.toLowerCase().split('-')[0] ?? '') ? 'rtl' : 'ltr';
}

/** The texts of a language. */
export function textsIn(language: Language): Texts {
  return textsOf[language];
}
