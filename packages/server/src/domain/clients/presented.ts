// How a client says who it is at a back-channel endpoint (RFC 6749 §2.3, RFC 7523 §2.2): reads the request, believes nothing.

import { type Refusal, refuse } from '../../oauth/errors.ts';

/** What the request presents; exactly one method. */
export type Presented =
  | { readonly kind: 'none'; readonly clientId: string }
  | { readonly kind: 'secret'; readonly clientId: string; readonly secret: string; readonly basic: boolean }
  | { readonly kind: 'assertion'; readonly clientId: string | undefined; readonly assertion: string };

export type ReadPresented =
  | { readonly kind: 'presented'; readonly presented: Presented }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

export const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
/** Auth0's limit (TOK-13); a longer assertion is refused before it is parsed. */
const longestAssertion = 2048;

const refusedAs = (refusal: Refusal): ReadPresented => ({ kind: 'refused', refusal });
const presentedAs = (presented: Presented): ReadPresented => ({ kind: 'presented', presented });
const unauthorized = (because: string) => refusedAs(refuse('client_authentication', 'Unauthorized', because));

/** RFC 6749 §2.3.1: both halves are form-encoded before they are joined; `+` is a space, percent signs are decoded. */
function formDecode(text: string): string | undefined {
  try {
    const decoded = decodeURIComponent(text.replaceAll('+', ' '));
    // Also when it came as %00: no database keeps NUL, so no lookup could be made with it.
    return decoded.includes('\0') ? undefined : decoded;
  } catch {
    return undefined;
  }
}

function readBasic(value: string): { id: string; secret: string } | undefined {
  const match = /^basic +([A-Za-z0-9+/_-]+={0,2})$/i.exec(value);
  if (!match?.[1]) return undefined;
  const text = Buffer.from(match[1], 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 0 || text.includes('\ufffd')) return undefined;
  const id = formDecode(text.slice(0, colon));
  const secret = formDecode(text.slice(colon + 1));
  return id === undefined || secret === undefined ? undefined : { id, secret };
}

/**
 * Reads the client authentication of a request. Two methods at once, or two different ids, are malformed even when each
 * alone would be right. `authorization` is the header as sent; `param` reads a body parameter.
 */
export function readPresented(
  authorization: string | undefined,
  param: (name: string) => string | undefined,
): ReadPresented {
  const bodyId = param('client_id');
  const bodySecret = param('client_secret');
  const assertion = param('client_assertion');
  if (assertion !== undefined || param('client_assertion_type') !== undefined) {
    if (authorization !== undefined || bodySecret !== undefined) {
      return refusedAs(refuse('malformed', 'Only one client authentication method may be used'));
    }
    if (param('client_assertion_type') !== assertionType) {
      return unauthorized(`client_assertion_type must be ${assertionType}`);
    }
    if (!assertion) return unauthorized('client_assertion is missing');
    if (assertion.length > longestAssertion) {
      return unauthorized(`the client assertion has ${assertion.length} bytes; ${longestAssertion} are allowed`);
    }
    return presentedAs({ kind: 'assertion', clientId: bodyId, assertion });
  }
  if (authorization !== undefined) {
    if (bodySecret !== undefined)
      return refusedAs(refuse('malformed', 'Only one client authentication method may be used'));
    const basic = readBasic(authorization);
    if (!basic)
      return unauthorized('the Authorization header is not valid HTTP Basic authentication (RFC 6749 §2.3.1)');
    if (bodyId !== undefined && bodyId !== basic.id) {
      return refusedAs(refuse('malformed', 'The client_id of the body and of the Authorization header differ'));
    }
    return presentedAs({ kind: 'secret', clientId: basic.id, secret: basic.secret, basic: true });
  }
  if (bodyId === undefined || bodyId === '')
    return refusedAs(refuse('malformed', 'Missing required parameter: client_id'));
  if (bodySecret === undefined) return presentedAs({ kind: 'none', clientId: bodyId });
  return presentedAs({ kind: 'secret', clientId: bodyId, secret: bodySecret, basic: false });
}
