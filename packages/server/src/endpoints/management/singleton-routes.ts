// The routes of a declared singleton: read and change the one document of a tenant.

import type { Singleton } from '../../schema/collection.ts';
import type { Entity, Fields } from '../../schema/field.ts';
import { applyPatch, problemMessage, readPatch } from '../../schema/validate.ts';
import { json, type Route } from '../../web/exchange.ts';
import { readBody } from './body.ts';
import type { At } from './context.ts';
import { recordWrite } from './events.ts';
import { type Act, type Machinery, operation } from './operation.ts';
import { fieldParameters, pick, readWanted } from './paging.ts';
import { badBody, type Refused, uncached } from './problem.ts';
import { isRefused, readQuery } from './query.ts';
import type { SingletonVerbs } from './verbs/verb.ts';
import { type Occasion, visible } from './views.ts';

export interface OfferedSingleton<F extends Fields> {
  readonly declared: Singleton<F>;
  readonly verbs: SingletonVerbs<F>;
}

/** GET and PATCH of a singleton. A tenant that never changed it has its declared initial state. */
export function singletonRoutes<F extends Fields>(offered: OfferedSingleton<F>, machinery: Machinery): Route[] {
  const { declared, verbs } = offered;
  const { deps } = machinery;
  const path = `/api/v2/${declared.path}`;

  const show = (here: At, entity: Entity<F>, occasion: Occasion): object => {
    const wire = verbs.answer ? verbs.answer(entity, { at: here, occasion }) : entity;
    return visible(declared, wire, here.caller.scopes, occasion);
  };

  const read: Act = async (ask, here) => {
    const query = readQuery(ask.query, [...fieldParameters, 'include_totals']);
    if (isRefused(query)) return query;
    const wanted = readWanted(query);
    if (isRefused(wanted)) return wanted;
    const stored = await deps.database.store(ask.tenant).document<Entity<F>>(declared.name);
    return json(200, pick(show(here, stored ?? declared.initial, 'read'), wanted), uncached);
  };

  const update: Act = async (ask, here) => {
    const body = readBody(ask);
    if (isRefused(body)) return body;
    const checked = readPatch(declared, body.value);
    if (checked.kind === 'invalid') return badBody(checked.message);
    const patch = verbs.patch ? verbs.patch(checked.value, here) : checked;
    if (patch.kind === 'refused') return patch;
    if (patch.kind === 'invalid') return badBody(patch.message);
    const outcome = await deps.database.store(ask.tenant).transact(async (tx): Promise<Entity<F> | Refused> => {
      const before = (await tx.lockDocument<Entity<F>>(declared.name)) ?? declared.initial;
      const after = applyPatch(declared, before, patch.value);
      const wrong = problemMessage(declared.check(after));
      if (wrong !== undefined) return badBody(wrong);
      const refusal = await verbs.update?.(tx, before, after, here);
      if (refusal) return refusal;
      await tx.put(declared.name, after as object);
      return after;
    });
    if (isRefused(outcome)) return outcome;
    const answer = show(here, outcome, 'changed');
    recordWrite(deps, ask, here.caller, `Update ${declared.noun.a}`, body.value, { status: 200, body: answer });
    return json(200, answer, uncached);
  };

  const limit = verbs.bodyLimit === undefined ? {} : { bodyLimit: verbs.bodyLimit };
  const { scopes } = declared;
  return [
    { method: 'GET', path, handle: operation(machinery, [scopes.read], read), family: 'management' },
    { method: 'PATCH', path, handle: operation(machinery, [scopes.update], update), family: 'management', ...limit },
  ];
}
