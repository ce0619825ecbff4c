// The places of the dashboard, in the order of the navigation, with the scopes of which one opens each.

import {
  AppWindow,
  Database,
  House,
  KeyRound,
  type LucideIcon,
  Mail,
  Palette,
  ScrollText,
  ServerCog,
  Settings,
  ShieldCheck,
  Users,
} from 'lucide-react';

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
  { label: 'Home', to: '/', icon: House, needs: [], words: 'start overview charts activity checklist' },
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
  { label: 'Users', to: '/users', icon: Users, needs: ['read:users'], words: 'people accounts block' },
  { label: 'Roles', to: '/roles', icon: KeyRound, needs: ['read:roles'], words: 'permissions administrators' },
  {
    label: 'Database connection',
    to: '/database',
    icon: Database,
    needs: ['read:connections'],
    words: 'sign-up password policy',
  },
  {
    label: 'Attack protection',
    to: '/attack-protection',
    icon: ShieldCheck,
    needs: ['read:attack_protection', 'read:anomaly_blocks'],
    words: 'brute force suspicious ip limits blocked unblock guesses throttling',
  },
  { label: 'Logs', to: '/logs', icon: ScrollText, needs: ['read:logs'], words: 'events failures trace' },
  { label: 'Branding', to: '/branding', icon: Palette, needs: ['read:branding'], words: 'logo colours login page' },
  {
    label: 'E-mail templates',
    to: '/emails',
    icon: Mail,
    needs: ['read:email_templates'],
    words: 'mails messages liquid subject welcome verification reset',
  },
  {
    label: 'Settings',
    to: '/settings',
    icon: Settings,
    needs: ['read:tenant_settings', 'read:signing_keys', 'read:email_provider'],
    words: 'tenant keys sessions',
  },
];
