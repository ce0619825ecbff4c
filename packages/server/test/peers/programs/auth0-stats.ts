// The official Node SDK: reads how many users are active and how many logged in on which day, and hears what is wrong with a date.

import { ManagementClient } from 'auth0';

const { DOMAIN = '', CLIENT_ID = '', CLIENT_SECRET = '' } = process.env;
const management = new ManagementClient({ domain: DOMAIN, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET });

const active = await management.stats.getActiveUsersCount();
const days = await management.stats.getDaily();
const today = new Date().toISOString().slice(0, 10).replaceAll('-', '');
const none = await management.stats.getDaily({ from: '20010101', to: '20010102' });
const ofToday = await management.stats.getDaily({ from: today, to: today });
const wrong = await management.stats.getDaily({ from: '2026-01-01' }).then(
  () => 'answered',
  (reason: unknown) => {
    const error = reason as { statusCode?: number; body?: { errorCode?: string } };
    return `${error.statusCode} ${error.body?.errorCode}`;
  },
);

process.stdout.write(
  JSON.stringify({ active, logins: days.at(-1)?.logins, none, same: ofToday.length <= 1 && days.length >= 1, wrong }),
);
