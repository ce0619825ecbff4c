// Makes a refusal of a finding, and the HTTP answer of a refusal (RFC 6750 §3).

import type { Finding } from './causes/index.ts';
import type { ApiFacts } from './causes/row.ts';
import type { Evidence, Refusal } from './refusal.ts';

/** What the answers of one API have in common. */
export interface ProblemFacts extends ApiFacts {
  readonly realm: string;
  readonly resourceMetadata: string | undefined;
}

export interface RefusalDetails {
  /** Scopes the call needs, for the challenge. */
  readonly scopes?: readonly string[];
  readonly retryAfterSeconds?: number | undefined;
  /** Beside the finding's own evidence. */
  readonly evidence?: Evidence;
  readonly errorUri?: string | undefined;
}

/** Gives a finding its words, and makes the client's part fit for a header (RFC 6750 §3). */
export function refusalOf(finding: Finding, facts: ProblemFacts, details: RefusalDetails = {}): Refusal {
  const words = finding.words(facts);
  const description = words.description
    .replace(/"/g, "'")
    .replace(/\\/g, '/')
    .replace(/[^\x20-\x7e]/g, '?');
  return {
    status: finding.status,
    error: finding.error,
    description,
    challenge: finding.status === 503 ? undefined : challengeOf(finding, description, facts, details),
    retryAfterSeconds: finding.status === 503 ? (details.retryAfterSeconds ?? 5) : undefined,
    ...(details.errorUri === undefined ? {} : { errorUri: details.errorUri }),
    cause: {
      code: finding.code,
      message: words.message,
      fix: words.fix,
      evidence: { ...details.evidence, ...finding.evidence },
    },
  };
}

/** A request without a token gets no error code (RFC 6750 §3.1), and a token that lacks scopes is told which (§3). */
function challengeOf(
  finding: Finding,
  description: string,
  facts: ProblemFacts,
  { scopes = [], errorUri }: RefusalDetails,
): string {
  const parameters = [`realm=${quotedString(facts.realm)}`];
  if (finding.error !== 'unauthorized') {
    parameters.push(`error="${finding.error}"`, `error_description=${quotedString(description)}`);
  }
  if (errorUri !== undefined) parameters.push(`error_uri=${quotedString(errorUri)}`);
  if (finding.error === 'insufficient_scope' && scopes.length > 0)
    parameters.push(`scope=${quotedString(scopes.join(' '))}`);
  if (facts.resourceMetadata !== undefined)
    parameters.push(`resource_metadata=${quotedString(facts.resourceMetadata)}`);
  return `Bearer ${parameters.join(', ')}`;
}

/** RFC 9110 §5.6.4. Non-ASCII becomes `?`: a header cannot carry it. */
function quotedString(text: string): string {
  return `"${text.replace(/[^\x20-\x7e]/g, '?').replace(/["\\]/g, '\\$&')}"`;
}

export interface RefusalResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON: `error`, `error_description`, and `error_uri` if there is one. */
  readonly body: string;
}

/** Status, headers and JSON body of a refusal. Nothing of its cause is in it. */
export function refusalResponse(refusal: Refusal): RefusalResponse {
  const headers: Record<string, string> = { 'content-type': 'application/json', 'cache-control': 'no-store' };
  if (refusal.challenge !== undefined) headers['www-authenticate'] = refusal.challenge;
  if (refusal.retryAfterSeconds !== undefined) headers['retry-after'] = String(refusal.retryAfterSeconds);
  return {
    status: refusal.status,
    headers,
    body: JSON.stringify({
      error: refusal.error,
      error_description: refusal.description,
      ...(refusal.errorUri === undefined ? {} : { error_uri: refusal.errorUri }),
    }),
  };
}

/** Two lines for the developer's log: what is wrong, and what to do. One line each, printable, without the token. */
export function explainRefusal(refusal: Refusal): string {
  const { code, message, fix } = refusal.cause;
  const more = refusal.errorUri === undefined ? '' : `; once, more at ${refusal.errorUri}`;
  return `refused with ${refusal.status} ${refusal.error} (${code}): ${message}\n  fix: ${fix}${more}`;
}
