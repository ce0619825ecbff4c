// `/dev/refusals` and `/dev/explain/{reference}`: from the 401 of an API on a developer's machine to the answer. The API hands its
// refused token over; it is explained at once and forgotten, and the explanation can be read once, by whoever has the reference.
// These routes exist only where the server was started for this machine alone.

import type { Explainer } from '../../domain/explaining/explainer.ts';
import type { LogEvent } from '../../domain/logs/event.ts';
import { cut } from '../../domain/logs/record.ts';
import { lookOf } from '../../domain/tenants/look.ts';
import type { Snapshot } from '../../domain/tenants/snapshot.ts';
import { parseRequired } from '../../oauth/scope.ts';
import type { TokenExplanation } from '../../resources/index.ts';
import type { Database } from '../../storage/store.ts';
import { noStore } from '../../web/answers.ts';
import { type Answer, type Ask, empty, json, type Route } from '../../web/exchange.ts';
import { page } from '../../web/page.ts';
import { readJson } from '../../web/params.ts';
import { notFromHere, notFromThisMachine } from '../../web/reach.ts';
import { type ExplainPage, explainPage, gonePage } from './page.ts';

export interface ExplainDeps {
  readonly database: Database;
  readonly snapshot: Snapshot;
  readonly explainer: Explainer;
  readonly now: () => number;
  readonly record: (event: LogEvent) => void;
}

/** An explanation waits for its reader as long as a person needs to click. */
const keptMs = 15 * 60_000;
const pace = { name: 'refusals of development', capacity: 200, everyMs: 200 };
const name = (reference: string) => ({ kind: 'explanation', key: reference });
const isReference = (text: string) => /^[\w-]{22,64}$/.test(text);

/** The routes of explanations. Mount them only on a development server. */
export function explainRoutes(deps: ExplainDeps): Route[] {
  const denied = (because: string) => json(403, { error: 'access_denied', error_description: because }, noStore);
  return [
    {
      method: 'POST',
      path: '/dev/refusals',
      family: 'plain',
      bodyLimit: 100 * 1024,
      handle: async (ask) => {
        const because = notFromHere(ask);
        return because === undefined ? take(deps, ask) : denied(because);
      },
    },
    {
      method: 'GET',
      path: '/dev/explain/:reference',
      family: 'page',
      handle: async (ask) => {
        const because = notFromThisMachine(ask);
        if (because !== undefined) return denied(because);
        // A link preview must not use up what a person is about to read.
        return ask.method === 'HEAD' ? empty(405, { allow: 'GET' }) : show(deps, ask);
      },
    },
  ];
}

async function take(deps: ExplainDeps, ask: Ask): Promise<Answer> {
  const bad = (text: string) => json(400, { error: 'invalid_request', error_description: text }, noStore);
  // Only programs send JSON here: a page of another origin could not without being asked first (Fetch, CORS preflight).
  if (!/^application\/json *(;|$)/i.test(ask.headers['content-type'] ?? '')) return bad('Send application/json');
  const read = readJson(ask.body.toString('utf8'));
  if (read.kind === 'malformed') return bad(read.description);
  const [reference, token, audience, scope] = ['reference', 'token', 'audience', 'scope'].map((member) =>
    read.params.get(member),
  );
  const scopes = parseRequired(scope ?? '');
  if (!reference || !isReference(reference) || !token || !scopes)
    return bad('Send reference, token, audience and scope');
  const { tenant, host, issuer } = ask;
  const now = deps.now();
  const store = deps.database.store(tenant);
  if (!(await store.transact((tx) => tx.draw(pace, now))).drawn)
    return json(429, { error: 'too_many_requests', error_description: 'Too many refusals' }, noStore);
  const explanation = await deps.explainer({
    tenant,
    host,
    issuer,
    now,
    token,
    audience: audience || undefined,
    scopes,
  });
  await store.transact((tx) => tx.keep(name(reference), explanation, now + keptMs));
  deps.record(refusalEvent(ask, explanation, audience));
  return json(201, { explanation: `${issuer}dev/explain/${reference}` }, noStore);
}

async function show(deps: ExplainDeps, ask: Ask): Promise<Answer> {
  const reference = ask.params.reference ?? '';
  const spent = isReference(reference)
    ? await deps.database.store(ask.tenant).transact((tx) => tx.spend<TokenExplanation>(name(reference), deps.now()))
    : undefined;
  const look = await lookOf(deps.database, deps.snapshot, ask.tenant);
  const content: ExplainPage = spent?.kind === 'won' ? explainPage(spent.value) : gonePage();
  return page(spent?.kind === 'won' ? 200 : 404, { ...content, look, language: 'en', wide: true });
}

/** An API on this machine refused a token (`w`), and why. */
function refusalEvent(ask: Ask, { cause, token, fix }: TokenExplanation, audience: string | undefined): LogEvent {
  return {
    tenant: ask.tenant,
    type: 'w',
    description: cause
      ? `An API refused a token: ${cause.title}`
      : 'An API refused a token that this server would accept',
    client_id: token.issued_here ? token.client_id : undefined,
    client_name: token.client_name,
    user_id: token.issued_here && !token.subject?.endsWith('@clients') ? token.subject : undefined,
    ip: ask.ip,
    user_agent: ask.headers['user-agent'],
    hostname: ask.host,
    audience: audience && cut(audience),
    details: {
      ...(cause ? { cause: { code: cause.code, message: cut(cause.message), fix: fix && cut(fix.text) } } : {}),
      request_id: ask.id,
    },
  };
}
