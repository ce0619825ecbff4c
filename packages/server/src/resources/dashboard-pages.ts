// The addresses of the dashboard's pages, below `/dashboard`: what links to them (explanations, error pages, the command line)
// and the dashboard's own router read them here.

const segment = encodeURIComponent;

export type ApiTab = 'settings' | 'permissions' | 'applications' | 'test' | 'preview' | 'explain';

/** A tab of an API's page. `id`: the API's id, not its identifier. */
export function apiPage(id: string, tab: ApiTab): string {
  return `/dashboard/apis/${segment(id)}/${tab}`;
}

/** The list of APIs, where one is made. */
export const apisPage = '/dashboard/apis';

/** The page of an application. */
export function applicationPage(clientId: string): string {
  return `/dashboard/applications/${segment(clientId)}`;
}

/** The page of a user. */
export function userPage(userId: string): string {
  return `/dashboard/users/${segment(userId)}`;
}

/** The page of the signing keys. */
export const keysPage = '/dashboard/settings/keys';

/** One event of the log. */
export function logPage(logId: string): string {
  return `/dashboard/logs/${segment(logId)}`;
}
