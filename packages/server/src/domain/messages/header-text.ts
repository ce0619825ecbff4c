// Texts that become headers of a mail. Nothing of a user or a template can end a header and begin another one: what ends
// lines becomes a space here, and the mail library encodes what is left.

import { canonicalEmail } from '../accounts/identifiers.ts';

export interface Mailbox {
  /** Empty for none. */
  readonly name: string;
  readonly address: string;
}

/** Longer subjects are cut: no mail program shows more. */
const longest = 200;

/** One line of visible text: controls, line ends and changes of direction become spaces. Pure. */
export function headerText(text: string): string {
  return [
    ...text
      .toWellFormed()
      .replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\s]+/gu, ' ')
      .trim(),
  ]
    .slice(0, longest)
    .join('');
}

/**
 * A sender, `Name <address>` or an address; `undefined` if it has no address that can exist. The name loses quotes and
 * brackets, so that it can't hold a second address. Pure.
 */
export function readMailbox(text: string): Mailbox | undefined {
  const line = headerText(text);
  const end = line.endsWith('>') ? line.lastIndexOf('<') : -1;
  const address = canonicalEmail(end < 0 ? line : line.slice(end + 1, -1).trim());
  if (address === undefined) return undefined;
  return {
    name:
      end < 0
        ? ''
        : line
            .slice(0, end)
            .replace(/["<>\\]/g, '')
            .trim(),
    address,
  };
}
