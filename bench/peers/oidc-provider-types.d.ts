// The package has no types of its own; these are the members that are used here.

declare module 'oidc-provider' {
  import type { Server } from 'node:http';

  interface Saved {
    save(): Promise<string>;
  }
  interface Grant extends Saved {
    addOIDCScope(scope: string): void;
    addResourceScope(resource: string, scope: string): void;
  }

  export class Provider {
    constructor(issuer: string, configuration: object);
    listen(port: number, host: string): Server;
    readonly Grant: new (
      properties: object,
    ) => Grant;
    readonly AuthorizationCode: new (
      properties: object,
    ) => Saved;
    readonly RefreshToken: new (
      properties: object,
    ) => Saved;
    readonly AccessToken: new (
      properties: object,
    ) => Saved;
    readonly Client: { find(id: string): Promise<object | undefined> };
  }
}
