// Our addition: `POST /api/v2/tokens/explain`, the one cause why an API refuses a token. A member of the tenant asks with a token of
// the Management API; an API asks about what was sent to itself, with its own credential. The token goes nowhere else.

import { identifyClient } from '../../../domain/clients/identify.ts';
import { identifierAt, storedIdentifier } from '../../../domain/tenants/system-apis.ts';
import { parseRequired } from '../../../oauth/scope.ts';
import { type TokenExplanation, tokenExplanationAsk } from '../../../resources/index.ts';
import { readDraft } from '../../../schema/validate.ts';
import { type Answer, type Ask, json, type Route } from '../../../web/exchange.ts';
import { readBody } from '../body.ts';
import { type Machinery, operation } from '../operation.ts';
import { badBody, problem, type Refused, refused, uncached } from '../problem.ts';
import { isRefused, readQuery } from '../query.ts';

/** Explanations of one asker: enough for a person and for a test suite, too few to try tokens out. */
const pace = { capacity: 120, everyMs: 500 };

/** The route of `/api/v2/tokens/explain`; none where the program talks to itself. */
export function tokenExplanationRoutes(machinery: Machinery): Route[] {
  const { deps } = machinery;
  const { explainer } = deps;
  if (!explainer) return [];

  /** `own`: the stored identifier of the API that asks about itself. */
  const explain = async (ask: Ask, asker: string, own: string | undefined): Promise<Answer | Refused> => {
    const query = readQuery(ask.query, []);
    if (isRefused(query)) return query;
    const body = readBody(ask);
    if (isRefused(body)) return body;
    const read = readDraft(tokenExplanationAsk, body.value);
    if (read.kind === 'invalid') return badBody(read.message);
    const { token, audience = own && identifierAt(own, ask.host), scope = '' } = read.value;
    const scopes = parseRequired(scope);
    if (!scopes)
      return badBody('scope has a character that RFC 6749 section 3.3 does not allow, or more than 1000 words');
    if (own !== undefined && storedIdentifier(audience ?? '', ask.host) !== own)
      return refused(403, 'An API may ask about tokens that were sent to itself', 'operation_not_supported');
    const now = deps.now();
    const bucket = { name: `explanations for ${asker}`, ...pace };
    const drawn = await deps.database.store(ask.tenant).transact((tx) => tx.draw(bucket, now));
    if (!drawn.drawn) {
      const seconds = Math.max(1, Math.ceil((drawn.nextAt - now) / 1000));
      return {
        ...refused(429, 'Too many explanations; try again later', 'too_many_requests'),
        headers: { 'retry-after': String(seconds) },
      };
    }
    const { tenant, host, issuer } = ask;
    const explanation = await explainer({ tenant, host, issuer, now, token, audience, scopes });
    const isItself = (one: string) => storedIdentifier(one, host) === own;
    return json(200, own === undefined ? explanation : forApi(explanation, isItself), uncached);
  };

  const asMember = operation(machinery, [['read:token_explanations']], (ask, { caller }) =>
    explain(ask, caller.userId ?? caller.clientId, undefined),
  );
  const asApi = async (ask: Ask): Promise<Answer> => {
    const own = await apiOf(machinery, ask);
    const outcome = isRefused(own) ? own : await explain(ask, `API ${own.stored}`, own.stored);
    return isRefused(outcome) ? problem(outcome) : outcome;
  };
  const handle = (ask: Ask) => (/^basic /i.test(ask.headers.authorization ?? '') ? asApi(ask) : asMember(ask));
  const family = 'management' as const;
  return [{ method: 'POST', path: '/api/v2/tokens/explain', handle, family, bodyLimit: 100 * 1024 }];
}

/** The API for which the client of a Basic header stands (`app_type` `resource_server`), as at introspection. */
async function apiOf({ deps }: Machinery, ask: Ask): Promise<{ readonly stored: string } | Refused> {
  const nobody: Refused = {
    ...refused(401, 'Unauthorized'),
    headers: { 'www-authenticate': 'Basic realm="explanations", Bearer' },
  };
  // Its body is no form: the credential can only be in the header.
  const { authentication } = await identifyClient(deps, ask, new Map(), 'invalid_client', deps.now());
  if (authentication.kind === 'refused') return nobody;
  const stored = authentication.client.authorization.api;
  // A client that proves nothing could be anybody.
  if (stored === undefined || authentication.client.method.kind === 'none')
    return refused(403, 'Only a client that stands for an API may ask so', 'insufficient_scope');
  return { stored };
}

/** What an API is told: all of the access tokens that were made for it, and of anything else what kind of thing it is. */
function forApi(explanation: TokenExplanation, isItself: (audience: string) => boolean): TokenExplanation {
  const { outcome, cause, api, token } = explanation;
  if (token.kind === 'access_token' && token.audience?.some(isItself)) return explanation;
  const { kind, format, issued_here } = token;
  return {
    outcome,
    // The title stands in for the message, which names whose it is.
    ...(cause ? { cause: { ...cause, message: cause.title } } : {}),
    evidence: [],
    token: { kind, format, issued_here },
    ...(api ? { api } : {}),
    scopes: [],
    notes: [],
  };
}
