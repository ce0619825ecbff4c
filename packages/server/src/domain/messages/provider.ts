// By what a tenant's mails leave: the provider of its operator, that of the environment, the mailbox of a development
// server, or nothing. Only `smtp` sends; other providers are kept for the tools that set them, and say so in the log.

import type { ProviderName } from '../../resources/index.ts';
import type { Table } from '../../schema/table.ts';
import type { Reads } from '../../storage/store.ts';
import { canonicalEmail } from '../accounts/identifiers.ts';

/** What the Management API keeps of a provider; members as on the wire. */
export interface EmailProvider {
  /** Always `provider`: a tenant has one. */
  readonly id: 'provider';
  readonly name: ProviderName;
  readonly enabled: boolean;
  readonly default_from_address?: string;
  /** Sealed at rest. */
  readonly credentials: Readonly<Record<string, unknown>>;
  readonly settings?: { readonly headers?: Readonly<Record<string, string | undefined>> | undefined } | null;
}

export const emailProviders: Table<EmailProvider> = {
  name: 'email_providers',
  id: 'id',
  columns: [],
  unique: [],
  secrets: ['credentials'],
  watched: false,
};

export interface SmtpServer {
  readonly hostname: string;
  readonly port: number;
  /** `implicit`: from the first byte. `starttls`: before anything is said, or nothing is said. `none`: the operator wants it so. */
  readonly tls: 'implicit' | 'starttls' | 'none';
  readonly user?: string | undefined;
  readonly pass?: string | undefined;
  /** Headers that the provider understands. */
  readonly headers?: Readonly<Record<string, string | undefined>> | undefined;
  /** Whose words these are: what a caller of the Management API writes may not lead into our own network. */
  readonly trusted: boolean;
}

/** By what a tenant's mails leave now. */
export type Outlet =
  | { readonly kind: 'smtp'; readonly server: SmtpServer; readonly sender: string | undefined }
  | { readonly kind: 'mailbox' }
  /** Why nothing can be sent, for the operator. */
  | { readonly kind: 'none'; readonly because: string };

export interface Outlets {
  /** SMTP settings of the environment, for tenants that have no provider of their own. */
  readonly environment: { readonly server: SmtpServer; readonly sender: string | undefined } | undefined;
  /** Whether this server catches what cannot leave. */
  readonly mailbox: boolean;
}

/** The provider row of a tenant. @throws StoreUnavailable */
export function findProvider(reads: Pick<Reads, 'get'>): Promise<EmailProvider | undefined> {
  return reads.get(emailProviders, 'provider');
}

/** Chooses. A provider that is set but cannot send is not passed over in silence: its tenant's mails must not leave by another's. Pure. */
export function outletOf(provider: EmailProvider | undefined, { environment, mailbox }: Outlets): Outlet {
  if (provider?.enabled) {
    if (provider.name !== 'smtp')
      return {
        kind: 'none',
        because: `the email provider "${provider.name}" is kept but cannot send here; only smtp can`,
      };
    const server = smtpOf(provider);
    return server
      ? { kind: 'smtp', server, sender: provider.default_from_address }
      : { kind: 'none', because: 'the email provider smtp has no smtp_host' };
  }
  if (environment) return { kind: 'smtp', ...environment };
  if (mailbox) return { kind: 'mailbox' };
  return {
    kind: 'none',
    because: provider
      ? 'the email provider is switched off'
      : 'no email provider is set: POST /api/v2/emails/provider, or COUNTERSIGN_SMTP_URL',
  };
}

function smtpOf({ credentials, settings }: EmailProvider): SmtpServer | undefined {
  const { smtp_host, smtp_port, smtp_user, smtp_pass } = credentials;
  if (typeof smtp_host !== 'string' || smtp_host === '') return undefined;
  const port = typeof smtp_port === 'number' ? smtp_port : 587;
  return {
    hostname: smtp_host,
    port,
    tls: port === 465 ? 'implicit' : 'starttls',
    user: typeof smtp_user === 'string' && smtp_user !== '' ? smtp_user : undefined,
    pass: typeof smtp_pass === 'string' ? smtp_pass : undefined,
    headers: settings?.headers,
    trusted: false,
  };
}

/**
 * Reads `smtp://user:password@host:port` (STARTTLS, port 587) or `smtps://` (TLS, 465). `?tls=off` speaks without TLS, for a
 * relay on the same machine. Answers what is wrong, as one sentence without the value, which may hold a password. Pure.
 */
export function readSmtpUrl(text: string): { readonly ok: SmtpServer } | string {
  const wrong = 'must be smtp://user:password@host:port or smtps://...';
  if (!URL.canParse(text)) return wrong;
  const url = new URL(text);
  if ((url.protocol !== 'smtp:' && url.protocol !== 'smtps:') || url.hostname === '') return wrong;
  if (!['', '/'].includes(url.pathname) || url.hash !== '') return wrong;
  const off = url.search === '?tls=off';
  if (url.search !== '' && (!off || url.protocol === 'smtps:')) return `${wrong}; smtp:// may end with ?tls=off`;
  try {
    return {
      ok: {
        hostname: url.hostname.replace(/^\[(.*)\]$/, '$1'),
        port: url.port === '' ? (url.protocol === 'smtps:' ? 465 : 587) : Number(url.port),
        tls: url.protocol === 'smtps:' ? 'implicit' : off ? 'none' : 'starttls',
        user: url.username === '' ? undefined : decodeURIComponent(url.username),
        pass: url.password === '' ? undefined : decodeURIComponent(url.password),
        trusted: true,
      },
    };
  } catch {
    return `${wrong}, with what is special in them percent-encoded`;
  }
}

/** Whether a text is an address that mails may come from, as `mail-from` wants it. Pure. */
export function isSender(text: string): boolean {
  return canonicalEmail(text) !== undefined;
}
