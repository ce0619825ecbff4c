// A message that an operator sends to see whether mail arrives: by the way of all mails, at once and once, and with an answer.

import { randomUUID } from 'node:crypto';
import type { TenantId } from '../../schema/brand.ts';
import { lookOf } from '../tenants/look.ts';
import type { Snapshot } from '../tenants/snapshot.ts';
import { headerText } from './header-text.ts';
import { letterHtml, letterText } from './layout.ts';
import { type LeavingDeps, letLeave } from './leave.ts';
import { mailTexts } from './texts/index.ts';

/** What came of it. `words` may be answered to whoever sent it (SSR-06). */
export type Trial = { readonly kind: 'sent' | 'caught' } | { readonly kind: 'failed'; readonly words: string };

/** Sends one to this address, which must be a canonical one. @throws StoreUnavailable */
export type TryMail = (tenant: TenantId, to: string) => Promise<Trial>;

/** For everything together: somebody waits for the answer. */
const longestMs = 25_000;

/** It is in English, as the dashboard is. */
export function createMailTrial(deps: LeavingDeps & { readonly snapshot: Snapshot }): TryMail {
  return async (tenant, to) => {
    const look = await lookOf(deps.database, deps.snapshot, tenant);
    const text = {
      subject: `Test message of ${look.tenantName}`,
      heading: 'Mail arrives',
      lines: [`This is how mails of ${look.tenantName} look, and who they come from.`],
      notes: [],
    };
    const sent = `An administrator of ${look.tenantName} sent this message to ${to} to try the mail settings.`;
    const letter = { text, texts: mailTexts.en, language: 'en', look, url: undefined, sent };
    const mail = {
      from: undefined,
      to,
      subject: headerText(text.subject),
      html: letterHtml(letter),
      text: letterText(letter),
      language: 'en',
    };
    const message = { id: randomUUID(), template: 'test_message', mail, tenantName: look.tenantName };
    const left = await letLeave(deps, tenant, message, AbortSignal.timeout(longestMs));
    switch (left.kind) {
      case 'sent':
      case 'caught':
        return { kind: left.kind };
      case 'failed':
      case 'refused':
        return { kind: 'failed', words: left.words };
      case 'none':
        return { kind: 'failed', words: left.because };
    }
  };
}
