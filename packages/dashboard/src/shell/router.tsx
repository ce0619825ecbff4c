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
const applications = () => import('../pages/applications/index.ts');

const toHome = createRoute({
  getParentRoute: () => root,
  path: '/callback',
  component: () => <Navigate to="/" replace />,
});

const tree = root.addChildren([
  toHome,
  createRoute({ getParentRoute: () => root, path: '/', component: () => <Navigate to="/apis" replace /> }),
  page('/apis', apis, 'Apis'),
  page('/apis/$id/settings', apis, 'ApiSettings'),
  page('/apis/$id/permissions', apis, 'ApiPermissions'),
  page('/apis/$id/applications', apis, 'ApiApplications'),
  page('/apis/$id/test', apis, 'ApiTest'),
  page('/applications', applications, 'Applications'),
  page('/applications/$id/quickstart', applications, 'QuickStart'),
  page('/applications/$id/settings', applications, 'ApplicationSettings'),
  page('/applications/$id/credentials', applications, 'Credentials'),
  page('/applications/$id/connections', applications, 'ApplicationConnections'),
  page('/applications/$id/apis', applications, 'ApplicationApis'),
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
