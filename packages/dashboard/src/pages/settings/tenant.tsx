// What holds for the whole tenant.

import { tenantSettings } from 'countersign/resources';
import { SingletonForm } from '../../forms/singleton-form.tsx';
import { SettingsPage } from './settings-page.tsx';

/** The tab Tenant. */
export function TenantPage() {
  return (
    <SettingsPage>
      <SingletonForm
        declared={tenantSettings}
        groups={[
          {
            title: 'General',
            fields: [
              { path: 'friendly_name', label: 'Name' },
              'support_email',
              'support_url',
              {
                path: 'enabled_locales',
                label: 'Languages of the pages',
                about: 'Tags of languages, the default first: en, de, es, fr',
              },
            ],
          },
          {
            title: 'Tokens',
            fields: [
              {
                path: 'default_audience',
                about:
                  'Identifier of the API that a token is for when a request names none; empty for none. Better: let every application name its API',
              },
              {
                path: 'resource_parameter_profile',
                names: { audience: 'audience only', compatibility: 'audience, or resource (RFC 8707)' },
              },
              {
                path: 'default_directory',
                label: 'Database of the password grant',
                about: 'Name of the connection; empty for none',
              },
              {
                path: 'answer_dialect',
                label: 'Answers of OAuth endpoints',
                names: { '': 'Not set, so as Auth0', auth0: 'As Auth0', oidc: 'As the RFCs and OpenID Connect' },
                about: 'Statuses and codes; an application can have its own',
              },
              {
                path: 'authorization_response_iss_parameter_supported',
                label: 'Name the issuer in authorization responses',
              },
            ],
          },
          {
            title: 'Addresses',
            fields: [
              { path: 'allowed_logout_urls', label: 'Allowed logout URLs' },
              { path: 'default_redirection_uri', label: 'Where an expired login starts anew' },
              {
                path: 'skip_non_verifiable_callback_uri_confirmation_prompt',
                label: 'No confirmation for localhost and custom schemes',
              },
            ],
          },
          {
            title: 'Behaviour',
            fields: [
              {
                path: 'flags.enable_client_connections',
                label: 'New applications use every connection',
                about: 'Else each is switched on by hand',
              },
              {
                path: 'flags.enable_public_signup_user_exists_error',
                label: 'Sign-ups say that an address is taken',
                about: 'Off: nobody can find out who has an account',
              },
              { path: 'flags.use_scope_descriptions_for_consent', label: 'Consent shows descriptions of permissions' },
            ],
          },
        ]}
      />
    </SettingsPage>
  );
}

/** The tab Sessions. */
export function SessionsPage() {
  return (
    <SettingsPage>
      <SingletonForm
        declared={tenantSettings}
        groups={[
          {
            title: 'Sessions',
            about:
              'How long a browser stays signed in. Sessions that exist keep the bounds that they began with, or shorter new ones.',
            fields: [
              { path: 'idle_session_lifetime', label: 'Ends when unused, after hours' },
              { path: 'session_lifetime', label: 'Ends at the latest, after hours' },
              {
                path: 'session_cookie.mode',
                label: 'Cookie',
                names: { persistent: 'Outlives the browser', 'non-persistent': 'Ends with the browser' },
                about: 'Whether closing the browser signs out',
              },
            ],
          },
          {
            title: 'Sessions that end with the browser',
            fields: [
              { path: 'idle_ephemeral_session_lifetime', label: 'Ends when unused, after hours' },
              { path: 'ephemeral_session_lifetime', label: 'Ends at the latest, after hours' },
            ],
          },
        ]}
      />
    </SettingsPage>
  );
}
