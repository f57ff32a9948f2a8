/**
 * Security profiles: what one word in a client's registration demands of it. A profile makes nothing of its own; it is positions of policies,
 * members of the registration and limits that are there for any client. What it demands of a registration stands in registration/profile.ts;
 * here is what is asked at each request, so that it holds whatever the tenant's settings become.
 */
import type { Policy } from './policy.ts';
import type { ClientLifetime } from './settings.ts';
import type { Algorithm } from './wire/algorithms.ts';

export type Profile = {
  /** Of every JWT that the client makes, or that is made for it. */
  readonly algorithms: readonly Algorithm[];
  readonly policy: Partial<Policy>;
  /** Seconds; of the client's own lifetimes and of the tenant's. */
  readonly longest: { readonly [Name in ClientLifetime]?: number };
};

export const profileNames = ['fapi2'] as const;
export type ProfileName = (typeof profileNames)[number];

export const profiles: Readonly<Record<ProfileName, Profile>> = {
  /** FAPI 2.0 Security Profile (final), and FAPI 2.0 Message Signing for what the client signs and has signed. */
  fapi2: {
    algorithms: ['PS256', 'ES256', 'EdDSA'],
    policy: {
      pkce: 'required',
      redirectUri: 'required',
      assertionAudience: 'issuer',
      requestObject: 'fapi',
      refreshRotation: 'never',
      passwordGrant: false,
      credentialsInQuery: false,
    },
    longest: { code: 60, pushedRequest: 599 },
  },
};

/** A client, or what is said of one, as far as its profile goes. */
type Keeping = { readonly profile?: ProfileName | undefined };

/** The profile of a client, if it keeps to one. */
export function profileOf({ profile }: Keeping): Profile | undefined {
  return profile === undefined ? undefined : profiles[profile];
}

/** Whether a JWT of this client, or for it, may be signed with this algorithm (FAPI 2.0 Security Profile section 5.4.1). */
export function allowsAlgorithm(client: Keeping, alg: Algorithm): boolean {
  return profileOf(client)?.algorithms.includes(alg) ?? true;
}
