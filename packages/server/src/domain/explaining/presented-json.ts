// JSON that was sent or pasted instead of a token: an answer of the token endpoint, of introspection, or claims. Pure.

/** What the JSON is, in words, and the token that it holds; `undefined` if this is no JSON object. */
export interface InsideJson {
  readonly token?: string;
  readonly message: string;
  readonly fix: string;
}

const members = ['access_token', 'accessToken', 'token', 'id_token', 'idToken', 'refresh_token', 'code'] as const;
const getOne = 'get a token for the API, and send the access_token of the answer';

/** Words of a message may be repeated; what is as long as a token may be one. */
const withoutSecrets = (text: string) => text.replace(/[\w.~+/=-]{25,}/g, '...');

/** Reads JSON text without believing it. Never throws. */
export function insideJson(text: string): InsideJson | undefined {
  if (!text.startsWith('{')) return undefined;
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof read !== 'object' || read === null) return undefined;
  const found = new Map(Object.entries(read));
  const name = members.find((one) => typeof found.get(one) === 'string' && found.get(one) !== '');
  if (name !== undefined)
    return {
      token: String(found.get(name)),
      message: `this is a whole answer in JSON, with the ${name} in it`,
      fix: '',
    };
  const error = found.get('error');
  if (typeof error === 'string') {
    const more = found.get('error_description') ?? found.get('message');
    const said = [error, ...(typeof more === 'string' ? [more] : [])].map(withoutSecrets).join(': ').slice(0, 300);
    return {
      message: `this is the answer to a request that was refused (${said}): there is no token in it`,
      fix: 'mend that request first: the client goes on as if it had got a token. The log of the tenant says why it was refused',
    };
  }
  if (found.has('active'))
    return { message: 'this is an answer of introspection, and no token', fix: 'send the token that was introspected' };
  if (['iss', 'sub', 'aud', 'exp'].filter((claim) => found.has(claim)).length >= 2)
    return {
      message: 'these are the claims of a token, decoded: without the signature nobody can believe them',
      fix: 'send the token itself, as it was received',
    };
  return { message: 'this is a JSON object, and no token', fix: getOne };
}
