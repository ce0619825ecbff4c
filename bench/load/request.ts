// Requests as the bytes that go over the wire, made once and sent many times.

export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The bytes of a request to this machine's port. */
export function requestBytes(port: number, { method, path, headers, body }: HttpRequest): Buffer {
  const lines = [
    `${method} ${path} HTTP/1.1`,
    `host: localhost:${port}`,
    'accept: application/json',
    'user-agent: countersign-bench',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`);
}

/** A token request with client_secret_post (RFC 6749 §4.4.2, §2.3.1). */
export function tokenRequest(path: string, params: Readonly<Record<string, string>>): HttpRequest {
  return {
    method: 'POST',
    path,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ grant_type: 'client_credentials', ...params }).toString(),
  };
}
