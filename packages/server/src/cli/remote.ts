// A server elsewhere: its Management API, called with the credential that `countersign login` kept.

import { StartRefused } from '../config.ts';
import { isLocalName } from '../domain/tenants/hosts.ts';
import { type Credential, findCredential, keepCredential } from './credential.ts';

export type RemoteCall = (method: string, path: string, body?: object) => Promise<unknown>;

/** Credentials go over plain http to this machine only. @throws StartRefused */
export function refusePlainHttp(issuer: string): void {
  const { protocol, host } = new URL(issuer);
  if (protocol === 'https:' || (protocol === 'http:' && isLocalName(host))) return;
  throw new StartRefused(`${issuer} must be https: everybody on the way there could read what is sent.`);
}

/** Calls below `/api/v2`; a token that has ended is renewed. `undefined`: nobody logged in there. @throws StartRefused */
export async function remoteAt(issuer: string): Promise<RemoteCall | undefined> {
  refusePlainHttp(issuer);
  let credential = await findCredential(issuer);
  if (!credential) return undefined;
  return async (method, path, body) => {
    if (credential && credential.expiresAt - Date.now() < 30_000) credential = await renewed(credential);
    const answer = await fetch(`${issuer}api/v2${path}`, {
      method,
      headers: {
        authorization: `Bearer ${credential?.accessToken}`,
        ...(body ? { 'content-type': 'application/json' } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    }).catch((error: Error) => {
      throw new StartRefused(`${issuer} cannot be reached: ${error.message}`);
    });
    const text = await answer.text();
    if (answer.ok) return JSON.parse(text) as unknown;
    const said = /"message":"([^"]*)"/.exec(text)?.[1] ?? text.slice(0, 200);
    const hint = answer.status === 401 ? ` Log in again: countersign login --issuer ${issuer}` : '';
    throw new StartRefused(`${issuer} answered ${answer.status}: ${said}.${hint}`);
  };
}

async function renewed(credential: Credential): Promise<Credential> {
  const { issuer, clientId, refreshToken } = credential;
  if (refreshToken === undefined)
    throw new StartRefused(`The login at ${issuer} has ended. Log in again: countersign login --issuer ${issuer}`);
  const answer = await fetch(`${issuer}oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'refresh_token', client_id: clientId, refresh_token: refreshToken }),
  });
  if (!answer.ok)
    throw new StartRefused(`The login at ${issuer} has ended. Log in again: countersign login --issuer ${issuer}`);
  const body = (await answer.json()) as { access_token: string; refresh_token?: string; expires_in: number };
  const next: Credential = {
    ...credential,
    accessToken: body.access_token,
    refreshToken: body.refresh_token ?? refreshToken,
    expiresAt: Date.now() + body.expires_in * 1000,
  };
  await keepCredential(next);
  return next;
}
