// A tenant in which tokens are got in every way that people get them, for tests of explanations: APIs, clients, users, a clock
// that can be moved, and the tenant's own keys, so that a token can say what no issuer would.

import assert from 'node:assert/strict';
import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { signingKeys } from '../../src/domain/keys/ring.ts';
import { defaultTenant } from '../../src/domain/tenants/hosts.ts';
import type { TokenExplanation } from '../../src/resources/index.ts';
import { api, application, person, type Request, type Running, redirectUri, responseTo } from '../issuing/login.ts';
import { signedWith } from '../support/forgery.ts';
import { type Engine, type Machine, serveHere } from '../support/running.ts';

export interface World {
  readonly site: Running;
  /** Of the Management API. */
  readonly management: string;
  readonly userinfo: string;
  readonly machine: Machine;
  /** An API for users, without consent, with read:x and write:x. */
  readonly audience: string;
  readonly web: { readonly id: string; readonly secret: string };
  readonly user: string;
  /** Moves the clock on. */
  pass(seconds: number): void;
  /** A machine's access token. */
  machineToken(more?: Record<string, string>, who?: Machine): Promise<string>;
  /** All that a code buys. */
  login(request?: Request, who?: { id: string; secret: string }, user?: string): Promise<Tokens>;
  /** What comes through the browser. */
  implicit(request?: Request): Promise<Record<string, string>>;
  /** A JWT with these claims, signed with the tenant's current key. */
  forged(claims: object, header?: object): Promise<string>;
  explain(ask: { token: string; audience?: string | undefined; scope?: string | undefined }): Promise<TokenExplanation>;
  stop(): Promise<void>;
}

export interface Tokens {
  readonly access_token: string;
  readonly id_token: string;
  readonly refresh_token: string;
  readonly code: string;
}

/** Somebody else's key. */
export function foreignKey(): KeyObject {
  return generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
}

/** Opens the world. */
export async function openWorld(engine: Engine = 'sqlite'): Promise<World> {
  let ahead = 0;
  const site = await serveHere(engine, { now: () => Date.now() + ahead * 1000 });
  const machine = await site.machine({ scopes: ['read:x', 'write:x', 'delete:x'], granted: ['read:x', 'write:x'] });
  const web = await application(site, { grant_types: ['authorization_code', 'implicit', 'refresh_token'] });
  const audience = await api(site, { allow_offline_access: true });
  const user = await person(site);
  const key = async () => {
    const [row] = await site.house.database.store(defaultTenant).all(signingKeys, { alg: 'RS256', state: 'current' });
    assert.ok(row?.private_key);
    return { kid: row.kid, key: createPrivateKey(row.private_key) };
  };
  return {
    site,
    management: `https://${site.host}/api/v2/`,
    userinfo: `${site.issuer}userinfo`,
    machine,
    audience,
    web,
    user,
    pass(seconds) {
      ahead += seconds;
    },
    async machineToken(more = {}, who = machine) {
      const { body, status, text } = await site.token({
        grant_type: 'client_credentials',
        client_id: who.clientId,
        client_secret: who.clientSecret,
        audience: who.audience,
        ...more,
      });
      assert.equal(status, 200, text);
      return body.access_token;
    },
    async login(request = {}, who = web, whom = user) {
      const { code = '' } = await responseTo(site, who.id, whom, request);
      const { body, status, text } = await site.token({
        grant_type: 'authorization_code',
        client_id: who.id,
        client_secret: who.secret,
        redirect_uri: redirectUri,
        code,
      });
      assert.equal(status, 200, text);
      return { ...body, code };
    },
    implicit: (request = {}) =>
      responseTo(site, web.id, user, { response_type: ['token', 'id_token'], nonce: 'n', ...request }),
    async forged(claims, header = {}) {
      const { kid, key: own } = await key();
      const iat = Math.floor((Date.now() + ahead * 1000) / 1000);
      const usual = {
        iss: site.issuer,
        sub: `${machine.clientId}@clients`,
        aud: machine.audience,
        iat,
        exp: iat + 600,
      };
      const all = { ...usual, azp: machine.clientId, scope: 'read:x', ...claims };
      return signedWith(own, { alg: 'RS256', typ: 'JWT', kid, ...header }, all);
    },
    async explain(ask) {
      const reply = await site.manage('POST', '/tokens/explain', JSON.parse(JSON.stringify(ask)));
      assert.equal(reply.status, 200, reply.text);
      return reply.body;
    },
    async stop() {
      await site.stop();
    },
  };
}
