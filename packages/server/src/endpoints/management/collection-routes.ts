// The routes of a declared collection: list, create, read, change, delete. Each walks the five beats:
// parse (token, query, body) -> load -> decide -> commit in one transaction -> answer, and then the log event.

import { type AnyOf, type Collection, type CollectionErrors, tableOf } from '../../schema/collection.ts';
import type { Entity, Fields } from '../../schema/field.ts';
import { isSound } from '../../schema/json.ts';
import type { Table } from '../../schema/table.ts';
import { applyPatch, type Checked, problemMessage, readDraft, readPatch } from '../../schema/validate.ts';
import { type Transaction, UniqueConflict } from '../../storage/store.ts';
import { type Ask, empty, json, type Route } from '../../web/exchange.ts';
import { readBody } from './body.ts';
import type { At } from './context.ts';
import { recordSecretRead, recordWrite } from './events.ts';
import { makeId } from './ids.ts';
import { listRows } from './lists.ts';
import { type Act, type Machinery, operation } from './operation.ts';
import { fieldParameters, pick, readWanted } from './paging.ts';
import { badBody, type Refused, refused, uncached } from './problem.ts';
import { isRefused, readQuery } from './query.ts';
import type { CollectionVerbs, Stored } from './verbs/verb.ts';
import { type Occasion, visible } from './views.ts';

export interface Offered<F extends Fields> {
  readonly declared: Collection<F>;
  readonly verbs: CollectionVerbs<F>;
  /** Where the rows are kept, if another room owns the table; it must fit the fields. */
  readonly table?: Table<Entity<F>>;
  /** The collection whose rows these belong to. */
  readonly parent?: {
    readonly exists: (reads: Pick<Transaction, 'get'>, id: string) => Promise<boolean>;
    readonly missing: CollectionErrors['missing'];
  };
}

type Outcome<F extends Fields> = Stored<F> | Refused;

/** GET, POST, PATCH and DELETE of a collection, as far as its declaration offers them; all under `/api/v2`. */
export function collectionRoutes<F extends Fields>(offered: Offered<F>, machinery: Machinery): Route[] {
  const { declared, verbs } = offered;
  const { deps, certificate } = machinery;
  const table = offered.table ?? tableOf(declared);
  const { created = 201, removed = 204 } = declared.statuses ?? {};
  const own = `${declared.id === 'client_id' ? ':client_id' : ':id'}`;
  const listPath = `/api/v2/${declared.path}`;
  const rowPath = `${listPath}/${own}`;
  const missing = refused(404, declared.errors.missing.message, declared.errors.missing.errorCode);

  const show = async (ask: Ask, here: At, entity: Entity<F>, occasion: Occasion): Promise<object> => {
    const wire = verbs.answer
      ? verbs.answer(entity, { at: here, occasion, certificate: await certificate(ask) })
      : entity;
    return visible(declared, wire, here.caller.scopes, occasion);
  };

  /** What a read shows of rows: without secrets that the caller may not have. */
  const showRead = async (ask: Ask, here: At, rows: readonly Entity<F>[]): Promise<Record<string, unknown>[]> => {
    const idOf = (row: Entity<F>) => (row as Record<string, unknown>)[declared.id] as string;
    const store = deps.database.store(ask.tenant);
    const withheld = await verbs.withheld?.(store, here, rows.map(idOf));
    return Promise.all(
      rows.map(async (row) => {
        const shown = Object.entries(await show(ask, here, row, 'read'));
        const hides = withheld?.has(idOf(row)) === true;
        return Object.fromEntries(shown.filter(([name]) => !hides || !table.secrets.some((one) => one === name)));
      }),
    );
  };

  /** An event when an answer to a read holds secrets. */
  const showsSecret = (ask: Ask, here: At, shown: readonly object[]): void => {
    const holds = (one: object) => table.secrets.some((name) => name in one) || verbs.holdsSecret?.(one) === true;
    if (!shown.some(holds)) return;
    recordSecretRead(deps, ask, here.caller, `Read ${declared.noun.a} with its secret`);
  };

  /** The row that the path names, by its id or its other name, and only below its own parent. */
  const locate = async (
    reads: Pick<Transaction, 'get' | 'find'>,
    ask: Ask,
    here: At,
  ): Promise<Entity<F> | undefined> => {
    const name = ask.params[own.slice(1)] ?? '';
    // No row can be called by what no engine can keep.
    if (!isSound(name)) return undefined;
    let row = await reads.get(table, name);
    if (!row && declared.alsoFoundBy) {
      const value = verbs.stored?.(declared.alsoFoundBy, name, here) ?? name;
      row = await reads.find(table, { [declared.alsoFoundBy]: value } as Parameters<typeof reads.find<Entity<F>>>[1]);
    }
    return row && belongs(row, ask) ? row : undefined;
  };

  const belongs = (row: Entity<F>, ask: Ask): boolean => {
    if (!declared.within) return true;
    return (row as Record<string, unknown>)[declared.within.field] === ask.params[declared.within.param];
  };

  /** The 404 of the parent, if rows of this collection belong to one and it is not there. */
  const orphaned = async (reads: Pick<Transaction, 'get'>, ask: Ask): Promise<Refused | undefined> => {
    if (!declared.within || !offered.parent) return undefined;
    const { message, errorCode } = offered.parent.missing;
    const parent = ask.params[declared.within.param] ?? '';
    const there = isSound(parent) && (await offered.parent.exists(reads, parent));
    return there ? undefined : refused(404, message, errorCode);
  };

  const list: Act = async (ask, here) => {
    const rows = await listRows(offered, table, deps.database.store(ask.tenant), ask, here, () =>
      orphaned(deps.database.store(ask.tenant), ask),
    );
    if (isRefused(rows)) return rows;
    const shown = (await showRead(ask, here, rows.rows)).map((row) => pick(row, rows.wanted));
    showsSecret(ask, here, shown);
    return json(200, rows.wrap(shown), uncached);
  };

  const read: Act = async (ask, here) => {
    const query = readQuery(ask.query, [...fieldParameters, 'include_totals']);
    if (isRefused(query)) return query;
    const wanted = readWanted(query);
    if (isRefused(wanted)) return wanted;
    const store = deps.database.store(ask.tenant);
    const entity = (await orphaned(store, ask)) ?? (await locate(store, ask, here));
    if (isRefused(entity)) return entity;
    if (!entity) return missing;
    const rows = await showRead(ask, here, [entity]);
    const open = await show(ask, here, entity, 'read');
    // Who asks for the secret by its name learns why there is none.
    const named = wanted?.include === true && table.secrets.some((name) => wanted.names.has(name) && name in open);
    if (named && rows.some((row) => table.secrets.some((name) => name in open && !(name in row))))
      return withheldSecret;
    const shown = rows.map((row) => pick(row, wanted));
    showsSecret(ask, here, shown);
    return json(200, shown[0], uncached);
  };

  const create: Act = async (ask, here) => {
    const body = readBody(ask);
    if (isRefused(body)) return body;
    // The program itself may choose ids, so that tests and seeds can know them beforehand.
    const { [declared.id]: chosen, ...given } = deps.trusted ? body.value : { ...body.value, [declared.id]: undefined };
    const draft = checked(readDraft(declared, deps.trusted ? given : body.value), (valid) =>
      verbs.draft?.(valid, here),
    );
    if (isRefused(draft)) return draft;
    const entity = {
      ...draft,
      ...declared.defaults(draft),
      [declared.id]: makeId(declared.ids),
      ...verbs.make?.(draft, here),
      ...(chosen === undefined ? {} : { [declared.id]: chosen }),
      ...(declared.within ? { [declared.within.field]: ask.params[declared.within.param] } : {}),
    } as Entity<F>;
    const wrong = problemMessage(declared.check(entity));
    if (wrong !== undefined) return badBody(wrong);
    await verbs.prepare?.(entity, here, deps);
    const outcome = await committed(ask, async (tx): Promise<Outcome<F>> => {
      const gone = await orphaned(tx, ask);
      if (gone) return gone;
      const stored = verbs.create ? await verbs.create(tx, entity, here) : ({ kind: 'stored', entity } as const);
      if (stored.kind === 'stored') await tx.insert(table, stored.entity);
      return stored;
    });
    if (isRefused(outcome)) return outcome;
    const answer = { ...(await show(ask, here, outcome.entity, 'created')), ...outcome.once };
    recordWrite(deps, ask, here.caller, `Create ${declared.noun.a}`, body.value, { status: created, body: answer });
    return json(created, answer, uncached);
  };

  const update: Act = async (ask, here) => {
    const body = readBody(ask);
    if (isRefused(body)) return body;
    const patch = checked(readPatch(declared, body.value), () => undefined);
    if (isRefused(patch)) return patch;
    await verbs.prepare?.(patch, here, deps);
    const outcome = await committed(ask, async (tx): Promise<Outcome<F>> => {
      const found = (await orphaned(tx, ask)) ?? (await locate(tx, ask, here));
      if (isRefused(found)) return found;
      if (found) await verbs.lockFirst?.(tx, found);
      const before = found && (await tx.lock(table, (found as Record<string, unknown>)[declared.id] as string));
      if (!before) return missing;
      const resolved = checked<typeof patch>({ kind: 'valid', value: patch }, (valid) =>
        verbs.patch?.(valid, before, here),
      );
      if (isRefused(resolved)) return resolved;
      const after = applyPatch(declared, before, resolved);
      const wrong = problemMessage(declared.check(after));
      if (wrong !== undefined) return badBody(wrong);
      const stored = verbs.update
        ? await verbs.update(tx, before, after, here)
        : ({ kind: 'stored', entity: after } as const);
      if (stored.kind === 'stored') await tx.replace(table, stored.entity);
      return stored;
    });
    if (isRefused(outcome)) return outcome;
    const answer = { ...(await show(ask, here, outcome.entity, 'changed')), ...outcome.once };
    recordWrite(deps, ask, here.caller, `Update ${declared.noun.a}`, body.value, { status: 200, body: answer });
    return json(200, answer, uncached);
  };

  const remove: Act = async (ask, here) => {
    const outcome = await committed(ask, async (tx): Promise<'gone' | 'nothing' | Refused> => {
      const found = (await orphaned(tx, ask)) ?? (await locate(tx, ask, here));
      if (isRefused(found)) return found;
      if (found) await verbs.lockFirst?.(tx, found);
      const id = found && ((found as Record<string, unknown>)[declared.id] as string);
      const entity = id === undefined ? undefined : await tx.lock(table, id);
      if (!entity || id === undefined) return declared.removingNothing === 204 ? 'nothing' : missing;
      const refusal = await verbs.remove?.(tx, entity, here);
      if (refusal) return refusal;
      await tx.remove(table, id);
      return 'gone';
    });
    if (isRefused(outcome)) return outcome;
    if (outcome === 'nothing') return empty(204, uncached);
    recordWrite(deps, ask, here.caller, `Delete ${declared.noun.a}`, {}, { status: removed, body: {} });
    return removed === 204 ? empty(204, uncached) : json(removed, {}, uncached);
  };

  /** One transaction; a broken unique set is the collection's 409. */
  const committed = async <T>(ask: Ask, work: (tx: Transaction) => Promise<T>): Promise<T | Refused> => {
    try {
      return await deps.database.store(ask.tenant).transact(work);
    } catch (error) {
      if (!(error instanceof UniqueConflict)) throw error;
      return refused(409, declared.errors.conflict.message, declared.errors.conflict.errorCode);
    }
  };

  const limit = verbs.bodyLimit === undefined ? {} : { bodyLimit: verbs.bodyLimit };
  const route = (method: Route['method'], path: string, needs: AnyOf | undefined, act: Act): Route[] =>
    needs ? [{ method, path, handle: operation(machinery, [needs], act), family: 'management', ...limit }] : [];
  const { scopes } = declared;
  return [
    ...route('GET', listPath, scopes.read, list),
    ...route('GET', rowPath, scopes.read, read),
    ...route('POST', listPath, scopes.create, create),
    ...route('PATCH', rowPath, scopes.update, update),
    ...route('DELETE', rowPath, scopes.remove, remove),
  ];
}

const withheldSecret = refused(
  403,
  'With this secret you could do more at the Management API than you may; ask an administrator',
  'insufficient_scope',
);

/** A checked value after one more step, or the refusal of the first that failed. */
function checked<T>(first: Checked<T>, next: (value: T) => Checked<T> | Refused | undefined): T | Refused {
  if (first.kind === 'invalid') return badBody(first.message);
  const second = next(first.value);
  if (!second) return first.value;
  if (second.kind === 'refused') return second;
  return second.kind === 'invalid' ? badBody(second.message) : second.value;
}
