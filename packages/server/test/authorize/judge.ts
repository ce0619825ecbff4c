// A request and a client to judge, for the tables of /authorize.

import assert from 'node:assert/strict';
import { type ClientRow, clientFacts } from '../../src/domain/clients/facts.ts';
import type { TenantSettings } from '../../src/domain/tenants/settings.ts';
import { judgeRequest, type RequestFacts } from '../../src/endpoints/authorize/request.ts';
import { judgeTarget, readRequest } from '../../src/endpoints/authorize/target.ts';

export const cb = 'https://app.example.com/cb';
export const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
export const row: ClientRow = {
  client_id: 'client',
  name: 'App',
  client_secret: 'a secret of a client that is long enough',
  grant_types: ['authorization_code', 'implicit'],
  callbacks: [cb],
  web_origins: ['https://app.example.com'],
};
export const strict: ClientRow = { ...row, is_first_party: false, third_party_security_mode: 'strict' };
export const publicClient: ClientRow = { ...row, token_endpoint_auth_method: 'none', app_type: 'spa' };
const facts: RequestFacts = {
  settings: {},
  dialect: 'auth0',
  audience: undefined,
  audienceRefusal: undefined,
  connectionUsable: false,
  organizationExists: false,
  hintedUser: undefined,
};

export interface Case {
  readonly client?: ClientRow;
  readonly facts?: Partial<RequestFacts>;
  readonly settings?: TenantSettings;
}
export const base = { client_id: 'client', redirect_uri: cb, response_type: 'code', state: 'state' };

/** What the parameters are judged as. */
export function judge(params: Record<string, string>, { client = row, facts: more = {}, settings = {} }: Case = {}) {
  const read = readRequest({
    method: 'GET',
    query: new URLSearchParams(params).toString(),
    headers: {},
    body: Buffer.alloc(0),
  });
  assert.ok(read.kind === 'params');
  const known = clientFacts(client, []);
  const judged = judgeTarget(read.params, known);
  if (judged.kind === 'shown') return { shown: judged.refusal };
  const { target } = judged;
  return { target, judged: judgeRequest(read.params, known, target, { ...facts, settings, ...more }) };
}

/** `accepted`, or the error and the mode that it goes in. */
export function told(params: Record<string, string>, options?: Case): string {
  const { shown, judged, target } = judge(params, options);
  if (shown) return `shown ${shown.status}`;
  return judged.kind === 'accepted' ? 'accepted' : `${judged.refusal.error} by ${target.mode}`;
}
