// The `Auth0-Client` header: base64 JSON by which SDKs name themselves. Worth a log member, never worth an error.

const longest = 2048;

/** Name and version of the SDK, or `undefined` for anything that is not what SDKs send. */
export function telemetry(header: string | undefined): { name: string; version?: string } | undefined {
  if (!header || header.length > longest) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(header, 'base64').toString('utf8'));
    if (typeof value !== 'object' || value === null) return undefined;
    const { name, version } = value as Record<string, unknown>;
    if (typeof name !== 'string') return undefined;
    return { name: name.slice(0, 100), ...(typeof version === 'string' ? { version: version.slice(0, 50) } : {}) };
  } catch {
    return undefined;
  }
}
