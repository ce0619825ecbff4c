// The places of the dashboard, in the order of the navigation, with the scopes of which one opens each.

import { AppWindow, type LucideIcon, ServerCog } from 'lucide-react';

export interface Place {
  readonly label: string;
  readonly to: string;
  readonly icon: LucideIcon;
  /** Any of these; none: everybody. */
  readonly needs: readonly string[];
  /** For the search. */
  readonly words: string;
}

export const places: readonly Place[] = [
  {
    label: 'APIs',
    to: '/apis',
    icon: ServerCog,
    needs: ['read:resource_servers'],
    words: 'resource servers permissions scopes audience tokens',
  },
  {
    label: 'Applications',
    to: '/applications',
    icon: AppWindow,
    needs: ['read:clients'],
    words: 'clients secrets callbacks',
  },
];
