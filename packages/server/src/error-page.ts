// What cannot be sent to a client is shown: on a page of ours, or at the address that the tenant registered for errors
// (auth0-behaviour TEN-1). Handed to the rooms that talk to browsers.

import { findClient } from './domain/clients/find.ts';
import { clientOfHandle, wayBack } from './domain/pending/way-back.ts';
import { lookOf } from './domain/tenants/look.ts';
import { settingsOf } from './domain/tenants/settings.ts';
import type { Snapshot } from './domain/tenants/snapshot.ts';
import type { Database } from './storage/store.ts';
import { noStore } from './web/answers.ts';
import type { Answer, Ask } from './web/exchange.ts';
import { chooseLanguage, textsIn } from './web/language.ts';
import { errorPage } from './web/page.ts';

/** A login that is gone, or a client that is known, from which a way back may follow. */
export type ErrorOrigin = { readonly handle: string } | { readonly clientId: string };

export type ShowError = (
  ask: Ask,
  failure: { readonly status: number; readonly error: string; readonly description: string },
  from?: ErrorOrigin,
) => Promise<Answer>;

/** Shows errors in the look of the tenant, with a link to where a new login starts if one is registered. */
export function createErrorPages(database: Database, snapshot: Snapshot): ShowError {
  return async (ask, failure, from) => {
    const { tenant } = ask;
    const settings = await settingsOf(database, snapshot, tenant, true);
    const clientId = from && ('handle' in from ? clientOfHandle(from.handle) : from.clientId);
    const elsewhere = settings.error_page?.url;
    if (elsewhere && URL.canParse(elsewhere)) return sentTo(elsewhere, failure, ask, clientId);
    const look = await lookOf(database, snapshot, tenant);
    const client = clientId === undefined ? undefined : await findClient(database, snapshot, tenant, clientId);
    const back = from && (await wayBack({ database, snapshot }, tenant, ask.issuer, { clientId }));
    const language = chooseLanguage({ acceptLanguage: ask.headers['accept-language'], enabled: look.languages });
    const text = textsIn(language).failure.back(client?.name || look.tenantName);
    return errorPage(ask, look, {
      ...failure,
      requestId: ask.id,
      ...(back === undefined ? {} : { link: { href: back, text } }),
    });
  };
}

/** To the tenant's own page, with what is known of the request. The address was registered by an administrator. */
function sentTo(
  address: string,
  { error, description }: { readonly error: string; readonly description: string },
  ask: Ask,
  clientId: string | undefined,
): Answer {
  const url = new URL(address);
  const members = { client_id: clientId, error, error_description: description, tracking: ask.id };
  for (const [name, value] of Object.entries(members)) if (value !== undefined) url.searchParams.set(name, value);
  return {
    status: ask.method === 'POST' ? 303 : 302,
    headers: { ...noStore, location: url.href, 'referrer-policy': 'no-referrer' },
  };
}
