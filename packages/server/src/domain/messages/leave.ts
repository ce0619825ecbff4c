// A mail leaves: by the tenant's provider, by that of the environment, or into the mailbox of a development server.

import type { TenantId } from '../../schema/brand.ts';
import type { Database } from '../../storage/store.ts';
import type { Composed } from './compose.ts';
import type { Mailbox } from './header-text.ts';
import { catchMail } from './mailbox.ts';
import { findProvider, type Outlets, outletOf } from './provider.ts';
import { type Connect, type Delivered, deliver } from './smtp.ts';

export interface LeavingDeps {
  readonly database: Database;
  /** ms */
  readonly now: () => number;
  /** SMTP settings of the environment, for tenants that have no provider of their own. */
  readonly environment: Outlets['environment'];
  /** Whether mails of this tenant that nothing can send are caught. */
  readonly hasMailbox: (tenant: TenantId) => boolean;
  /** For servers that a caller of the Management API named. */
  readonly connect: Connect;
  /** `https://HOST/` of a tenant, for a sender that nobody set. */
  readonly originOf: (tenant: TenantId) => string;
}

export interface Letter {
  /** Of the message: the same for every attempt. */
  readonly id: string;
  /** What the mailbox calls it. */
  readonly template: string;
  readonly mail: Composed;
  readonly tenantName: string;
}

export type Left =
  | Delivered
  | { readonly kind: 'caught' }
  /** Nothing can send it; the reason is for the operator and may be answered. */
  | { readonly kind: 'none'; readonly because: string };

/** Hands one mail over. Comes to an end when `signal` is aborted. @throws StoreUnavailable */
export async function letLeave(
  deps: LeavingDeps,
  tenant: TenantId,
  letter: Letter,
  signal: AbortSignal,
): Promise<Left> {
  const store = deps.database.store(tenant);
  const { mail, template } = letter;
  const outlet = outletOf(await findProvider(store), {
    environment: deps.environment,
    mailbox: deps.hasMailbox(tenant),
  });
  const { hostname } = new URL(deps.originOf(tenant));
  const sender = senderOf(mail, outlet.kind === 'smtp' ? outlet.sender : undefined, hostname, letter.tenantName);
  switch (outlet.kind) {
    case 'none':
      return outlet;
    case 'mailbox': {
      const shown = sender.name === '' ? sender.address : `${sender.name} <${sender.address}>`;
      await store.transact((tx) => catchMail(tx, { ...mail, template, sender: shown }, deps.now()));
      return { kind: 'caught' };
    }
    case 'smtp': {
      const messageId = `<${letter.id}@${sender.address.slice(sender.address.indexOf('@') + 1)}>`;
      return deliver(outlet.server, { from: sender, mail, messageId }, deps.connect, signal);
    }
  }
}

/** From whom: the template's, else the provider's, else `no-reply` at the tenant's host. */
function senderOf(mail: Composed, provider: string | undefined, host: string, tenantName: string): Mailbox {
  if (mail.from) return mail.from;
  const name = tenantName.replace(/["<>\\\p{Cc}]/gu, '').trim();
  return { name, address: provider ?? `no-reply@${host}` };
}
