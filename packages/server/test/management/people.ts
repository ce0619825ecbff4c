// Users for tests of the Management API: a database connection without password rules, and users in it.

import assert from 'node:assert/strict';
import type { TenantId } from '../../src/schema/brand.ts';
import type { House } from '../../src/server.ts';
import type { Site } from '../support/running.ts';

let made = 0;

/** A fresh database connection; its name. */
export async function makeConnection(site: Site, options: object = { passwordPolicy: 'none' }): Promise<string> {
  const name = `Database-${++made}`;
  const reply = await site.manage('POST', '/connections', { name, strategy: 'auth0', options });
  assert.equal(reply.status, 201, reply.text);
  return name;
}

// biome-ignore lint/suspicious/noExplicitAny: an answer's JSON, read by assertions
export async function makeUser(site: Site, connection: string, more: object = {}): Promise<any> {
  const email = `user-${++made}@example.com`;
  const reply = await site.manage('POST', '/users', { connection, email, password: 'correct horse', ...more });
  assert.equal(reply.status, 201, reply.text);
  return reply.body;
}

/** The store of the default tenant. */
export function storeOf(site: { house: House }) {
  return site.house.database.store('default' as TenantId);
}

/** The path of a user. */
export function at(user: { user_id: string }): string {
  return `/users/${encodeURIComponent(user.user_id)}`;
}
