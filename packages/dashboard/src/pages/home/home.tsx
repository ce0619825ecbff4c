// The first page: what to do next on a fresh tenant.

import { Page } from '../../parts/layout.tsx';

/** Home. */
export function Home() {
  return <Page title="Home">{null}</Page>;
}
