// An explanation as it is answered: the cause in words, what was presented, and the log event of its issuance. Pure.

import { reasonPage, type TokenExplanation, tokenReasons } from '../../resources/index.ts';
import { staged } from '../issuing/dry-run.ts';
import { explain, notesOf } from './explain.ts';
import { audiencesOf, claim, type Facts, type Found, time } from './facts.ts';
import { grantedScopes, wantedVerdicts } from './rows/scope.ts';

/** Events of tokens that /authorize issued. */
const logins: ReadonlySet<string> = new Set(['s', 'ssa']);

type Presented = TokenExplanation['token'];

/** The whole answer. */
export function explanationOf(facts: Facts): TokenExplanation {
  const found = explain(facts);
  const { asked, issuance } = facts;
  return {
    outcome: found ? 'refused' : 'accepted',
    ...(found ? { cause: causeOf(found), fix: found.fix } : {}),
    evidence: evidenceOf(found),
    token: presentedOf(facts),
    ...(asked ? { api: apiOf(asked) } : {}),
    ...(issuance
      ? {
          issuance: {
            log_id: issuance.log_id,
            date: issuance.date,
            type: issuance.type,
            trace: staged(logins.has(issuance.type) ? 'authorize' : 'token', issuance.trace),
          },
        }
      : {}),
    scopes: wantedVerdicts(facts),
    notes: notesOf(facts, found),
  };
}

function causeOf({ code, message, certainty }: Found): NonNullable<TokenExplanation['cause']> {
  return { code, title: tokenReasons[code].title, message: message.slice(0, 5000), certainty, docs: reasonPage(code) };
}

function evidenceOf(found: Found | undefined): TokenExplanation['evidence'] {
  return Object.entries(found?.evidence ?? {}).flatMap(([name, value]) =>
    value === undefined ? [] : [{ name, value: String(value).slice(0, 2000) }],
  );
}

function apiOf(asked: NonNullable<Facts['asked']>): NonNullable<TokenExplanation['api']> {
  const facts = asked.kind === 'api' ? asked.facts : undefined;
  return { identifier: asked.identifier, ...(facts ? { id: facts.id, name: facts.name } : {}) };
}

/** What kind of token it is, by our records first and by its own looks after. */
function kindOf({ known, inspection, cause, issuance }: Facts): Presented['kind'] {
  if (known.kind === 'client_id' || known.kind === 'client_secret' || known.kind === 'session') return 'other';
  if (known.kind !== 'nothing') return known.kind;
  if (inspection.form === 'jwt') {
    switch (inspection.otherKind) {
      case undefined:
        return 'access_token';
      case 'id_token':
      case 'refresh_token':
      case 'logout_token':
      case 'client_assertion':
        return inspection.otherKind;
      default:
        return 'other';
    }
  }
  if (cause?.code === 'refresh_token') return 'refresh_token';
  return issuance ? 'access_token' : 'unknown';
}

function presentedOf(facts: Facts): Presented {
  const { inspection, known, client } = facts;
  const jwt = inspection.form === 'jwt' ? inspection : undefined;
  const at = (seconds: number | undefined) => {
    const date = seconds === undefined ? undefined : new Date(seconds * 1000);
    return date && !Number.isNaN(date.getTime()) ? date.toISOString() : undefined;
  };
  const row = known.kind === 'access_token' ? known.row : undefined;
  const members = {
    issuer: claim(facts, 'iss')?.slice(0, 2000) ?? row?.issuer,
    audience:
      jwt || (facts.encrypted && facts.issuance)
        ? audiencesOf(facts)
            .slice(0, 50)
            .map((one) => one.slice(0, 2000))
        : undefined,
    client_id: (client?.id ?? jwt?.client)?.slice(0, 300),
    client_name: client?.facts?.name,
    subject: (row?.user_id ?? claim(facts, 'sub'))?.slice(0, 300),
    scope:
      row || jwt || (facts.encrypted && facts.issuance) ? grantedScopes(facts).join(' ').slice(0, 20_000) : undefined,
    issued_at: at(time(facts, 'iat')) ?? facts.issuance?.date,
    expires_at: at(time(facts, 'exp')) ?? row?.expires_at,
    header: jwt && headerOf(jwt.header),
  };
  return {
    kind: kindOf(facts),
    format: { jwt: 'JWT', encrypted: 'encrypted JWT', opaque: 'opaque', malformed: 'none' }[
      inspection.form
    ] as Presented['format'],
    issued_here: facts.issuedHere,
    ...Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)),
  };
}

/** The members of the header that name things; whatever else a stranger put there is not repeated. */
function headerOf(header: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const names = ['alg', 'typ', 'kid'];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = header[name];
      return typeof value === 'string' ? [[name, value.slice(0, 300)]] : [];
    }),
  );
}
