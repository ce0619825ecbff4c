// OpenAPI 3.1 from declarations: schemas of drafts, patches and answers, and the operations of collections and
// singletons with their parameters, scopes and errors. Nothing is written twice; a field that is declared is documented.

import { z } from 'zod';
import type { AnyCollection, AnyOf, AnySingleton, Declared } from './collection.ts';
import type { AnyField, Fields } from './field.ts';

type Json = Readonly<Record<string, unknown>>;

/** `client_grants` -> `ClientGrants`, the name of its schemas. */
export function schemaName(name: string): string {
  return name.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** Schemas for what is answered, sent to create and sent to change. */
export function schemasOf(declared: Declared<Fields>): Json {
  const fields = Object.entries(declared.fields);
  const name = schemaName(declared.name);
  const answered = fields.filter(([, field]) => !field.hidden && !isAlias(field));
  const created = fields.filter(([, field]) => field.writer !== 'server');
  const changed = fields.filter(([, field]) => field.writer === 'caller');
  const required = created.filter(([, field]) => field.presence === 'required').map(([field]) => field);
  const create = {
    ...object(created.map(([field, type]) => [field, typed(type)])),
    required,
    additionalProperties: false,
  };
  const update = { ...object(changed.map(([field, type]) => [field, patched(type)])), additionalProperties: false };
  return {
    [name]: { ...object(answered.map(([field, type]) => [field, typed(type)])), description: declared.about },
    ...(required.length > 0 ? { [`${name}Create`]: create } : {}),
    ...(changed.length > 0 ? { [`${name}Update`]: update } : {}),
  };
}

/** A second name by which a field is taken, but never kept. */
function isAlias(field: AnyField): boolean {
  return field.computed === true && field.writer !== 'server';
}

function object(properties: readonly (readonly [string, Json])[]): Json {
  return { type: 'object', properties: Object.fromEntries(properties) };
}

function typed(field: AnyField): Json {
  const { $schema, ...schema } = z.toJSONSchema(field.schema, { io: 'input', unrepresentable: 'any' }) as Record<
    string,
    unknown
  >;
  return {
    ...schema,
    description: field.about,
    ...(field.writer === 'server' ? { readOnly: true } : {}),
    ...(field.shownTo ? { 'x-shown-to': field.shownTo } : {}),
  };
}

/** `null` is a value where it takes the field away. */
function patched(field: AnyField): Json {
  const schema = typed(field);
  return field.nullRemoves ? { anyOf: [schema, { type: 'null' }], description: field.about } : schema;
}

export interface Operation {
  readonly summary: string;
  readonly tag: string;
  /** Of each set of scopes the token must hold one. None: the operation is public. */
  readonly needs: readonly AnyOf[];
  /** By members of the body: the scopes that the token must hold besides, where the member is sent. */
  readonly needsWith?: Readonly<Record<string, readonly string[]>>;
  /** Security schemes, of which one may stand in place of a token, and what is said of them. */
  readonly instead?: Readonly<Record<string, string>>;
  readonly parameters?: readonly Json[];
  readonly body?: Json;
  readonly status: number;
  readonly answer?: Json;
  /** Statuses of errors beyond 400, 401, 403, 429 and 503. */
  readonly errors?: readonly number[];
}

/** An operation object; its errors all have the shape `Error`. */
export function operation(described: Operation): Json {
  const { needs, needsWith = {}, instead = {}, body, answer } = described;
  const sets = combinations(needs);
  const besides = Object.entries(needsWith);
  const description = [
    ...besides.map(([member, scopes]) => `With \`${member}\` the token needs \`${scopes.join('` and `')}\` besides.`),
    ...Object.values(instead),
  ].join(' ');
  const errors = [400, 401, 403, 503, ...(described.errors ?? [])].toSorted((a, b) => a - b);
  return {
    summary: described.summary,
    ...(description === '' ? {} : { description }),
    tags: [described.tag],
    ...(described.parameters?.length ? { parameters: described.parameters } : {}),
    ...(body ? { requestBody: { required: true, content: { 'application/json': { schema: body } } } } : {}),
    security: [
      ...[...sets, ...besides.flatMap(([, more]) => sets.map((scopes) => [...scopes, ...more]))].map((scopes) => ({
        oauth2: scopes,
      })),
      ...Object.keys(instead).map((scheme) => ({ [scheme]: [] })),
    ],
    responses: {
      [described.status]: {
        description: answer ? 'Done' : 'Done; no body',
        ...(answer ? { content: { 'application/json': { schema: answer } } } : {}),
      },
      ...Object.fromEntries(errors.map((status) => [status, { $ref: '#/components/responses/Error' }])),
    },
  };
}

/** Sets of scopes of which one suffices: one scope out of each. */
function combinations(needs: readonly AnyOf[]): string[][] {
  return needs.reduce<string[][]>((sets, anyOf) => sets.flatMap((set) => anyOf.map((scope) => [...set, scope])), [[]]);
}

/** A reference to a schema of the document. */
export function reference(name: string): Json {
  return { $ref: `#/components/schemas/${name}` };
}

/** A parameter in the path, always required. */
export function pathParameter(name: string, description: string): Json {
  return { name, in: 'path', required: true, description, schema: { type: 'string' } };
}

/** An optional query parameter, a text unless said otherwise. */
export function queryParameter(name: string, description: string, schema: Json = { type: 'string' }): Json {
  return { name, in: 'query', description, schema };
}

export const fieldParameters: readonly Json[] = [
  queryParameter('fields', 'Members wanted, separated by commas'),
  queryParameter('include_fields', 'Whether `fields` names what is wanted (the default) or what is left out', {
    type: 'boolean',
  }),
];

export const pagingParameters: readonly Json[] = [
  queryParameter('page', 'Page, from 0', { type: 'integer', minimum: 0 }),
  queryParameter('per_page', 'Rows of a page', { type: 'integer', minimum: 0, maximum: 100, default: 50 }),
  queryParameter('include_totals', 'Wraps the page with `start`, `limit` and `total`', { type: 'boolean' }),
  queryParameter('from', '`next` of the answer before'),
  queryParameter('take', 'Rows after the checkpoint', { type: 'integer', minimum: 1, maximum: 100, default: 50 }),
];

/** `clients/:client_id` -> `/clients/{client_id}` */
export function pathTemplate(path: string): string {
  return `/${path.replace(/:([a-z_]+)/g, '{$1}')}`;
}

/** The list's answer: a bare array, or wrapped when a wrapper was asked for. */
export function listAnswer(declared: AnyCollection): Json {
  const rows = { type: 'array', items: reference(schemaName(declared.name)) };
  if (declared.list === 'bare') return rows;
  const whole = { type: 'integer' };
  return {
    oneOf: [
      rows,
      {
        type: 'object',
        properties: { start: whole, limit: whole, total: whole, next: { type: 'string' }, [declared.name]: rows },
      },
    ],
  };
}

/** Paths of a collection: its list and its rows. */
export function collectionPaths(declared: AnyCollection): Json {
  const { scopes, noun } = declared;
  const name = schemaName(declared.name);
  const tag = declared.name;
  const above = declared.within ? [pathParameter(declared.within.param, 'Id of the client')] : [];
  const own = declared.id === 'client_id' ? 'client_id' : 'id';
  const also = declared.alsoFoundBy ? `, or its ${declared.alsoFoundBy} (percent-encoded)` : '';
  const row = [...above, pathParameter(own, `Id${also}`)];
  const filters = declared.filters.map(({ param, about, type }) =>
    queryParameter(
      param,
      about,
      type === 'boolean'
        ? { type: 'boolean' }
        : type === 'list'
          ? { type: 'array', items: { type: 'string' } }
          : { type: 'string' },
    ),
  );
  const paging = declared.list === 'paged' ? pagingParameters : [];
  const list = operation({
    summary: `List ${declared.name.replaceAll('_', ' ')}`,
    tag,
    needs: [scopes.read],
    parameters: [...above, ...filters, ...paging, ...fieldParameters],
    status: 200,
    answer: listAnswer(declared),
    errors: above.length > 0 ? [404] : [],
  });
  const read = operation({
    summary: `Read ${noun.a}`,
    tag,
    needs: [scopes.read],
    parameters: [...row, ...fieldParameters],
    status: 200,
    answer: reference(name),
    errors: [404],
  });
  const create = (needs: AnyOf) =>
    operation({
      summary: `Create ${noun.a}`,
      tag,
      needs: [needs],
      parameters: above,
      body: reference(`${name}Create`),
      status: declared.statuses?.created ?? 201,
      answer: reference(name),
      errors: above.length > 0 ? [404, 409] : [409],
    });
  const update = (needs: AnyOf) =>
    operation({
      summary: `Change ${noun.a}`,
      tag,
      needs: [needs],
      parameters: row,
      body: reference(`${name}Update`),
      status: 200,
      answer: reference(name),
      errors: [404, 409],
    });
  const remove = (needs: AnyOf) =>
    operation({
      summary: `Delete ${noun.a}`,
      tag,
      needs: [needs],
      parameters: row,
      status: declared.statuses?.removed ?? 204,
      ...(declared.statuses?.removed ? { answer: { type: 'object' } } : {}),
      errors: declared.removingNothing === 404 || above.length > 0 ? [404] : [],
    });
  return {
    [pathTemplate(declared.path)]: { get: list, ...(scopes.create ? { post: create(scopes.create) } : {}) },
    [pathTemplate(`${declared.path}/:${own}`)]: {
      get: read,
      ...(scopes.update ? { patch: update(scopes.update) } : {}),
      ...(scopes.remove ? { delete: remove(scopes.remove) } : {}),
    },
  };
}

/** The path of a singleton. */
export function singletonPaths(declared: AnySingleton): Json {
  const name = schemaName(declared.name);
  const { scopes, noun } = declared;
  const tag = declared.name;
  return {
    [pathTemplate(declared.path)]: {
      get: operation({
        summary: `Read ${noun.a}`,
        tag,
        needs: [scopes.read],
        parameters: fieldParameters,
        status: 200,
        answer: reference(name),
      }),
      patch: operation({
        summary: `Change ${noun.a}`,
        tag,
        needs: [scopes.update],
        body: reference(`${name}Update`),
        status: 200,
        answer: reference(name),
      }),
    },
  };
}
