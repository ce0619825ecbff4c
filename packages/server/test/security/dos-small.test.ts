// DOS: many small things, and searches that look for much: refused, or done at little cost.

import assert from 'node:assert/strict';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { after, before, describe, test } from 'node:test';
import { defaultTenant } from '../../src/domain/tenants/hosts.ts';
import { cpuOf, judged, type Watch, watch } from '../support/oracles.ts';
import {
  engines,
  freshPlace,
  type Machine,
  type Site,
  type Spawned,
  serveHere,
  spawnServer,
} from '../support/running.ts';

describe('many small things', () => {
  let server: Spawned;
  let site: Site;
  let watched: Watch;
  let machine: Machine;
  let authorization: string;
  before(async () => {
    const place = await freshPlace('sqlite');
    server = await spawnServer(place);
    site = judged(server);
    machine = await site.machine();
    const admin = { client_id: site.admin.clientId, client_secret: site.admin.clientSecret };
    const audience = `https://${site.host}/api/v2/`;
    const { body } = await site.token({ grant_type: 'client_credentials', ...admin, audience });
    authorization = `Bearer ${body.access_token}`;
    for (let i = 0; i < 200; i++) await site.token(params());
    watched = await watch(server, place);
  });
  after(() => watched.end());

  const params = () => ({
    grant_type: 'client_credentials',
    client_id: machine.clientId,
    client_secret: machine.clientSecret,
    audience: machine.audience,
  });

  test('DOS-06: very many small things are refused, or cost little', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const admin = { authorization, 'content-type': 'application/json' };
    const many = <T>(count: number, make: (index: number) => T) =>
      Array.from({ length: count }, (_, index) => make(index));
    const rows: readonly [
      what: string,
      allowed: readonly number[],
      verb: string,
      path: string,
      headers: Record<string, string>,
      body?: string,
    ][] = [
      ['100 000 fields', [413], 'POST', '/oauth/token', form, many(100_000, (i) => `p${i}=`).join('&')],
      ['10 000 empty fields', [400, 413], 'POST', '/oauth/token', form, '&'.repeat(30_000)],
      ['5 000 fields', [413], 'POST', '/oauth/token', form, many(4_000, (i) => `p${i}=`).join('&')],
      [
        '3 000 JSON members',
        [400, 413],
        'POST',
        '/oauth/token',
        admin,
        JSON.stringify(Object.fromEntries(many(3_000, (i) => [`p${i}`, '']))),
      ],
      ['10 000 percent signs', [400], 'POST', '/oauth/token', form, `a=${'%'.repeat(30_000)}`],
      [
        'an audience of 30 kB',
        [400, 403],
        'POST',
        '/oauth/token',
        form,
        new URLSearchParams({ ...params(), audience: 'a'.repeat(30_000) }).toString(),
      ],
      [
        '5 000 scopes',
        [200, 400],
        'POST',
        '/oauth/token',
        form,
        new URLSearchParams({ ...params(), scope: many(5_000, (i) => `s${i}`).join(' ') }).toString(),
      ],
      [
        '10 000 query parameters',
        [400, 431],
        'GET',
        `/api/v2/clients?${many(10_000, (i) => `p${i}=`).join('&')}`,
        admin,
      ],
      ['800 query parameters', [400], 'GET', `/api/v2/clients?${many(800, (i) => `p${i}`).join('&')}`, admin],
      [
        '800 fields to be shown',
        [200, 400],
        'GET',
        `/api/v2/clients?fields=${many(800, (i) => `${i}`).join(',')}`,
        admin,
      ],
      ['a URL of 64 kB', [414, 431], 'GET', `/${'a'.repeat(64_000)}`, {}],
      ['a path of 5 000 parts', [404, 431], 'GET', '/a'.repeat(5_000), {}],
      ['1 000 cookies', [200], 'GET', '/.well-known/jwks.json', { cookie: many(1_000, (i) => `c${i}=v`).join('; ') }],
      ['a header of 17 kB', [431], 'GET', '/.well-known/jwks.json', { 'x-long': 'x'.repeat(17_000) }],
      [
        '3 000 ETags',
        [200, 431],
        'GET',
        '/.well-known/jwks.json',
        { 'if-none-match': many(1_500, () => '"x"').join(', ') },
      ],
      [
        'an Accept of 2 000 types',
        [200],
        'GET',
        '/.well-known/jwks.json',
        { accept: many(2_000, () => 'a/b').join(',') },
      ],
      [
        '10 000 callbacks',
        [200, 400],
        'PATCH',
        `/api/v2/clients/${machine.clientId}`,
        admin,
        JSON.stringify({ callbacks: many(10_000, (i) => `https://a.example/${i}`) }),
      ],
      [
        '10 000 wrong callbacks',
        [400],
        'PATCH',
        `/api/v2/clients/${machine.clientId}`,
        admin,
        JSON.stringify({ callbacks: many(10_000, (i) => i) }),
      ],
      [
        '20 000 unknown members',
        [400],
        'PATCH',
        `/api/v2/clients/${machine.clientId}`,
        admin,
        JSON.stringify(Object.fromEntries(many(20_000, (i) => [`p${i}`, 1]))),
      ],
      [
        '5 000 scopes of an API',
        [201, 400],
        'POST',
        '/api/v2/resource-servers',
        admin,
        JSON.stringify({ identifier: 'urn:many', scopes: many(3_000, (i) => ({ value: `s:${i}` })) }),
      ],
      ['2 MB of backslashes', [400, 413], 'POST', '/api/v2/clients', admin, `{"name":"${'\\'.repeat(2_000_000)}"}`],
      ['2 MB of quotes', [400, 413], 'POST', '/api/v2/clients', admin, `{"name":"x"${',"a":""'.repeat(250_000)}}`],
      [
        'a logo address that is hard to read',
        [400],
        'POST',
        '/api/v2/clients',
        admin,
        JSON.stringify({
          name: 'x',
          logo_uri: `https://${'a.'.repeat(40_000)}!`,
          callbacks: [`https://${'*.'.repeat(40_000)}`],
        }),
      ],
      [
        'origins that are hard to read',
        [400],
        'POST',
        '/api/v2/clients',
        admin,
        JSON.stringify({
          name: 'x',
          allowed_origins: [`https://${'*.'.repeat(40_000)}!`],
          web_origins: [`${'http://'.repeat(9_000)}`],
        }),
      ],
    ];
    for (const [what, allowed, verb, path, headers, body] of rows) {
      const before = await cpuOf(server);
      const reply = await site.send(verb, path, { headers, ...(body === undefined ? {} : { body }) });
      const spent = (await cpuOf(server)) - before;
      assert.ok(allowed.includes(reply.status), `${what}: ${reply.status} ${reply.text.slice(0, 200)}`);
      // Two metrics readings and the answer itself are in it.
      assert.ok(spent < 150, `${what}: ${spent} ms of CPU`);
    }
  });

  test('DOS-11: a token for no API costs no more than one for an API, however many APIs there are', async () => {
    for (let i = 0; i < 300; i++) {
      const scopes = Array.from({ length: 20 }, (_, index) => ({ value: `s:${index}`, description: 'x'.repeat(80) }));
      await site.manage('POST', '/resource-servers', {
        identifier: `urn:one-of-many:${i}`,
        signing_alg: 'HS256',
        scopes,
      });
    }
    const cost = async (audience: string, status: number) => {
      await site.token({ ...params(), audience });
      const before = await cpuOf(server);
      for (let i = 0; i < 50; i++) assert.equal((await site.token({ ...params(), audience })).status, status);
      return (await cpuOf(server)) - before;
    };
    const [right, wrong] = [await cost(machine.audience, 200), await cost('urn:one-of-many', 403)];
    assert.ok(wrong < right * 3, `${wrong} ms of CPU for 50 refusals, ${right} ms for 50 tokens`);
  });
});

for (const engine of engines) {
  test(`DOS-11: lists and searches of the log have limits, and hold nobody up, on ${engine}`, async () => {
    const here = await serveHere(engine);
    const site = judged(here);
    try {
      const { clientId } = await site.machine();
      for (let i = 0; i < 20_000; i++) {
        here.house.record({
          tenant: defaultTenant,
          type: 'seccft',
          description: `event ${i} ${'words '.repeat(60)}`,
          client_id: clientId,
        });
      }
      await here.house.logs.flush();
      const queries: readonly [query: string, status: number][] = [
        ['per_page=100000', 400],
        ['per_page=101', 400],
        ['take=101', 400],
        ['page=1000000000', 400],
        ['page=20&per_page=50', 400],
        ['sort=client_secret:1', 400],
        ['sort=date:1&per_page=100', 200],
        ['include_totals=true&per_page=100', 200],
        ['take=100', 200],
        ['include_totals=true&q=words%20words', 200],
        ['include_totals=true&q=nothing-like-it', 200],
        ['q=*a*', 200],
        ['q=%22event%2019999%22', 200],
        ['q=date%3A%5B2020-01-01%20TO%202036-01-01%5D&include_totals=true', 200],
        [`q=${encodeURIComponent('NOT type:s '.repeat(40))}`, 200],
        [`q=${encodeURIComponent(`type:(${'a OR '.repeat(300)}a)`)}`, 200],
        [`q=${'('.repeat(2_000)}`, 400],
        [`q=${'-'.repeat(2_000)}a`, 400],
        [`q=${encodeURIComponent('"'.repeat(1_999))}`, 400],
        [`q=${encodeURIComponent('a '.repeat(51))}`, 400],
        [`q=${'a'.repeat(2_001)}`, 400],
        [`q=${encodeURIComponent('a* '.repeat(10))}`, 200],
      ];
      const delay = monitorEventLoopDelay({ resolution: 10 });
      delay.enable();
      for (const [query, status] of queries) {
        const began = performance.now();
        const reply = await site.manage('GET', `/logs?${query}`);
        assert.equal(reply.status, status, `${query.slice(0, 60)}: ${reply.text.slice(0, 200)}`);
        assert.ok(performance.now() - began < 5_000, `${query.slice(0, 60)} took ${performance.now() - began} ms`);
      }
      delay.disable();
      assert.ok(delay.percentile(99) / 1e6 < 2000, `the event loop lagged ${delay.percentile(99) / 1e6} ms`);
      for (const path of ['/clients', '/resource-servers', '/client-grants']) {
        for (const [query, status] of [
          ['per_page=100000', 400],
          ['per_page=101', 400],
          ['take=101', 400],
          ['page=1000000000', 200],
          ['page=1000000001', 400],
        ] as const) {
          const reply = await site.manage('GET', `${path}?${query}`);
          assert.equal(reply.status, status, `${path}?${query}: ${reply.text.slice(0, 200)}`);
        }
      }
    } finally {
      await here.stop();
    }
  });
}
