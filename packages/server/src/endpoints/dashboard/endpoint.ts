// /dashboard: the built files of the dashboard, which is a client like any other, and the page for its first administrator.
// Nothing here is a door to the tenant's data: everything that the dashboard does is Management API.

import {
  hasAdministrator,
  lockSetup,
  makeAdministrator,
  type SetupTicket,
  setupRound,
  setupTicket,
} from '../../domain/accounts/administrators.ts';
import { createUser } from '../../domain/accounts/create.ts';
import { findUserByIdentifier } from '../../domain/accounts/find.ts';
import type { Passwords } from '../../domain/accounts/passwords.ts';
import { findConnection } from '../../domain/connections/find.ts';
import type { LinkDoor } from '../../domain/limits/link-door.ts';
import type { LogEvent } from '../../domain/logs/event.ts';
import { lookOf } from '../../domain/tenants/look.ts';
import type { Snapshot } from '../../domain/tenants/snapshot.ts';
import { dashboardClient, dashboardClientId, defaultConnectionName } from '../../resources/index.ts';
import type { Database } from '../../storage/store.ts';
import { noStore } from '../../web/answers.ts';
import type { Answer, Ask, Route } from '../../web/exchange.ts';
import type { FormError } from '../../web/form.ts';
import { webAddress } from '../../web/html.ts';
import { chooseLanguage, textsIn } from '../../web/language.ts';
import { letter } from '../../web/letter.ts';
import { errorPage, page } from '../../web/page.ts';
import { readBody, readForm } from '../../web/params.ts';
import { type Built, type BuiltFile, readBuilt } from './files.ts';
import { judgeSetup, setupPage } from './setup.ts';

export interface DashboardDeps {
  readonly database: Database;
  readonly snapshot: Snapshot;
  readonly passwords: Passwords;
  readonly linkDoor: LinkDoor;
  readonly record: (event: LogEvent) => void;
  readonly now: () => number;
}

const setupPath = '/dashboard/setup';

class Taken extends Error {}

/** The routes of the dashboard. Every path below that is no file is its page, which knows what to show there. */
export function dashboardRoutes(deps: DashboardDeps): Route[] {
  let built: Promise<Built | undefined> | undefined;
  const files = async () => {
    built ??= readBuilt();
    const found = await built;
    // Somebody may build it while we run.
    if (!found) built = undefined;
    return found;
  };
  const app = async (ask: Ask): Promise<Answer> => {
    const found = await files();
    return found ? appPage(deps, ask, found.index) : notBuilt(ask);
  };
  const asset = async (ask: Ask): Promise<Answer> => {
    const file = (await files())?.assets.get(ask.params.file ?? '');
    return file ? sent(ask, file, immutable) : { status: 404, headers: plain, body: 'Not Found' };
  };
  const setup = { path: setupPath, family: 'page', bodyLimit: 16 * 1024 } as const;
  return [
    { method: 'GET', path: '/dashboard', family: 'page', handle: app },
    { method: 'GET', path: '/dashboard/*', family: 'page', handle: app },
    { method: 'GET', path: '/dashboard/assets/:file', family: 'plain', handle: asset },
    { method: 'GET', ...setup, handle: (ask) => visitSetup(deps, ask) },
    { method: 'POST', ...setup, handle: (ask) => visitSetup(deps, ask) },
    { method: 'POST', path: '/dashboard/mail', family: 'page', bodyLimit: mailLimit, handle: async (ask) => mail(ask) },
  ];
}

/** A mail of a million characters, as a form sends them. */
const mailLimit = 4 * 1024 * 1024;

/**
 * POST /dashboard/mail: gives the HTML that it gets back, as a document without powers. The policy of the dashboard's own page holds
 * for whatever that makes itself, so a mail would have no look there; what is sent to a frame has a policy of its own. Nothing is
 * read or kept. Only a page of this very origin may ask: else anybody could show their words under our name.
 */
function mail(ask: Ask): Answer {
  const { origin } = ask.headers;
  if (ask.headers['sec-fetch-site'] !== 'same-origin' || `${origin}/` !== ask.issuer)
    return { status: 403, headers: plain, body: 'Only the dashboard itself can show a mail here.' };
  const form = readBody(ask.body, ask.headers['content-type']);
  if (form.kind === 'malformed') return { status: 400, headers: plain, body: form.description };
  return letter(form.params.get('html') ?? '', { links: false, pictures: 'data:' });
}

const plain = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' } as const;
/** Their names change with their content. */
const immutable = {
  'cache-control': 'public, max-age=31536000, immutable',
  'cross-origin-resource-policy': 'same-origin',
} as const;

function sent(ask: Ask, file: BuiltFile, headers: Record<string, string>): Answer {
  const about = { ...headers, 'content-type': file.type, etag: file.tag, vary: 'Accept-Encoding' };
  if (ask.headers['if-none-match'] === file.tag) return { status: 304, headers: about };
  const accepted = (ask.headers['accept-encoding'] ?? '').toLowerCase();
  if (file.br && /\bbr\b/.test(accepted))
    return { status: 200, headers: { ...about, 'content-encoding': 'br' }, bytes: file.br };
  if (file.gzip && /\bgzip\b/.test(accepted))
    return { status: 200, headers: { ...about, 'content-encoding': 'gzip' }, bytes: file.gzip };
  return { status: 200, headers: about, bytes: file.plain };
}

/**
 * The page of the app. Only our own files run in it; the frame is the one in which a session is asked for a new token. Pictures of
 * strangers are not loaded: of other origins only the logo that the tenant chose for its own pages.
 */
async function appPage(deps: DashboardDeps, ask: Ask, index: BuiltFile): Promise<Answer> {
  const look = await lookOf(deps.database, deps.snapshot, ask.tenant);
  const logo = webAddress(look.logoUrl);
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "font-src 'self'",
    `img-src 'self' data:${logo ? ` ${new URL(logo).origin}` : ''}`,
    "connect-src 'self'",
    "frame-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ];
  return sent(ask, index, {
    'cache-control': 'no-cache',
    'content-security-policy': policy.join('; '),
    'x-frame-options': 'DENY',
    'referrer-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  });
}

function notBuilt(ask: Ask): Answer {
  return errorPage(ask, undefined, {
    status: 503,
    title: 'The dashboard is not built',
    error: 'not_built',
    description: 'Its files are missing. In a checkout, "npm start" builds them; the published package has them.',
    requestId: ask.id,
  });
}

/** GET and POST /dashboard/setup?ticket=...: good once, for a while, and only as long as nobody is administrator. */
async function visitSetup(deps: DashboardDeps, ask: Ask): Promise<Answer> {
  const { database, snapshot, now } = deps;
  const store = database.store(ask.tenant);
  const query = readForm(ask.query);
  const asked = (name: string) => (query.kind === 'params' ? query.params.get(name) : undefined);
  const ticket = asked('ticket') ?? '';
  const uiLocales = asked('ui_locales');
  const look = await lookOf(database, snapshot, ask.tenant);
  const language = chooseLanguage({
    uiLocales,
    acceptLanguage: ask.headers['accept-language'],
    enabled: look.languages,
  });
  const texts = textsIn(language);
  const over = (status: 403 | 410, description: string) =>
    errorPage(ask, look, {
      status,
      title: status === 410 ? texts.setup.goneTitle : texts.failure.refusedTitle,
      error: status === 410 ? 'expired_link' : 'access_denied',
      description,
      requestId: ask.id,
      link: { href: `${ask.issuer}dashboard`, text: texts.setup.dashboard },
    });
  const kept = ticket === '' ? undefined : await store.kept<SetupTicket>(setupTicket(ticket));
  const good = kept && kept.spentAt === undefined && kept.expiresAt > now() ? kept.value : undefined;
  if (!good || good.round !== (await setupRound(store)) || (await hasAdministrator(store)))
    return over(410, texts.setup.gone);
  const connection = await findConnection(database, snapshot, ask.tenant, defaultConnectionName);
  if (!connection) return over(403, texts.setup.noDatabase(defaultConnectionName));

  const action = `${setupPath}?${new URLSearchParams({ ticket, ...(uiLocales ? { ui_locales: uiLocales } : {}) })}`;
  const place = { texts, language, action, application: look.tenantName, tenant: look.tenantName };
  const show = (status: number, email: string, errors: readonly FormError[]) =>
    page(status, { ...setupPage(place, connection, email, errors), look, language });
  if (ask.method !== 'POST') return show(200, '', []);
  const { origin } = ask.headers;
  const site = ask.headers['sec-fetch-site'];
  if ((origin !== undefined && `${origin}/` !== ask.issuer) || (site !== undefined && site !== 'same-origin'))
    return over(403, texts.failure.refused);
  const form = readBody(ask.body, ask.headers['content-type']);
  if (form.kind === 'malformed') return over(403, form.description);
  const email = form.params.get('email') ?? '';
  const password = form.params.get('password') ?? '';
  const errors = judgeSetup(connection, { email, password }, texts);
  if (errors.length > 0) return show(400, email, errors);

  const hashed = await deps.linkDoor.judge(
    { tenant: ask.tenant, subject: 'the first administrator' },
    async () => !(await hasAdministrator(store)),
    () => deps.passwords.hash(password, { tenant: ask.tenant }),
  );
  if (hashed.kind === 'gone') return over(410, texts.setup.late);
  if (hashed.kind === 'closed') {
    const slow = show(429, email, [{ field: 'password', text: texts.login.slowDown }]);
    return { ...slow, headers: { ...slow.headers, 'retry-after': String(hashed.seconds) } };
  }
  const hash = hashed.value;
  const made = await store
    .transact(async (tx) => {
      const round = await lockSetup(tx);
      if (await hasAdministrator(tx)) return 'over' as const;
      if (await findUserByIdentifier(tx, connection.name, email)) return 'taken' as const;
      const spent = await tx.spend<SetupTicket>(setupTicket(ticket), now());
      if (spent.kind !== 'won' || spent.value.round !== round) return 'over' as const;
      const draft = { connection: connection.name, email, email_verified: true, password_hash: hash };
      const created = await createUser(tx, draft, now());
      // Somebody signed up with it this very moment: nothing is kept, the ticket is good still.
      if (created.kind !== 'created') throw new Taken();
      await makeAdministrator(tx, created.user.user_id);
      return created.user;
    })
    .catch((error: unknown) => {
      if (error instanceof Taken) return 'taken' as const;
      throw error;
    });
  if (made === 'taken') return show(400, email, [{ field: 'email', text: texts.signup.emailTaken }]);
  if (made === 'over') return over(410, texts.setup.late);
  deps.record({
    tenant: ask.tenant,
    type: 'ss',
    description: 'The first administrator was made by the link of the start',
    client_id: dashboardClientId,
    client_name: dashboardClient.name,
    user_id: made.user_id,
    user_name: made.email,
    connection: connection.name,
    ip: ask.ip,
    user_agent: ask.headers['user-agent'],
    hostname: ask.host,
  });
  return { status: 303, headers: { ...noStore, location: '/dashboard', 'referrer-policy': 'no-referrer' } };
}
