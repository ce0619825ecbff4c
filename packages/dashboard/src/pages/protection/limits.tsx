// How often somebody may guess, and how much one address may try.

import { bruteForceProtection, suspiciousIpThrottling } from 'countersign/resources';
import type { Value } from '../../forms/declared.ts';
import { SingletonForm } from '../../forms/singleton-form.tsx';

const counted = (typed: (path: string) => Value) => typed('enabled') === true;
const allowlist = {
  path: 'allowlist',
  label: 'Addresses that do not count',
  about: 'IP addresses and CIDR ranges, such as those of your tests',
  when: counted,
};
const stage = (name: string, what: string) => [
  { path: `stage.${name}.max_attempts`, label: `${what} at once`, about: 'From one address', when: counted },
  {
    path: `stage.${name}.rate`,
    label: 'Another one after',
    about: 'Milliseconds',
    milliseconds: true,
    when: counted,
  },
];

/** Both forms. */
export function Limits() {
  return (
    <>
      <SingletonForm
        declared={bruteForceProtection}
        groups={[
          {
            title: 'Brute-force protection',
            about:
              'Wrong passwords for one account, one after the other. A block ends 30 days after the last of them, with a new password, or by the link in the mail.',
            fields: [
              { path: 'enabled', label: 'Count failed logins' },
              {
                path: 'max_attempts',
                label: 'Failed logins until the limit',
                about: 'In a row; a right password forgives them',
                when: counted,
              },
              {
                path: 'mode',
                label: 'Who is blocked',
                names: {
                  count_per_identifier_and_ip: 'The address that guesses',
                  count_per_identifier: 'Everybody: anybody can shut a user out',
                },
                when: counted,
              },
              {
                path: 'shields',
                label: 'At the limit',
                names: { block: 'Refuse the login', user_notification: 'Tell the user by mail, with a link' },
                when: counted,
              },
              allowlist,
            ],
          },
        ]}
      />
      <SingletonForm
        declared={suspiciousIpThrottling}
        groups={[
          {
            title: 'Suspicious-IP throttling',
            about:
              'Failed logins and sign-ups from one address, whatever the account. An IPv6 address counts by its first 64 bits.',
            fields: [
              { path: 'enabled', label: 'Count attempts' },
              ...stage('pre-login', 'Failed logins'),
              ...stage('pre-user-registration', 'Sign-ups'),
              {
                path: 'shields',
                label: 'At the limit',
                names: { block: 'Refuse the request', admin_notification: 'Log an event' },
                when: counted,
              },
              allowlist,
            ],
          },
        ]}
      />
    </>
  );
}
