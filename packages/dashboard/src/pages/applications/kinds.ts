// Kinds of application: what each is for, and what it begins with.

import { commandLineClientId, dashboardClientId } from 'countersign/resources';
import type { Client } from '../../api/kinds.ts';

/** Without secrets, which a list must not read; without the record that stands for all. */
export const clientList = '/clients?is_global=false&fields=client_secret,signing_keys&include_fields=false';

export interface Kind {
  readonly type: 'spa' | 'regular_web' | 'native' | 'non_interactive';
  readonly label: string;
  readonly about: string;
  /** The body of the POST, besides the name. */
  readonly draft: Partial<Client>;
}

/** Without a secret a refresh token is worth nothing unless it rotates: a single-page app would get none. */
const rotating = { rotation_type: 'rotating', expiration_type: 'expiring' } as Client['refresh_token'];

export const kinds: readonly Kind[] = [
  {
    type: 'spa',
    label: 'Single-page application',
    about: 'Runs in the browser: React, Vue, Angular. Has no secret; signs in with a code and PKCE.',
    draft: {
      app_type: 'spa',
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      refresh_token: rotating,
      oidc_conformant: true,
    },
  },
  {
    type: 'regular_web',
    label: 'Regular web application',
    about: 'Runs on a server and renders pages: Express, Next.js, Rails, Spring. Keeps a secret.',
    draft: {
      app_type: 'regular_web',
      token_endpoint_auth_method: 'client_secret_post',
      grant_types: ['authorization_code', 'refresh_token'],
      oidc_conformant: true,
    },
  },
  {
    type: 'native',
    label: 'Native application',
    about: 'Runs on a phone, a desktop or a command line. Has no secret; signs in through the browser.',
    draft: {
      app_type: 'native',
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      refresh_token: rotating,
      oidc_conformant: true,
    },
  },
  {
    type: 'non_interactive',
    label: 'Machine to machine',
    about: 'A service, a job, an agent that calls an API as itself. No user signs in.',
    draft: {
      app_type: 'non_interactive',
      token_endpoint_auth_method: 'client_secret_post',
      grant_types: ['client_credentials'],
      oidc_conformant: true,
    },
  },
];

/** The kind of an application in words. */
export function kindOf(client: Pick<Client, 'app_type'>): string {
  return kinds.find(({ type }) => type === client.app_type)?.label ?? client.app_type ?? 'Application';
}

/** Whether the server made it for itself: nobody changes what it is for. */
export function isBuiltIn(clientId: string): boolean {
  return clientId === dashboardClientId || clientId === commandLineClientId;
}
