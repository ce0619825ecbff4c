// Identifiers are compared exactly. When two differ, these say by how little, since that little is what costs people days.

interface Parts {
  readonly scheme: string;
  readonly host: string;
  readonly port: string;
  readonly path: string;
}

function partsOf(identifier: string): Parts | undefined {
  const found = /^([a-z][a-z0-9+.-]*):\/\/(\[[^\]]*\]|[^/:?#]*)(?::(\d*))?(.*)$/is.exec(identifier);
  if (found === null) return undefined;
  const [, scheme = '', host = '', port = '', path = ''] = found;
  return { scheme, host, port, path };
}

const withoutSlash = (text: string): string => (text.endsWith('/') ? text.slice(0, -1) : text);
const isThisMachine = (host: string): boolean => /^(localhost|127\.0\.0\.1|\[::1\])$/i.test(host);
const withoutWww = (host: string): string => host.toLowerCase().replace(/^www\./, '');

/** What a settings file or a shell leaves around a value. */
const unquoted = (text: string): string => text.trim().replace(/^(["'`])(.*)\1$/, '$2');

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function schemeDifference(a: string, b: string): string | undefined {
  if (a === b) return undefined;
  return a.toLowerCase() === b.toLowerCase() ? 'case of the scheme' : `${a}:// instead of ${b}://`;
}

/** `null`: these are different hosts, so no near miss. */
function hostDifference(a: string, b: string): string | null | undefined {
  if (a === b) return undefined;
  if (a.toLowerCase() === b.toLowerCase()) return 'case of the host';
  if (isThisMachine(a) && isThisMachine(b)) return `${a} instead of ${b}`;
  return withoutWww(a) === withoutWww(b) ? 'www.' : null;
}

function portDifference(a: Parts, b: Parts): string | undefined {
  if (a.port === b.port) return undefined;
  const [portA, portB] = [a.port || defaultPort(a.scheme), b.port || defaultPort(b.scheme)];
  return portA === portB ? `port ${portA} written out` : `port ${portA} instead of ${portB}`;
}

const defaultPort = (scheme: string): string => (scheme.toLowerCase() === 'http' ? '80' : '443');

function pathDifference(a: string, b: string): string | undefined {
  if (a === b) return undefined;
  if (a === `${b}/` || b === `${a}/`) return 'trailing slash';
  return a.toLowerCase() === b.toLowerCase() ? 'case of the path' : `path ${a || '/'} instead of ${b || '/'}`;
}

/**
 * In words, how `got` differs from `wanted`, if it differs little: trailing slash, scheme, case, port, path, white space, quotation marks,
 * percent-encoding, `localhost` for `127.0.0.1`, a missing `https://`. Undefined: equal, or simply another one.
 */
export function nearMiss(got: string, wanted: string): string | undefined {
  if (got === wanted || got.length > 500) return undefined;
  if (got.trim() === wanted.trim()) return 'white space around it';
  if (unquoted(got) === unquoted(wanted)) return 'quotation marks around it';
  if (decoded(got) === decoded(wanted)) return 'percent-encoding';
  const a = partsOf(got);
  const b = partsOf(wanted);
  if (a !== undefined && b !== undefined) return urlDifference(a, b);
  if (a !== undefined || b !== undefined) {
    const bare = (text: string): string => withoutSlash(text.replace(/^[a-z][a-z0-9+.-]*:\/\//i, ''));
    return bare(got) === bare(wanted) ? `${a?.scheme ?? b?.scheme}:// in front` : undefined;
  }
  if (withoutSlash(got) === withoutSlash(wanted)) return 'trailing slash';
  return got.toLowerCase() === wanted.toLowerCase() ? 'case' : undefined;
}

function urlDifference(a: Parts, b: Parts): string | undefined {
  const host = hostDifference(a.host, b.host);
  if (host === null) return undefined;
  const differences = [
    schemeDifference(a.scheme, b.scheme),
    host,
    portDifference(a, b),
    pathDifference(a.path, b.path),
  ];
  return differences.filter((difference) => difference !== undefined).join(', ');
}

/**
 * Do these look like two tenants of one server? Sibling hosts (`a.example.com`, `b.example.com`; `a.localhost`) or sibling paths on one host
 * (`/realms/a`, `/realms/b`). A guess for a message only.
 */
export function looksLikeSiblingTenant(got: string, wanted: string): boolean {
  const a = partsOf(got);
  const b = partsOf(wanted);
  if (a === undefined || b === undefined) return false;
  if (a.host.toLowerCase() === b.host.toLowerCase()) {
    const [pathA, pathB] = [withoutSlash(a.path).toLowerCase(), withoutSlash(b.path).toLowerCase()];
    return pathA !== pathB && pathA !== '' && pathB !== '';
  }
  const family = (host: string): string | undefined => {
    const labels = host.toLowerCase().split('.');
    const known = labels.at(-1) === 'localhost' ? 1 : 2;
    return labels.length > known && !/^[\d.[\]:]+$/.test(host) ? labels.slice(-known).join('.') : undefined;
  };
  const familyOfA = family(a.host);
  return familyOfA !== undefined && familyOfA === family(b.host);
}
