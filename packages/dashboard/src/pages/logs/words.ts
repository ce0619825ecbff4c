// Log events in words: what a code means, how it went, and what a record says about why (auth0-behaviour §40.2).

import { isFailure, reasons } from 'countersign/resources';
import type { LogRecord } from '../../api/kinds.ts';
import type { Tone } from '../../parts/text.tsx';

const words: Readonly<Record<string, string>> = {
  s: 'Login',
  ssa: 'Silent login',
  f: 'Failed login',
  fp: 'Failed login: wrong password',
  fu: 'Failed login: unknown user',
  fc: 'Failed by the connection',
  fco: 'Origin not allowed',
  fsa: 'Failed silent login',
  ss: 'Sign-up',
  fs: 'Failed sign-up',
  slo: 'Logout',
  flo: 'Failed logout',
  seccft: 'Token for a machine',
  feccft: 'No token for a machine',
  seacft: 'Code exchanged for tokens',
  feacft: 'Code refused',
  sertft: 'Refresh token exchanged',
  fertft: 'Refresh token refused',
  ferrt: 'Refresh token used again',
  sepft: 'Password exchanged for tokens',
  fepft: 'Password refused',
  sens: 'Native social login',
  sapi: 'Management API: write',
  mgmt_api_read: 'Management API: secret read',
  mgmt_api_user_read: 'Management API: read',
  fapi: 'Management API: refused',
  scp: 'Password changed',
  fcp: 'Password change failed',
  scpr: 'Password change asked for',
  fcpr: 'Password change request failed',
  sv: 'E-mail address verified',
  fv: 'E-mail verification failed',
  svr: 'Verification e-mail asked for',
  fvr: 'Verification e-mail request failed',
  sce: 'E-mail address changed',
  sdu: 'User deleted',
  limit_wc: 'Account blocked: too many wrong passwords',
  limit_mu: 'Address blocked: too many failed logins',
  limit_sul: 'User blocked: too many logins',
  api_limit: 'Rate limit of the API',
  fn: 'Mail not sent',
  w: 'Warning',
  fdecc: 'Device refused',
  cls: 'Code or link sent',
  srrt: 'Refresh token revoked',
  oidc_backchannel_logout_succeeded: 'Application told of a logout',
  oidc_backchannel_logout_failed: 'Application not told of a logout',
};

/** What every look at a page leaves behind: shown only when asked for. */
export const readByUser = 'mgmt_api_user_read';

/** Types by what people ask for. */
export const groups: readonly { readonly label: string; readonly value: string; readonly types: readonly string[] }[] =
  [
    {
      label: 'Logins',
      value: 'logins',
      types: ['s', 'ssa', 'f', 'fp', 'fu', 'fc', 'fco', 'fsa', 'ss', 'fs', 'slo', 'flo'],
    },
    {
      label: 'Logins and sign-ups',
      value: 'sign-ins',
      types: ['s', 'sepft', 'ss', 'f', 'fp', 'fu', 'fs', 'limit_wc'],
    },
    {
      label: 'Tokens issued',
      value: 'issued',
      types: ['seccft', 'seacft', 'sertft', 'sepft'],
    },
    {
      label: 'Tokens',
      value: 'tokens',
      types: ['seccft', 'feccft', 'seacft', 'feacft', 'sertft', 'fertft', 'sepft', 'fepft'],
    },
    {
      label: 'Failures',
      value: 'failures',
      types: Object.keys(words).filter(isFailure),
    },
    { label: 'Management API', value: 'management', types: ['sapi', 'fapi', 'mgmt_api_read'] },
    { label: 'Reads by administrators', value: 'reads', types: [readByUser, 'mgmt_api_read'] },
  ];

/** What happened, in words. */
export function titleOf({ type }: Pick<LogRecord, 'type'>): string {
  return words[type] ?? type;
}

/** Whether it failed. */
export function hasFailed({ type }: Pick<LogRecord, 'type'>): boolean {
  return isFailure(type);
}

/** The colour of its badge. */
export function toneOf(record: Pick<LogRecord, 'type'>): Tone {
  if (hasFailed(record)) return 'danger';
  if (record.type === 'w') return 'warn';
  return ['sapi', 'mgmt_api_read', readByUser].includes(record.type) ? 'plain' : 'good';
}

export interface Reason {
  readonly rule: string;
  readonly because: string;
  readonly dropped?: readonly string[] | undefined;
}

/** The trace of the decision, and the cause of a refusal, as the record has them. */
export function reasonsOf({ details }: Pick<LogRecord, 'details'>): {
  readonly trace: readonly Reason[];
  readonly cause: string | undefined;
  readonly fix: string | undefined;
  /** The code that has a page, as the statistics count it. */
  readonly code: string | undefined;
} {
  const { trace, cause, error, because, reason } = (details ?? {}) as Readonly<Record<string, unknown>>;
  const entries = Array.isArray(trace) ? (trace as Reason[]).filter((one) => typeof one?.because === 'string') : [];
  const said = cause as { readonly message?: string; readonly fix?: string } | string | undefined;
  const failed = error as { readonly message?: string; readonly because?: string } | string | undefined;
  const texts = [
    typeof said === 'string' ? said : said?.message,
    typeof because === 'string' ? because : undefined,
    typeof reason === 'string' ? reason : undefined,
    typeof failed === 'string' ? failed : (failed?.because ?? failed?.message),
  ];
  const of = (one: unknown, member: string) =>
    one !== null && typeof one === 'object' ? (one as Readonly<Record<string, unknown>>)[member] : undefined;
  const codes = [of(cause, 'code'), of(error, 'type'), of(error, 'oauthError'), of(error, 'code')];
  return {
    trace: entries,
    cause: texts.find((text) => text),
    fix: typeof said === 'object' ? said.fix : undefined,
    code: codes.find((code): code is string => typeof code === 'string' && reasons.has(code)),
  };
}
