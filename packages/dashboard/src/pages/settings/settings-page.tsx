// The head of every page of settings.

import { Navigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Page, type Tab, Tabs } from '../../parts/layout.tsx';
import { useCan } from '../../session/session.ts';

const all: readonly (Tab & { readonly needs: string })[] = [
  { label: 'Tenant', to: '/settings/tenant', needs: 'read:tenant_settings' },
  { label: 'Sessions', to: '/settings/sessions', needs: 'read:tenant_settings' },
  { label: 'Keys', to: '/settings/keys', needs: 'read:signing_keys' },
  { label: 'Mail', to: '/settings/mail', needs: 'read:email_provider' },
];

/** Those that the user may see. */
function useTabs(): readonly Tab[] {
  const can = useCan();
  return all.filter(({ needs }) => can(needs));
}

/** The address without a tab: the first that there is. */
export function SettingsHome() {
  const [first] = useTabs();
  return <Navigate to={(first?.to ?? '/') as never} replace />;
}

/** A page of settings. */
export function SettingsPage({ children }: { readonly children: ReactNode }) {
  return (
    <Page title="Settings" tabs={<Tabs label="Settings" tabs={useTabs()} />}>
      {children}
    </Page>
  );
}
