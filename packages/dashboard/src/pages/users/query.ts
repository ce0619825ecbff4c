// What people type to find somebody, in the query language of the API. Pure.

/**
 * The beginning of an address, a name or a username; `''` for nothing. Values are compared to the letter (addresses and usernames are
 * stored in lower case), so a name is looked for as it was typed and as names are written. Of several words the name begins with all.
 */
export function queryOf(typed: string): string {
  // Quotes and signs are what the query language is made of, so they are left out of what is looked for.
  const text = typed
    .replace(/[^\p{L}\p{N}@._+'-]/gu, ' ')
    .trim()
    .replace(/\s+/g, ' ');
  if (text === '') return '';
  const lower = text.toLowerCase();
  const written = lower.replace(
    /(^|[ '-])(\p{L})/gu,
    (_all, before: string, letter: string) => before + letter.toUpperCase(),
  );
  const names = [...new Set([text, lower, written])].map((name) => `name:${name.replaceAll(' ', '\\ ')}*`);
  return [...(text.includes(' ') ? [] : [`email:${lower}*`, `username:${lower}*`]), ...names].join(' OR ');
}
