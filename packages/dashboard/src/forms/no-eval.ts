// Validation without generated code: the policy of the page forbids `eval`. To be imported before any declaration is.

import { z } from 'zod';

z.config({ jitless: true });
