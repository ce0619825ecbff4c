// The head of every page of settings.

import type { ReactNode } from 'react';
import { Page, Tabs } from '../../parts/layout.tsx';
import { useCan } from '../../session/session.ts';

/** A page of settings. */
export function SettingsPage({ children }: { readonly children: ReactNode }) {
  const can = useCan();
  const tab = (label: string, last: string) => ({ label, to: `/settings/${last}` });
  return (
    <Page
      title="Settings"
      tabs={
        <Tabs
          label="Settings"
          tabs={[
            ...(can('read:tenant_settings') ? [tab('Tenant', 'tenant'), tab('Sessions', 'sessions')] : []),
            ...(can('read:signing_keys') ? [tab('Keys', 'keys')] : []),
            ...(can('read:email_provider') ? [tab('Mail', 'mail')] : []),
          ]}
        />
      }
    >
      {children}
    </Page>
  );
}
