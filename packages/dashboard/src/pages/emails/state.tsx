// What is sent of a mail, in a word.

import { Badge } from '../../parts/text.tsx';
import type { State } from './kinds.ts';

/** The word. */
export function StateBadge({ state }: { readonly state: State }) {
  switch (state) {
    case 'ours':
      return <Badge>Default text</Badge>;
    case 'yours':
      return <Badge tone="accent">Your text</Badge>;
    case 'off':
      return <Badge>Not sent</Badge>;
  }
}
