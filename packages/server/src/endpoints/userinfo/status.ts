// The status of a refusal at /userinfo, by dialect.

import type { AnswerDialect } from '../../web/answers.ts';

/** RFC 6750 §3.1 has 403 for a scope that lacks; Auth0 answers 401 to everything. */
export function refusalStatus(error: string, dialect: AnswerDialect): 401 | 403 {
  return dialect === 'oidc' && error === 'insufficient_scope' ? 403 : 401;
}
