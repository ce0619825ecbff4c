// How often somebody may guess, and how much one address may try.

import { bruteForceProtection, suspiciousIpThrottling } from 'countersign/resources';
import { SettingsPage } from './settings-page.tsx';
import { SingletonForm } from './singleton-form.tsx';

/** The tab Limits. */
export function LimitsPage() {
  return (
    <SettingsPage>
      <SingletonForm
        declared={bruteForceProtection}
        groups={[
          {
            title: 'Guessing a password',
            about: bruteForceProtection.about,
            fields: [
              { path: 'enabled', label: 'Count failed logins' },
              { path: 'max_attempts', label: 'Failed logins until the limit' },
              {
                path: 'mode',
                label: 'Whom the account is closed to',
                names: { count_per_identifier_and_ip: 'The address that guesses', count_per_identifier: 'Everybody' },
              },
              {
                path: 'shields',
                label: 'At the limit',
                names: { block: 'Refuse the login', user_notification: 'Tell the user by mail' },
              },
              { path: 'allowlist', label: 'Addresses that do not count' },
            ],
          },
        ]}
      />
      <SingletonForm
        declared={suspiciousIpThrottling}
        groups={[
          {
            title: 'Many tries from one address',
            about: suspiciousIpThrottling.about,
            fields: [
              { path: 'enabled', label: 'Count attempts' },
              {
                path: 'stage.pre-login.max_attempts',
                label: 'Failed logins at once',
                about: 'From one address, whatever the accounts',
              },
              {
                path: 'stage.pre-user-registration.max_attempts',
                label: 'Sign-ups at once',
                about: 'From one address',
              },
              {
                path: 'shields',
                label: 'At the limit',
                names: { block: 'Refuse the request', admin_notification: 'Log an event' },
              },
              { path: 'allowlist', label: 'Addresses that do not count' },
            ],
          },
        ]}
      />
    </SettingsPage>
  );
}
