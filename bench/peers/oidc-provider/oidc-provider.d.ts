/** The part of oidc-provider that the bench touches; the package brings no types. */
declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http';

  export type Grant = { addOIDCScope: (scope: string) => void; save: () => Promise<string> };
  export type Context = {
    readonly oidc: {
      readonly client: { readonly clientId: string };
      readonly session: { readonly accountId: string; readonly grantIdFor: (clientId: string) => string | undefined };
      readonly provider: Provider;
    };
  };

  export default class Provider {
    constructor(issuer: string, configuration: Readonly<Record<string, unknown>>);
    readonly Grant: {
      new (init: { readonly accountId: string; readonly clientId: string }): Grant;
      find: (id: string) => Promise<Grant | undefined>;
    };
    callback: () => (request: IncomingMessage, response: ServerResponse) => void;
    interactionFinished: (request: IncomingMessage, response: ServerResponse, result: Readonly<Record<string, unknown>>) => Promise<void>;
    on: (event: string, listener: (context: unknown, error: Error) => void) => void;
  }
}
