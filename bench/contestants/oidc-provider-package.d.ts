/** The package ships no types; these are the parts that the benchmark uses. */
declare module 'oidc-provider' {
  import type { RequestListener } from 'node:http';

  export class Provider {
    constructor(issuer: string, configuration: object);
    callback(): RequestListener;
    readonly Client: { find(clientId: string): Promise<object | undefined> };
    readonly Grant: new (properties: {
      accountId: string;
      clientId: string;
    }) => {
      addOIDCScope(scope: string): void;
      addResourceScope(resource: string, scope: string): void;
      save(): Promise<string>;
    };
    readonly RefreshToken: new (properties: {
      accountId: string;
      client: object | undefined;
      grantId: string;
      gty: string;
      scope: string;
      resource: string;
      authTime: number;
      amr: string[];
    }) => { save(): Promise<string> };
    readonly Session: new () => {
      readonly id: string;
      loginAccount(login: { accountId: string; loginTs: number; amr: string[] }): void;
      ensureClientContainer(clientId: string): void;
      grantIdFor(clientId: string, grantId: string): void;
      save(ttlSeconds: number): Promise<string>;
    };
  }
}
