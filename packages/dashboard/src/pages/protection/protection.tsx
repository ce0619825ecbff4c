// Attack protection: who is shut out now, and what shuts people out. Only what this server does.

import { Page } from '../../parts/layout.tsx';
import { useCan } from '../../session/session.ts';
import { Blocks } from './blocks.tsx';
import { Limits } from './limits.tsx';

/** The page. */
export function AttackProtection() {
  const can = useCan();
  return (
    <Page
      title="Attack protection"
      about="Guesses at passwords, and floods from one address. A block ends by itself, or here."
    >
      {can('read:users', 'read:anomaly_blocks') ? <Blocks /> : null}
      {can('read:attack_protection') ? <Limits /> : null}
    </Page>
  );
}
