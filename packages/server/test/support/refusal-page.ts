// R.PAGE of the catalogue (security-cases §6): the server refuses on a page of its own and sends nobody anywhere.

import assert from 'node:assert/strict';
import { tagsOf } from './forms.ts';
import type { View } from './user-agent.ts';

/**
 * Fails unless the view is a refusal by page: 4xx, no way out by header, meta, script, or form; and no link to another
 * host but those of `ways`, which are the client's own.
 */
export function isRefusalPage(view: View, what: string, ways: readonly string[] = []): void {
  const shown = `${what}: ${view.status} ${view.location ?? ''} ${view.text.slice(0, 200)}`;
  assert.ok(view.status >= 400 && view.status < 500, shown);
  assert.equal(view.location, undefined, shown);
  assert.equal(view.headers.get('refresh'), null, shown);
  assert.match(view.headers.get('content-type') ?? '', /^text\/html/, shown);
  const own = new URL(view.url).host;
  for (const { name, closing, attributes } of tagsOf(view.html)) {
    if (closing) continue;
    assert.notEqual(name, 'script', shown);
    assert.notEqual(name, 'iframe', shown);
    assert.ok(!(name === 'meta' && attributes['http-equiv'] !== undefined), shown);
    assert.deepEqual(
      Object.keys(attributes).filter((attribute) => attribute.startsWith('on')),
      [],
      shown,
    );
    for (const attribute of ['href', 'src', 'action', 'formaction'] as const) {
      const target = attributes[attribute];
      if (target === undefined || target === '' || target.startsWith('data:')) continue;
      const url = new URL(target, view.url);
      if (name === 'a' && ways.includes(url.host)) continue;
      assert.equal(url.host, own, `${shown}: <${name} ${attribute}="${target}">`);
    }
  }
}
