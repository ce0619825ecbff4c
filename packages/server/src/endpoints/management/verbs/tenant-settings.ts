// What is special about tenant settings: lifetimes that come in minutes, and the default API.

import { identifierAt, storedIdentifier } from '../../../domain/tenants/system-apis.ts';
import { resourceServers, type TenantSettings, type tenantSettings } from '../../../resources/index.ts';
import { tableOf } from '../../../schema/collection.ts';
import { payloadMessage } from '../../../schema/messages.ts';
import { badBody } from '../problem.ts';
import type { SingletonVerbs } from './verb.ts';

const apiTable = tableOf(resourceServers);

const lifetimes = [
  'session_lifetime',
  'idle_session_lifetime',
  'ephemeral_session_lifetime',
  'idle_ephemeral_session_lifetime',
] as const;
const sandboxVersions = ['22', '18', '16', '12'];

export const tenantSettingsVerbs: SingletonVerbs<typeof tenantSettings.fields> = {
  bodyLimit: 4 * 1024 * 1024,

  /** Minutes become hours, as they are answered (auth0-behaviour TEN-3; clients.md, auth0-deploy-cli). */
  patch: (patch, at) => {
    const value = { ...patch };
    for (const name of lifetimes) {
      const minutes = value[`${name}_in_minutes`];
      delete value[`${name}_in_minutes`];
      if (typeof minutes === 'number') value[name] = minutes / 60;
    }
    if (value.default_audience) value.default_audience = storedIdentifier(value.default_audience, at.host);
    return { kind: 'valid', value };
  },

  update: async (tx, before, after) => {
    const audience = after.default_audience;
    if (audience && audience !== before.default_audience && !(await tx.find(apiTable, { identifier: audience }))) {
      return badBody(payloadMessage('The resource server does not exist', 'default_audience'));
    }
    return undefined;
  },

  answer: (settings: TenantSettings, { at, occasion }) => ({
    ...settings,
    ...(settings.default_audience === undefined
      ? {}
      : { default_audience: identifierAt(settings.default_audience, at.host) }),
    ...(occasion === 'read' ? { sandbox_versions_available: sandboxVersions } : {}),
  }),
};
