// Implicit OP: oidcc-implicit-certification-test-plan, with static clients.

import { modules } from './modules.ts';

for (const responseType of ['id_token', 'id_token token'])
  modules({ plan: 'oidcc-implicit', responseType, formPost: false });
