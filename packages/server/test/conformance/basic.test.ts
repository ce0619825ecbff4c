// Basic OP: oidcc-basic-certification-test-plan, with static clients.

import { modules } from './modules.ts';

modules({ plan: 'oidcc-basic', responseType: 'code', formPost: false });
