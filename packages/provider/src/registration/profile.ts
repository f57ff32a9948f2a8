/**
 * What a security profile demands of a registration, as a table: one row a rule, with what stands for the member where the client says nothing, and
 * what is wrong where it says otherwise. FAPI 2.0 Security Profile (final) sections 5.3.2 and 5.4, FAPI 2.0 Message Signing section 5.3.
 */
import { byOwnKey } from '../client-auth/own-key.ts';
import type { Policy } from '../policy.ts';
import { type ProfileName, profileOf, profiles } from '../profile.ts';
import type { ClientLifetime } from '../settings.ts';
import type { Algorithm } from '../wire/algorithms.ts';
import { type ClientMetadata, grantTypesOf, type MetadataFault, methodOf, type Offer } from './metadata.ts';

type Member = keyof ClientMetadata;

type Rule = {
  /** Where the specification says so. */
  readonly section: string;
  readonly member: Member;
  /** What the member is where the client says nothing of it; undefined leaves it unsaid. */
  readonly unsaid?: (metadata: ClientMetadata, offer: Offer) => unknown;
  readonly holds: (metadata: ClientMetadata) => boolean;
  readonly must: string;
  readonly because?: readonly string[];
};

const { algorithms, policy, longest } = profiles.fapi2;
const certified = (metadata: ClientMetadata) => methodOf(metadata).endsWith('tls_client_auth');

/** Where each of its policies and limits stands. */
const positions: Readonly<Partial<Record<keyof Policy, string>>> = {
  pkce: '5.3.2.2-5',
  redirectUri: '5.3.2.2-6',
  assertionAudience: '5.3.2.1-8',
  requestObject: 'Message Signing 5.3.1',
  refreshRotation: '5.3.2.1-9',
  passwordGrant: '5.3.2.1-2',
  credentialsInQuery: '5.3.2.1-6',
};
const limits: Readonly<Partial<Record<ClientLifetime, string>>> = { code: '5.3.2.1-11', pushedRequest: '5.3.2.2-12' };

const fapi2: readonly Rule[] = [
  {
    section: '5.3.2.1-6',
    member: 'token_endpoint_auth_method',
    holds: (metadata) => byOwnKey.includes(methodOf(metadata)),
    must: `must be one of ${byOwnKey.join(', ')}`,
  },
  {
    section: '5.3.2.1-5',
    member: 'dpop_bound_access_tokens',
    unsaid: (metadata) => (certified(metadata) || metadata.tls_client_certificate_bound_access_tokens === true ? undefined : true),
    holds: (metadata) => metadata.dpop_bound_access_tokens === true || metadata.tls_client_certificate_bound_access_tokens === true,
    must: 'or tls_client_certificate_bound_access_tokens must be true: access tokens are bound to a key',
    because: ['tls_client_certificate_bound_access_tokens'],
  },
  {
    section: '5.3.2.1-5',
    member: 'tls_client_certificate_bound_access_tokens',
    unsaid: (metadata) => (certified(metadata) && metadata.dpop_bound_access_tokens !== true ? true : undefined),
    holds: () => true,
    must: '',
  },
  {
    section: '5.3.2.1-2',
    member: 'grant_types',
    holds: (metadata) => !grantTypesOf(metadata).some((grant) => grant === 'password' || grant === 'implicit'),
    must: 'must have neither password nor implicit',
  },
  {
    section: '5.3.2.2-1',
    member: 'response_types',
    holds: ({ response_types = [] }) => response_types.every((words) => words === 'code'),
    must: 'must be code and nothing else',
  },
  {
    section: '5.3.2.2-3',
    member: 'require_pushed_authorization_requests',
    unsaid: () => true,
    holds: (metadata) => metadata.require_pushed_authorization_requests !== false,
    must: 'must be true: every request is pushed',
  },
  {
    section: '5.3.2.2-3',
    member: 'request_uris',
    holds: ({ request_uris = [] }) => request_uris.length === 0,
    must: 'must be empty: every request is pushed',
  },
  {
    section: '5.3.2.2-8',
    member: 'redirect_uris',
    holds: ({ redirect_uris = [], application_type }) => application_type === 'native' || !redirect_uris.some((uri) => /^http:/i.test(uri)),
    must: 'must be https; http on a loopback address is for application_type native',
    because: ['application_type'],
  },
  ...(['id_token_signed_response_alg', 'introspection_signed_response_alg', 'authorization_signed_response_alg'] as const).map(signedByUs),
  ...(['userinfo_signed_response_alg', 'token_endpoint_auth_signing_alg', 'request_object_signing_alg'] as const).map(signed),
  ...(Object.entries(policy) as readonly (readonly [keyof Policy, Policy[keyof Policy]])[]).map(position),
  ...(Object.entries(longest) as readonly (readonly [ClientLifetime, number])[]).map(atMost),
];

type AlgorithmMember = Extract<Member, `${string}_alg`>;

function signed(member: AlgorithmMember): Rule {
  const holds = ({ [member]: alg }: ClientMetadata) => alg === undefined || algorithms.includes(alg as Algorithm);
  return { section: '5.4.1-1', member, holds, must: `must be one of ${algorithms.join(', ')}` };
}

/** Of the algorithms that the tenant has; where it has none of them, it is the tenant's setting that has to change. */
function signedByUs(member: AlgorithmMember): Rule {
  return {
    ...signed(member),
    unsaid: (_, { signing }) => signing.find((alg) => algorithms.includes(alg)),
    holds: ({ [member]: alg }) => algorithms.includes(alg as Algorithm),
    must: `must be one of ${algorithms.join(', ')}, and the tenant's signing must have it`,
    because: ['signing'],
  };
}

function position([name, demanded]: readonly [keyof Policy, Policy[keyof Policy]]): Rule {
  return {
    section: positions[name] ?? '5.3.2',
    member: 'policy',
    holds: (metadata) => metadata.policy?.[name] === demanded,
    must: `must have ${name}: ${demanded}`,
  };
}

function atMost([name, seconds]: readonly [ClientLifetime, number]): Rule {
  return {
    section: limits[name] ?? '5.3.2',
    member: 'lifetimes',
    holds: ({ lifetimes }) => (lifetimes?.[name] ?? 0) <= seconds,
    must: `must have ${name} of at most ${seconds} seconds`,
  };
}

const rules: Readonly<Record<ProfileName, readonly Rule[]>> = { fapi2 };

/** The metadata with what its profile demands wherever it says nothing; as it is where it names no profile. */
export function inProfile(offer: Offer, metadata: ClientMetadata): ClientMetadata {
  const profile = profileOf(metadata);
  if (profile === undefined || metadata.profile === undefined) return metadata;
  const unsaid = rules[metadata.profile].flatMap(({ member, unsaid: value }) => {
    const filled = metadata[member] === undefined ? value?.(metadata, offer) : undefined;
    return filled === undefined ? [] : [[member, filled] as const];
  });
  const said = Object.entries(metadata.policy ?? {}).filter(([, position]) => position !== undefined);
  return { ...metadata, ...Object.fromEntries(unsaid), policy: { ...profile.policy, ...Object.fromEntries(said) } };
}

/** Every rule of its profile that the metadata, in that profile, breaks, by the section it stands in. */
export function profileFaults(metadata: ClientMetadata): readonly MetadataFault[] {
  const { profile } = metadata;
  if (profile === undefined) return [];
  return rules[profile]
    .filter(({ holds }) => !holds(metadata))
    .map(({ section, member, must, because = [] }) => ({
      member,
      because: ['profile', ...because],
      message: `${must} (profile ${profile}: FAPI 2.0, ${section})`,
      fix: `change it, or remove profile ${profile}`,
    }));
}
