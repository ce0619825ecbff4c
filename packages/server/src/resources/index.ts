// All declared resources of the Management API: the list that routes, tables, documents and the dashboard follow from.

import { bruteForceProtection } from './attack-protection/brute-force-protection.ts';
import { botDetection, breachedPasswordDetection, captcha, phoneProviderProtection } from './attack-protection/kept.ts';
import { suspiciousIpThrottling } from './attack-protection/suspicious-ip-throttling.ts';
import { branding } from './branding.ts';
import { clientCredentials } from './client-credentials.ts';
import { clientGrants } from './client-grants.ts';
import { clients } from './clients.ts';
import { connectionProfiles } from './connection-profiles.ts';
import { connections } from './connections.ts';
import { deviceCredentials } from './device-credentials.ts';
import { emailProvider, emailTrial, emailTrialOutcome } from './email-provider.ts';
import { emailPreview, emailPreviewAsk, emailTemplates } from './email-templates.ts';
import { grants } from './grants.ts';
import { logs } from './logs.ts';
import { organizations } from './organizations.ts';
import { prompts } from './prompts.ts';
import { refreshTokens } from './refresh-tokens.ts';
import { resourceServers } from './resource-servers.ts';
import { roles } from './roles.ts';
import { sessions } from './sessions.ts';
import { signingKeys } from './signing-keys.ts';
import { dailyStats, eventStats } from './stats.ts';
import { tenantSettings } from './tenant-settings.ts';
import { tokenExplanation, tokenExplanationAsk } from './token-explanations.ts';
import { tokenPreview, tokenPreviewAsk } from './token-previews.ts';
import { userAttributeProfiles } from './user-attribute-profiles.ts';
import { users } from './users.ts';

export { type Colour, hex, legible, mix, parseColour, textOn } from '../schema/colour.ts';
export type { BruteForceProtection } from './attack-protection/brute-force-protection.ts';
export type { SuspiciousIpThrottling } from './attack-protection/suspicious-ip-throttling.ts';
export type { Branding } from './branding.ts';
export type { ClientCredential } from './client-credentials.ts';
export type { ClientGrant } from './client-grants.ts';
export type { Client, ClientDraft } from './clients.ts';
export { connectionProfileTemplates } from './connection-profiles.ts';
export { databaseOptions, keptDefaults, withPasswordDefaults } from './connections/database.ts';
export type { Connection } from './connections.ts';
export { defaultConnectionName } from './connections.ts';
export { type ApiTab, apiPage, apisPage, applicationPage, keysPage, logPage, userPage } from './dashboard-pages.ts';
export type { DeviceCredential } from './device-credentials.ts';
export type { EmailTrialOutcome, ProviderName } from './email-provider.ts';
export { providerCredentials, providerNames, shownCredentials } from './email-provider.ts';
export type {
  EffectiveTemplate,
  EmailPreview,
  EmailPreviewAsk,
  EmailTemplate,
  TemplateEffect,
  TemplateName,
} from './email-templates.ts';
export { templateEffects, templateNames } from './email-templates.ts';
export { isFailure } from './logs.ts';
export { currentUserScopes, managementScopes } from './management-scopes.ts';
export type { Organization } from './organizations.ts';
export type { Prompts } from './prompts.ts';
export { type Reason, reasonGroups, reasonPage, reasons, type TokenReason, tokenReasons } from './reasons/index.ts';
export type { ResourceServer } from './resource-servers.ts';
export type { Role } from './roles.ts';
export type { DailyStats, EventStats, StatsSeries } from './stats.ts';
export { countedBy, mostStatsSteps, statsIntervals, statsSeries } from './stats.ts';
export {
  administratorRoleId,
  commandLineClient,
  commandLineClientId,
  commandLineScopes,
  dashboardClient,
  dashboardClientId,
} from './system-records.ts';
export type { TenantSettings } from './tenant-settings.ts';
export type { TokenExplanation, TokenExplanationAsk } from './token-explanations.ts';
export type { PreviewedToken, PreviewedTrace, ScopeVerdict, TokenPreview, TokenPreviewAsk } from './token-previews.ts';
export { previewedGrants, previewNeeds } from './token-previews.ts';
export { userAttributeProfileTemplates } from './user-attribute-profiles.ts';
export {
  botDetection,
  branding,
  breachedPasswordDetection,
  bruteForceProtection,
  captcha,
  clientCredentials,
  clientGrants,
  clients,
  connectionProfiles,
  connections,
  dailyStats,
  deviceCredentials,
  emailPreview,
  emailPreviewAsk,
  emailProvider,
  emailTemplates,
  emailTrial,
  emailTrialOutcome,
  eventStats,
  grants,
  logs,
  organizations,
  phoneProviderProtection,
  prompts,
  refreshTokens,
  resourceServers,
  roles,
  sessions,
  signingKeys,
  suspiciousIpThrottling,
  tenantSettings,
  tokenExplanation,
  tokenExplanationAsk,
  tokenPreview,
  tokenPreviewAsk,
  userAttributeProfiles,
  users,
};

/** Kept in a table each; their routes are generic. */
export const collections = [
  resourceServers,
  clients,
  connections,
  clientCredentials,
  clientGrants,
  organizations,
  connectionProfiles,
  userAttributeProfiles,
  roles,
  grants,
] as const;
/** One document a tenant each. */
export const singletons = [
  tenantSettings,
  branding,
  prompts,
  bruteForceProtection,
  suspiciousIpThrottling,
  breachedPasswordDetection,
  botDetection,
  captcha,
  phoneProviderProtection,
] as const;
/** Declared for what goes in and out; their routes are written by hand, and other rooms keep them. */
export const handMadeCollections = [
  emailProvider,
  emailTemplates,
  users,
  signingKeys,
  logs,
  sessions,
  refreshTokens,
  deviceCredentials,
] as const;
