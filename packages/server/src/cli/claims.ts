// Shows what is in a token, for a person: header, claims with times in words, and the reasons of the decision.

import type { TraceEntry } from '../domain/logs/event.ts';

function part(text: string | undefined): Record<string, unknown> | undefined {
  try {
    return JSON.parse(Buffer.from(text ?? '', 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

/** The claims of a JWT, unverified; `undefined` if it is none, or encrypted. */
export function claimsOf(token: string): Record<string, unknown> | undefined {
  const parts = token.split('.');
  return parts.length === 3 ? part(parts[1]) : undefined;
}

/** Lines about a token that was just issued; an encrypted one can be read by its API only. */
export function shownClaims(token: string, trace: readonly TraceEntry[]): string {
  const header = part(token.split('.')[0]);
  const claims = claimsOf(token);
  const lines = ['', `header  ${JSON.stringify(header)}`];
  if (!claims) lines.push('claims  encrypted: only the API can read them');
  for (const [name, value] of Object.entries(claims ?? {})) {
    const time =
      (name === 'iat' || name === 'exp') && typeof value === 'number'
        ? `  (${new Date(value * 1000).toISOString()})`
        : '';
    lines.push(`${name.padEnd(11)} ${typeof value === 'string' ? value : JSON.stringify(value)}${time}`);
  }
  lines.push('', 'why:');
  for (const entry of trace)
    lines.push(`  ${entry.rule}: ${entry.because}${entry.dropped ? ` (dropped: ${entry.dropped.join(' ')})` : ''}`);
  return `${lines.join('\n')}\n`;
}
