// The routes of profile templates (connection profiles, user attribute profiles), and absent members that are answered as null.

import {
  type connectionProfiles,
  connectionProfileTemplates,
  userAttributeProfileTemplates,
} from '../../../resources/index.ts';
import { json, type Route } from '../../../web/exchange.ts';
import { type Act, type Machinery, operation } from '../operation.ts';
import { refused, uncached } from '../problem.ts';
import type { CollectionVerbs } from './verb.ts';

/** As recorded, what was never set is answered as null. */
export const connectionProfileVerbs: CollectionVerbs<typeof connectionProfiles.fields> = {
  answer: (profile) => ({
    ...profile,
    connection_config: profile.connection_config ?? null,
    strategy_overrides: profile.strategy_overrides ?? null,
  }),
};

interface Template {
  readonly id: string;
}

/** List and read of templates. */
export function templateRoutes(machinery: Machinery): Route[] {
  const routes = (path: string, scope: string, wrapper: string, templates: readonly Template[]): Route[] => {
    const handle = (act: Act) => operation(machinery, [[scope]], act);
    const list = handle(async () => json(200, { [wrapper]: templates }, uncached));
    const read = handle(async (ask) => {
      const template = templates.find(({ id }) => id === ask.params.id);
      return template ? json(200, template, uncached) : refused(404, 'Template not found.');
    });
    return [
      { method: 'GET', path: `/api/v2/${path}/templates`, handle: list, family: 'management' },
      { method: 'GET', path: `/api/v2/${path}/templates/:id`, handle: read, family: 'management' },
    ];
  };
  return [
    ...routes(
      'connection-profiles',
      'read:connection_profiles',
      'connection_profile_templates',
      connectionProfileTemplates,
    ),
    ...routes(
      'user-attribute-profiles',
      'read:user_attribute_profiles',
      'user_attribute_profile_templates',
      userAttributeProfileTemplates,
    ),
  ];
}
