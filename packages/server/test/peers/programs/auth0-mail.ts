// The official Node SDK: makes links, sends a verification mail, sets a provider and writes a template.

import { ManagementClient } from 'auth0';

const { DOMAIN = '', CLIENT_ID = '', CLIENT_SECRET = '', USER_ID = '' } = process.env;
const management = new ManagementClient({ domain: DOMAIN, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET });

const links = await Promise.all([
  management.tickets.changePassword({ user_id: USER_ID, ttl_sec: 60, result_url: 'https://app.example.com/' }),
  management.tickets.verifyEmail({ user_id: USER_ID }),
]);
const job = await management.jobs.verificationEmail.create({ user_id: USER_ID });
const seen = await management.jobs.get(job.id);

const none = await management.emails.provider.get().then(
  () => 'found',
  (reason: unknown) => String((reason as { statusCode?: number }).statusCode),
);
const provider = await management.emails.provider.create({
  name: 'smtp',
  enabled: false,
  default_from_address: 'no-reply@example.com',
  credentials: { smtp_host: 'smtp.example.com', smtp_port: 587, smtp_user: 'user', smtp_pass: 'pass' },
});
const changed = await management.emails.provider.update({ default_from_address: 'info@example.com' });
const read = await management.emails.provider.get({ fields: 'credentials', include_fields: true });
await management.emails.provider.delete();

const body = '<p>Hello {{ user.name }}</p><a href="{{ url }}">Go</a>';
await management.emailTemplates.create({
  template: 'reset_email',
  body,
  from: 'help@example.com',
  subject: 'Hello',
  syntax: 'liquid',
  enabled: true,
});
const template = await management.emailTemplates.update('reset_email', { subject: 'Hi' });
const kept = await management.emailTemplates.get('reset_email');

process.stdout.write(
  JSON.stringify({
    links: links.map(({ ticket }) => ticket.replace(/ticket=[A-Za-z0-9]{32}#$/, 'ticket=*')),
    job: [job.type, seen.id === job.id],
    none,
    provider: provider.credentials,
    changed: changed.default_from_address,
    read: read.credentials,
    template: template.subject,
    kept: kept.body === body,
  }),
);
