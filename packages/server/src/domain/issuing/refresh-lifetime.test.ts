// How long refresh tokens live, as a table: the absolute end is fixed once, the idle end follows the configuration of today.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ClientRow, clientFacts } from '../clients/facts.ts';
import type { RefreshFamily } from './refresh-family.ts';
import { endedBy, firstEnds, nextEnds, rememberedUntil } from './refresh-lifetime.ts';

const client = (refresh_token: ClientRow['refresh_token']) => clientFacts({ client_id: 'CID', refresh_token }, []);
const now = Date.parse('2026-11-28T12:00:00.000Z');
const at = (seconds: number) => new Date(now + seconds * 1000).toISOString();
const never = '9999-12-31T23:59:59.999Z';
const family = (ends: Partial<RefreshFamily>) => ({ ends_at: never, ...ends }) as RefreshFamily;
const both = { expiration_type: 'expiring', token_lifetime: 180, idle_token_lifetime: 60 };

test('a family begins with the ends of its client; the row may go with the nearer one', () => {
  assert.deepEqual(firstEnds(client({ expiration_type: 'non-expiring', token_lifetime: 5 }), now), { ends_at: never });
  assert.deepEqual(firstEnds(client(undefined), now), { ends_at: never });
  assert.deepEqual(firstEnds(client(both), now), { expires_at: at(180), idle_expires_at: at(60), ends_at: at(60) });
  assert.deepEqual(firstEnds(client({ ...both, idle_token_lifetime: 999 }), now).ends_at, at(180));
  assert.deepEqual(firstEnds(client({ ...both, infinite_token_lifetime: true }), now), {
    idle_expires_at: at(60),
    ends_at: at(60),
  });
  assert.deepEqual(firstEnds(client({ ...both, infinite_idle_token_lifetime: true }), now), {
    expires_at: at(180),
    ends_at: at(180),
  });
  assert.deepEqual(firstEnds(client({ rotation_type: 'rotating' }), now), {
    expires_at: at(2_592_000),
    idle_expires_at: at(1_296_000),
    ends_at: at(1_296_000),
  });
});

test('RT-6, RT-7: an exchange moves the idle end by the configuration of today, and the absolute end never', () => {
  const begun = family(firstEnds(client(both), now));
  const later = nextEnds(begun, client({ ...both, token_lifetime: 9999, idle_token_lifetime: 90 }), now + 50_000);
  assert.deepEqual(later, { expires_at: at(180), idle_expires_at: at(140), ends_at: at(140) });
  const last = nextEnds(begun, client(both), now + 170_000);
  assert.deepEqual(last, { expires_at: at(180), idle_expires_at: at(230), ends_at: at(180) });
  const lenient = nextEnds(begun, client({ expiration_type: 'non-expiring' }), now);
  assert.deepEqual(
    lenient,
    { expires_at: at(180), ends_at: at(180) },
    'the absolute end stays when the client has none',
  );
});

test('RT-8: a family without an end gets one at its next exchange once the client has one', () => {
  const endless = family({});
  assert.deepEqual(nextEnds(endless, client(undefined), now), { ends_at: never });
  assert.equal(nextEnds(endless, client({ ...both, infinite_idle_token_lifetime: true }), now).expires_at, at(180));
});

test('a family ends on the millisecond, and one whose end cannot be read has ended', () => {
  const one = family({ expires_at: at(180), idle_expires_at: at(60) });
  assert.equal(endedBy(one, now + 59_999), undefined);
  assert.equal(endedBy(one, now + 60_000), 'idle');
  assert.equal(endedBy(one, now + 180_000), 'absolute');
  assert.equal(endedBy(family({}), now), undefined);
  assert.equal(endedBy(family({ expires_at: 'garbage' }), now), 'absolute');
  assert.equal(endedBy(family({ idle_expires_at: 'garbage' }), now), 'idle');
});

test('a revoked family is remembered for thirty days, and no longer than it would have lived', () => {
  assert.equal(rememberedUntil(family({}), now), at(30 * 86_400));
  assert.equal(rememberedUntil(family({ ends_at: at(60) }), now), at(60));
});
