// The pages of settings, loaded together.

export { KeysPage } from './keys.tsx';
export { MailPage } from './mail.tsx';
export { SettingsHome } from './settings-page.tsx';
export { SessionsPage, TenantPage } from './tenant.tsx';
