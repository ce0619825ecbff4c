// The search language of the log: each row is a query and what it asks the log for (auth0-behaviour LOG-4, SQL-02).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readLogQuery } from './log-query.ts';

const at = (text: string) => Date.parse(text);
const understood: readonly [q: string, filter: object][] = [
  ['', {}],
  ['   ', {}],
  ['type:s', { equals: [{ column: 'type', anyOf: ['s'] }] }],
  ['type:"seccft"', { equals: [{ column: 'type', anyOf: ['seccft'] }] }],
  ['type:(s OR f)', { equals: [{ column: 'type', anyOf: ['s', 'f'] }] }],
  ['type:s OR type:f', { equals: [{ column: 'type', anyOf: ['s', 'f'] }] }],
  [
    'type:s AND client_id:A',
    {
      equals: [
        { column: 'type', anyOf: ['s'] },
        { column: 'client_id', anyOf: ['A'] },
      ],
    },
  ],
  [
    'type:s client_id:A',
    {
      equals: [
        { column: 'type', anyOf: ['s'] },
        { column: 'client_id', anyOf: ['A'] },
      ],
    },
  ],
  ['NOT type:sapi', { not: [{ column: 'type', anyOf: ['sapi'] }] }],
  ['-type:sapi', { not: [{ column: 'type', anyOf: ['sapi'] }] }],
  ['type:s AND NOT ip:"::1"', { equals: [{ column: 'type', anyOf: ['s'] }], not: [{ column: 'ip', anyOf: ['::1'] }] }],
  ['user_id:"auth0|abc"', { equals: [{ column: 'user_id', anyOf: ['auth0|abc'] }] }],
  ['_id:900', { equals: [{ column: 'log_id', anyOf: ['900'] }] }],
  ['description:"Create a client"', { contains: ['Create a client'] }],
  ['description:*client*', { contains: ['client'] }],
  ['health', { contains: ['health'] }],
  ['audience:"https://api.example.com/a?b=c"', { audience: 'https://api.example.com/a?b=c' }],
  ['log_id:<900 type:s', { beforeId: '900', equals: [{ column: 'type', anyOf: ['s'] }] }],
  ['log_id:<', { equals: [{ column: 'log_id', anyOf: ['<'] }] }],
  ['audience:urn AND type:s', { audience: 'urn', equals: [{ column: 'type', anyOf: ['s'] }] }],
  ['user_name:"say \\"hi\\""', { contains: ['say "hi"'] }],
  ['date:[2026-01-01 TO 2026-01-31]', { since: at('2026-01-01'), until: at('2026-02-01') - 1 }],
  ['date:[2026-01-01T10:00:00Z TO *]', { since: at('2026-01-01T10:00:00Z') }],
  ['date:{2026-01-01 TO 2026-01-31}', { since: at('2026-01-01') + 1, until: at('2026-01-31') - 1 }],
  ['date:[* TO *]', {}],
  ['date:2026-01-01', { since: at('2026-01-01'), until: at('2026-01-02') - 1 }],
  ['date:>=2026-01-01', { since: at('2026-01-01') }],
  ['date:<2026-01-01', { until: at('2026-01-01') - 1 }],
  ['date:2026-01-01T10:00:00Z', { since: at('2026-01-01T10:00:00Z'), until: at('2026-01-01T10:00:00Z') }],
];
for (const [q, filter] of understood) {
  test(`q=${q} is understood`, () => {
    assert.deepEqual(readLogQuery(q), { kind: 'filter', filter });
  });
}

const refused: readonly [q: string, because: RegExp][] = [
  ['password_hash:*', /^password_hash is not a searchable field/],
  ['_exists_:details.secret', /^_exists_ is not a searchable field/],
  ['details.request.body:x', /is not a searchable field/],
  ['type:s OR client_id:A', /^OR is supported between values of one field/],
  ['OR type:s', /^OR is supported/],
  ['type:s OR', /lacks a value|OR is supported/],
  ['type:s AND', /AND without a condition/],
  ['AND', /AND without a condition/],
  ['type:', /lacks a value/],
  ['type:(s OR', /lacks a value/],
  ['type:(s f)', /joined by OR/],
  ['(type:s)', /^Groups are supported after a field only/],
  ['NOT log_id:<900', /^log_id:<ID takes one id/],
  ['log_id:<900 log_id:<800', /^log_id:<ID takes one id/],
  ['NOT audience:a', /^audience takes one value/],
  ['audience:(a OR b)', /^audience takes one value/],
  ['audience:a audience:b', /^audience takes one value/],
  ['audience:htt*', /^audience is compared as a whole/],
  ['audience:[a TO b]', /^audience is compared as a whole/],
  ['type:"s', /^q cannot be read from character/],
  ['type:[a TO b]', /wildcards and ranges/],
  ['type:s*', /wildcards and ranges/],
  ['type:se?cft', /wildcards and ranges/],
  ['date:yesterday', /^A date is written/],
  ['date:[2026-01-01 2026-01-02]', /^A range is written/],
  ['NOT date:2026-01-01', /^date takes one range/],
  ['NOT description:x', /^NOT and OR are supported for/],
  ['*', /no words/],
  ["') OR 1=1--", /lacks a value/],
  [`type:${'x'.repeat(3000)}`, /longer than/],
  [Array.from({ length: 60 }, () => 'a').join(' '), /more than 50 conditions/],
];
for (const [q, because] of refused) {
  test(`q=${q.slice(0, 50)} is refused with the reason`, () => {
    const read = readLogQuery(q);
    assert.equal(read.kind, 'invalid');
    assert.match(read.kind === 'invalid' ? read.message : '', because);
  });
}
