// The rules of docs/architecture.md, "Who may import whom", over the text of the sources. Each breach is one sentence.
// The rooms and their order are the lists below: a new room is one line here, and its absence is a breach too.

import { posix } from 'node:path';
import { type Import, importsOf, openingComment, undocumentedFunctions } from './source.ts';

export interface SourceFile {
  /** From the repository's root, with `/`: `packages/server/src/main.ts`. */
  readonly path: string;
  readonly text: string;
}

/** A file that may break one rule, and why. An exception that nothing needs any more is a breach as well. */
export interface Exception {
  readonly path: string;
  readonly rule: Rule;
  readonly because: string;
}

export type Rule = keyof typeof rules;

/** Rooms of `packages/server/src`, and what each may import besides itself. The top (last) may import everything. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  schema: ['oauth'],
  oauth: ['schema'],
  resources: ['schema', 'oauth'],
  storage: ['schema', 'oauth'],
  web: ['schema', 'oauth'],
  domain: ['resources', 'storage', 'schema', 'oauth'],
  endpoints: ['domain', 'web', 'resources', 'storage', 'schema', 'oauth'],
};

/** Folders beside the files at the top of `src`: they know the whole house too. `cli` and main.ts are the very top. */
const topFolders = ['seed', 'cli'];

/** Rooms of `domain/`, each above the ones before it. */
const domainOrder = [
  'tenants',
  'logs',
  'egress',
  'jobs',
  'keys',
  'clients',
  'accounts',
  'messages',
  'limits',
  'connections',
  'sessions',
  'issuing',
  'actions',
  'pending',
  'recovery',
  'explaining',
];

/** Packages with one owner. A target matches when it is the package or a path into it. */
const owners: readonly { readonly packages: readonly string[]; readonly owner: RegExp; readonly name: string }[] = [
  { packages: ['kysely', 'pg', 'node:sqlite'], owner: /^packages\/server\/src\/storage\//, name: 'storage/' },
  { packages: ['fastify', '@fastify'], owner: /^packages\/server\/src\/web\/router\.ts$/, name: 'web/router.ts' },
  {
    packages: ['jose'],
    owner: /^packages\/(server\/src\/domain\/(keys|issuing)|api\/src)\//,
    name: 'domain/keys, domain/issuing and packages/api',
  },
  {
    packages: ['liquidjs', 'nodemailer'],
    owner: /^packages\/server\/src\/domain\/messages\//,
    name: 'domain/messages',
  },
];
const signatures = ['sign', 'verify', 'createSign', 'createVerify', 'Sign', 'Verify', 'webcrypto', 'subtle'];

const forbiddenName = /^(util|helper|common|misc|shared|manager|service|handler)s?$/i;
const longest = 300;
const longestOpening = 4;

/** A file with what the rules ask about it. */
interface Subject extends SourceFile {
  readonly imports: readonly (Import & { readonly target: string })[];
  readonly computed: readonly Import[];
  /** `api`, `server` or `dashboard`. */
  readonly package: string;
  readonly isTest: boolean;
}

type Check = (file: Subject) => string[];

const serverSource = 'packages/server/src/';

/** Where a file of the server lives: its room, and in `endpoints/` and `domain/` the room inside. Undefined elsewhere. */
function roomOf(path: string): { readonly room: string; readonly inner: string } | undefined {
  if (!path.startsWith(serverSource)) return undefined;
  const folders = path.slice(serverSource.length).split('/').slice(0, -1);
  const [room = 'top', inner = ''] = folders;
  return { room: topFolders.includes(room) ? 'top' : room, inner };
}

const isRelative = (target: string) => /^\.{1,2}(\/|$)/.test(target);
const resolved = (file: SourceFile, target: string) => posix.join(posix.dirname(file.path), target);
const isWithin = (target: string, name: string) => target === name || target.startsWith(`${name}/`);
const isDoor = (path: string) =>
  /\/endpoint\.ts$/.test(path) ||
  /^packages\/server\/src\/endpoints\/management\/(.*-routes\.ts|verbs\/.*)$/.test(path);

/** What a file of the server imports from other files of the server. */
function inside(
  file: Subject,
): { readonly path: string; readonly typeOnly: boolean; readonly room: string; readonly inner: string }[] {
  return file.imports.flatMap(({ target, typeOnly }) => {
    const path = isRelative(target) ? resolved(file, target) : '';
    const room = roomOf(path);
    return room ? [{ path, typeOnly, ...room }] : [];
  });
}

const code = {
  'every room is in the list': (file) => {
    const room = roomOf(file.path);
    if (!room) return [];
    if (room.room !== 'top' && !(room.room in mayImport)) return [`src/${room.room}/ is no room in the list of rooms`];
    if (room.room === 'domain' && !domainOrder.includes(room.inner)) {
      return [`domain/${room.inner} is not in the order of the rooms of domain/`];
    }
    return [];
  },
  'imports go down only': (file) => {
    const from = roomOf(file.path);
    if (!from || from.room === 'top') return [];
    return inside(file).flatMap((to) => {
      if (to.room === from.room || mayImport[from.room]?.includes(to.room)) return [];
      return [`${from.room}/ may not import ${to.room === 'top' ? 'the top of src' : `${to.room}/`} (${to.path})`];
    });
  },
  'nothing imports main.ts, and only main.ts imports cli/': (file) =>
    inside(file).flatMap(({ path }) => {
      if (path === `${serverSource}main.ts`) return ['main.ts is imported'];
      const cli = `${serverSource}cli/`;
      if (!path.startsWith(cli) || file.path.startsWith(cli) || file.path === `${serverSource}main.ts`) return [];
      return [`${path} is imported`];
    }),
  'rooms of endpoints/ do not import each other': (file) => {
    const from = roomOf(file.path);
    if (from?.room !== 'endpoints') return [];
    return inside(file).flatMap(({ room, inner }) =>
      room === 'endpoints' && inner !== from.inner ? [`endpoints/${from.inner} imports endpoints/${inner}`] : [],
    );
  },
  'rooms of domain/ lean downwards only': (file) => {
    const from = roomOf(file.path);
    if (from?.room !== 'domain') return [];
    return inside(file).flatMap(({ room, inner }) => {
      const isBelow = domainOrder.slice(0, domainOrder.indexOf(from.inner) + 1).includes(inner);
      return room === 'domain' && !isBelow
        ? [`domain/${from.inner} imports domain/${inner}, which is not below it`]
        : [];
    });
  },
  'only the door of an endpoint room knows the store and the router': (file) => {
    if (roomOf(file.path)?.room !== 'endpoints' || isDoor(file.path)) return [];
    return inside(file).flatMap(({ room, path }) =>
      room === 'storage' || path === `${serverSource}web/router.ts` ? [`imports ${path}`] : [],
    );
  },
  'what a browser loads imports nothing of node': (file) => {
    if (!/^(resources|schema|oauth)$/.test(roomOf(file.path)?.room ?? '')) return [];
    return file.imports.flatMap(({ target }) =>
      isWithin(target.replace(':', '/'), 'node') ? [`imports ${target}`] : [],
    );
  },
  'drivers, framework and JOSE have one owner': (file) =>
    file.imports.flatMap(({ target }) =>
      owners.flatMap(({ packages, owner, name }) =>
        packages.some((own) => isWithin(target, own)) && !owner.test(file.path)
          ? [`${target} is for ${name} only`]
          : [],
      ),
    ),
  'signatures are made and checked where keys live': (file) => {
    if (/^packages\/(server\/src\/domain\/(keys|issuing)|api\/src)\//.test(file.path)) return [];
    return file.imports.flatMap(({ target, names }) => {
      if (!/^(node:)?crypto$/.test(target)) return [];
      if (names.includes('*') || names.includes('default'))
        return ['node:crypto is imported whole, so nobody sees for what'];
      return names.filter((name) => signatures.includes(name)).map((name) => `node:crypto ${name}`);
    });
  },
  'packages know each other one way': (file) =>
    file.imports.flatMap(({ target }) => {
      if (isRelative(target)) {
        const path = resolved(file, target);
        return path.startsWith(`packages/${file.package}/`) ? [] : [`${target} leaves the package`];
      }
      const known: Record<string, RegExp> = {
        api: /^(node:|jose$|jose\/)/,
        server: /^(?!countersign($|\/)|@countersign\/(?!api($|\/)))/,
        dashboard: /^(?!countersign($|\/)(?!resources$)|@countersign\/)/,
      };
      return known[file.package]?.test(target) ? [] : [`packages/${file.package} may not import ${target}`];
    }),
  'imports name their target': (file) => file.computed.map(({ line }) => `line ${line} imports what it computes`),
} satisfies Record<string, Check>;

const everyFile = {
  'names say what is inside': ({ path }) =>
    path
      .split('/')
      .slice(2)
      .flatMap((part) => part.split(/[-.]/))
      .flatMap((word) => (forbiddenName.test(word) ? [`"${word}" in its name says nothing`] : [])),
  'files are short': ({ text }) => {
    const lines = text.replace(/\n$/, '').split('\n').length;
    return lines > longest ? [`${lines} lines, more than ${longest}`] : [];
  },
  'a file opens by saying what it is for': ({ text }) => {
    const { length } = openingComment(text);
    if (length === 0) return ['has no opening comment'];
    return length > longestOpening ? [`opens with ${length} lines of comment, more than ${longestOpening}`] : [];
  },
} satisfies Record<string, Check>;

const documented: Check = (file) =>
  undocumentedFunctions(file.text).map(({ name, line }) => `${name} (line ${line}) has no doc comment`);

/** Tests beside the code may import what they like; bodies of tests (conformance/) need no doc comments. */
const rules = { ...code, ...everyFile, 'exported functions are documented': documented };

/** Every rule, by the sentence that it holds. */
export const ruleNames = Object.keys(rules) as Rule[];

/** Every breach in `files` (all of packages/<name>/src), as `path: rule: what`. Exceptions that are not needed are breaches. */
export function breaches(files: readonly SourceFile[], exceptions: readonly Exception[] = []): string[] {
  const unused = new Set(exceptions);
  const found: string[] = [];
  for (const file of files) {
    const subject = subjectOf(file);
    for (const [rule, check] of Object.entries(rules)) {
      if (subject.isTest && !(rule in everyFile)) continue;
      if (rule === 'exported functions are documented' && file.path.includes('/conformance/')) continue;
      const what = check(subject);
      const exception = exceptions.find((one) => one.path === file.path && one.rule === rule);
      if (exception && what.length > 0) unused.delete(exception);
      else found.push(...what.map((text) => `${file.path}: ${rule}: ${text}`));
    }
  }
  for (const { path, rule } of unused) found.push(`${path}: ${rule}: the exception is not needed`);
  return found;
}

function subjectOf(file: SourceFile): Subject {
  const imports = importsOf(file.text);
  return {
    ...file,
    imports: imports.flatMap((one) => (one.target === undefined ? [] : [{ ...one, target: one.target }])),
    computed: imports.filter(({ target }) => target === undefined),
    package: file.path.split('/')[1] ?? '',
    isTest: /\.test\.tsx?$/.test(file.path),
  };
}
