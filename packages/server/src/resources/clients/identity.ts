// What a client is and where it lives: names, type, addresses.

import { z } from 'zod';
import { computed, defaulted, fixedOptional, made, madeSometimes, optional, required } from '../../schema/field.ts';
import {
  callbackUrl,
  displayName,
  flag,
  freeObject,
  list,
  oneOf,
  originUrl,
  secureUrlOrEmpty,
  text,
  webUrlOrEmpty,
} from '../../schema/types.ts';

export const appTypes = [
  'native',
  'spa',
  'regular_web',
  'non_interactive',
  'resource_server',
  'express_configuration',
  'rms',
  'box',
  'cloudbees',
  'concur',
  'dropbox',
  'mscrm',
  'echosign',
  'egnyte',
  'newrelic',
  'office365',
  'salesforce',
  'sentry',
  'sharepoint',
  'slack',
  'springcm',
  'zendesk',
  'zoom',
  'sso_integration',
  'oag',
] as const;

const metadata = z
  .record(z.string().max(255), text(255))
  .refine((value) => Object.keys(value).length <= 10, { error: 'Too many properties defined, maximum 10' });

export const identityFields = {
  client_id: made(text(64), 'Id of the client'),
  tenant: computed(text(64), 'Tenant that the client belongs to'),
  global: made(flag, 'Whether it stands for all clients of the tenant', { lookup: 'index' }),
  name: required(displayName(200), 'Name for people'),
  description: optional(text(140), 'For people'),
  logo_uri: optional(webUrlOrEmpty, 'Address of a picture'),
  app_type: optional(oneOf(appTypes), 'Kind of application; decides defaults', { lookup: 'index', nullRemoves: true }),
  is_first_party: defaulted(flag, 'Whether the tenant owns it; fixed', { lookup: 'index' }),
  third_party_security_mode: fixedOptional(
    oneOf(['strict', 'permissive']),
    'Rules for a client of somebody else; fixed',
  ),
  redirection_policy: optional(
    oneOf(['open_redirect_protection', 'allow_always']),
    'Whether errors may redirect to it',
    {
      nullRemoves: true,
    },
  ),
  oidc_conformant: defaulted(flag, 'Whether it is held to OpenID Connect'),
  external_client_id: madeSometimes(text(2048), 'Address of its metadata document', { lookup: 'index' }),
  external_metadata_type: madeSometimes(text(64), 'Kind of its metadata document'),
  external_metadata_created_by: madeSometimes(text(64), 'Who registered its metadata document'),
  resource_server_identifier: fixedOptional(
    text(600, 1),
    'API that the client stands for (app_type `resource_server`)',
  ),
  callbacks: optional(list(callbackUrl, 100), 'Addresses that codes and tokens may be sent to', { nullRemoves: true }),
  allowed_logout_urls: optional(list(callbackUrl, 100), 'Addresses to return to after a logout', { nullRemoves: true }),
  web_origins: optional(list(originUrl, 100), 'Origins of silent and cross-origin authentication', {
    nullRemoves: true,
  }),
  allowed_origins: optional(list(originUrl, 100), 'Further origins that may call from a browser (CORS)', {
    nullRemoves: true,
  }),
  allowed_clients: optional(list(text(2048, 1), 100), 'Legacy: clients that may delegate to it', { nullRemoves: true }),
  client_aliases: optional(list(text(2048, 1), 100), 'Legacy: other audiences of its tokens', { nullRemoves: true }),
  initiate_login_uri: optional(secureUrlOrEmpty, 'Where a login starts that the client did not begin'),
  cross_origin_loc: optional(webUrlOrEmpty, 'Where cross-origin authentication ends when cookies are blocked', {
    nullRemoves: true,
  }),
  client_metadata: optional(metadata, 'Up to ten names and values of your own', { merged: true, nullRemoves: true }),
  custom_login_page_on: defaulted(flag, 'Whether its own login page is used'),
  custom_login_page: optional(text(1_000_000), 'HTML of its own login page'),
  custom_login_page_preview: optional(text(1_000_000), 'HTML of the login page in the making'),
  form_template: optional(text(1_000_000), 'HTML of the WS-Federation form'),
  callback_url_template: computed(flag, 'Legacy; always false'),
  signing_keys: computed(list(freeObject, 10), 'Certificate that signs for this client'),
  encrypted: computed(flag, 'Only after creation: its secrets are encrypted at rest'),
  owners: computed(list(text(255), 100), 'Legacy'),
};
