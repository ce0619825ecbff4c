// Form Post OP: the three oidcc-formpost plans, with static clients.

import { modules } from './modules.ts';

for (const responseType of ['code', 'id_token', 'id_token token', 'code id_token', 'code token', 'code id_token token'])
  modules({ plan: 'oidcc-formpost', responseType, formPost: true });
