// GET /docs/errors and /docs/errors/{code}: what each stable code means and what to do. Made of the one table of reasons; the same
// for everybody, so they need no session and tell nothing about a tenant.

import { lookOf } from '../../domain/tenants/look.ts';
import type { Snapshot } from '../../domain/tenants/snapshot.ts';
import type { Database } from '../../storage/store.ts';
import type { Answer, Ask, Route } from '../../web/exchange.ts';
import { page } from '../../web/page.ts';
import { type DocsPage, indexBody, pageOf, unknownBody } from './page.ts';

export interface DocsDeps {
  readonly database: Database;
  readonly snapshot: Snapshot;
}

/** The routes of the pages about errors. */
export function docsRoutes({ database, snapshot }: DocsDeps): Route[] {
  const show = async (ask: Ask, status: number, content: DocsPage): Promise<Answer> => {
    const look = await lookOf(database, snapshot, ask.tenant);
    return page(status, { ...content, look, language: 'en', wide: true });
  };
  return [
    { method: 'GET', path: '/docs/errors', family: 'page', handle: (ask) => show(ask, 200, indexBody()) },
    {
      method: 'GET',
      path: '/docs/errors/:code',
      family: 'page',
      handle: (ask) => {
        const code = ask.params.code ?? '';
        const content = pageOf(code);
        return content ? show(ask, 200, content) : show(ask, 404, unknownBody(code));
      },
    },
  ];
}
