// The pages of a login. A new step is a folder and a line here.

import type { AnyStep } from '../step.ts';
import { confirmStep } from './confirm/step.ts';
import { consentStep } from './consent/step.ts';
import { loginStep } from './login/step.ts';
import { selectAccountStep } from './select-account/step.ts';
import { signupStep } from './signup/step.ts';

export const steps: readonly AnyStep[] = [loginStep, signupStep, consentStep, confirmStep, selectAccountStep];
