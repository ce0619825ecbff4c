// Scope values as sets of words (RFC 6749 §3.3).

/** The words of a `scope` parameter: order kept, duplicates gone. `undefined` if a word has a character that §3.3 forbids. */
export function parseScope(scope: string): readonly string[] | undefined {
  const words = scope.split(' ').filter((word) => word !== '');
  // RFC 6749 §3.3: %x21 / %x23-5B / %x5D-7E. Auth0 takes any visible text, so only controls and the two quotes are refused.
  if (words.some((word) => /[\u0000-\u0020"\\\u007f]/.test(word))) return undefined;
  return [...new Set(words)];
}

/** The most scopes that a call may need, for questions about tokens. */
const mostRequired = 1000;

/** What an API requires, which is stricter than what may be asked for: `undefined` if a word is no scope-token of RFC 6749 §3.3. */
export function parseRequired(scope: string): readonly string[] | undefined {
  const words = parseScope(scope);
  const isToken = (word: string) => /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(word);
  return words && words.length <= mostRequired && words.every(isToken) ? words : undefined;
}
