// Hybrid OP: oidcc-hybrid-certification-test-plan, with static clients.

import { modules } from './modules.ts';

for (const responseType of ['code id_token', 'code token', 'code id_token token'])
  modules({ plan: 'oidcc-hybrid', responseType, formPost: false });
