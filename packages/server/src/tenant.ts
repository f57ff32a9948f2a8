/** A tenant as the server runs it: its provider, its people, and how its pages and cookies are made. Put together in compose.ts. */
import type { EndpointName, Provider } from '@symbolon/provider';
import type { Spelling } from './dialect.ts';
import type { TenantKeys } from './keys/tenant-keys.ts';
import type { ClientCertificates } from './pki/client-certificates.ts';
import type { TenantStore } from './store.ts';
import type { AssetPaths } from './ui/assets.ts';
import type { Connectors, UpstreamConfig } from './upstream.ts';
import type { SignIn } from './users/sign-in.ts';

export type Tenant = {
  readonly id: string;
  readonly name: string;
  readonly logo?: string;
  readonly op: Provider;
  readonly store: TenantStore;
  readonly keys: TenantKeys;
  readonly spelling: Spelling;
  /** URLs at which an endpoint answers besides its own. */
  readonly alsoAt: readonly (readonly [url: string, name: EndpointName])[];
  readonly signIn: (username: string, password: string) => Promise<SignIn>;
  /** All of the file, also those nobody may sign in through now. */
  readonly upstreams: readonly UpstreamConfig[];
  readonly connectors: Connectors;
  /** The certificates of clients, where the tenant has an authority of its own. */
  readonly certificates?: ClientCertificates;
  /** The certificates of that authority, PEM. */
  readonly authorities: readonly string[];
  /** Scheme and authority of the issuer: the only origin our own forms come from. */
  readonly origin: string;
  /** Path of the issuer, empty at the root of a host: every link starts with it. */
  readonly base: string;
  readonly cookieName: string;
  /** Cookies are Secure and answers carry HSTS when the issuer is https; http is for loopback only. */
  readonly secure: boolean;
  readonly assets: AssetPaths;
};
