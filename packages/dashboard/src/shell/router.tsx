// Every page with its address. A page's code is fetched when somebody goes there.

import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Navigate } from '@tanstack/react-router';
import { ButtonLink } from '../parts/button.tsx';
import { Empty, Failure, Page } from '../parts/layout.tsx';
import { Frame } from './frame.tsx';

const root = createRootRoute({
  component: Frame,
  notFoundComponent: () => (
    <Page title="Nothing is here">
      <Empty title="This page does not exist" action={<ButtonLink to="/">Go home</ButtonLink>}>
        It may have been deleted, or the address has a slip.
      </Empty>
    </Page>
  ),
  errorComponent: ({ error }) => (
    <Page title="This page failed">
      <Failure error={error} />
    </Page>
  ),
});

type Load = () => Promise<Record<string, unknown>>;
/** A page at an address; `search` of its address is kept as it is. */
const page = <const P extends string>(path: P, load: Load, name: string) =>
  createRoute({ getParentRoute: () => root, path, component: lazyRouteComponent(load as never, name as never) });

const apis = () => import('../pages/apis/index.ts');
const roles = () => import('../pages/roles/index.ts');
const users = () => import('../pages/users/index.ts');
const emails = () => import('../pages/emails/index.ts');
const settings = () => import('../pages/settings/index.ts');
const applications = () => import('../pages/applications/index.ts');

/** An address that is another's. */
const to = <const P extends string>(path: P, target: string) =>
  createRoute({
    getParentRoute: () => root,
    path,
    component: () => <Navigate to={target as never} params={true as never} replace />,
  });

const toHome = createRoute({
  getParentRoute: () => root,
  path: '/callback',
  component: () => <Navigate to="/" replace />,
});

const tree = root.addChildren([
  toHome,
  page('/', () => import('../pages/home/home.tsx'), 'Home'),
  page('/apis', apis, 'Apis'),
  page('/apis/$id/settings', apis, 'ApiSettings'),
  page('/apis/$id/permissions', apis, 'ApiPermissions'),
  page('/apis/$id/applications', apis, 'ApiApplications'),
  page('/apis/$id/test', apis, 'ApiTest'),
  page('/apis/$id/preview', apis, 'ApiPreview'),
  page('/apis/$id/explain', apis, 'ApiExplain'),
  page('/applications', applications, 'Applications'),
  to('/applications/$id', '/applications/$id/quickstart'),
  page('/applications/$id/quickstart', applications, 'QuickStart'),
  page('/applications/$id/settings', applications, 'ApplicationSettings'),
  page('/applications/$id/credentials', applications, 'Credentials'),
  page('/applications/$id/connections', applications, 'ApplicationConnections'),
  page('/applications/$id/apis', applications, 'ApplicationApis'),
  page('/users', users, 'UserList'),
  to('/users/$id', '/users/$id/profile'),
  page('/users/$id/profile', users, 'UserProfile'),
  page('/users/$id/roles', users, 'UserRoles'),
  page('/users/$id/permissions', users, 'UserPermissions'),
  page('/users/$id/access', users, 'UserAccess'),
  page('/users/$id/logs', users, 'UserLogs'),
  page('/roles', roles, 'RoleList'),
  page('/roles/$id/permissions', roles, 'RolePermissions'),
  page('/roles/$id/users', roles, 'RoleUsers'),
  page('/roles/$id/settings', roles, 'RoleSettings'),
  page('/logs', () => import('../pages/logs/list.tsx'), 'Logs'),
  page('/logs/$id', () => import('../pages/logs/event.tsx'), 'LogEvent'),
  page('/database', () => import('../pages/database/database.tsx'), 'DatabaseConnection'),
  page('/branding', () => import('../pages/branding/branding.tsx'), 'BrandingPage'),
  page('/emails', emails, 'EmailList'),
  page('/emails/$template', emails, 'EmailTemplatePage'),
  page('/settings', settings, 'SettingsHome'),
  page('/settings/tenant', settings, 'TenantPage'),
  page('/settings/sessions', settings, 'SessionsPage'),
  page('/settings/keys', settings, 'KeysPage'),
  page('/settings/mail', settings, 'MailPage'),
  to('/settings/limits', '/attack-protection'),
  page('/attack-protection', () => import('../pages/protection/protection.tsx'), 'AttackProtection'),
]);

/** The router of the dashboard. */
export const router = createRouter({
  routeTree: tree,
  basepath: '/dashboard',
  defaultPreload: 'intent',
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
