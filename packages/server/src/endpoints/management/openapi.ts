export function openapi(issuer: string): object {
  return { openapi: '3.1.0', servers: [{ url: `${issuer}api/v2` }] };
}
