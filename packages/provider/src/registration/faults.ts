/** What is wrong with a client's metadata: every mistake on its own, so that one hides no other. RFC 7591 section 2, RFC 6749 sections 2 and 4.4. */
import { type SigningMember, signingMembers } from '../client.ts';
import { hostOf } from '../subject.ts';
import { webUriFault } from '../wire/redirect-uri.ts';
import { scopeFault, splitScope, standardScopeClaims } from '../wire/scope.ts';
import { certificateFaults } from './certificate-faults.ts';
import { encryptionFaults } from './encryption-faults.ts';
import { keyFaults } from './key-faults.ts';
import { type ClientMetadata, grantTypesOf, type MetadataFault, methodOf, type Offer } from './metadata.ts';
import { uriFaults } from './uri-faults.ts';

export function metadataFaults(offer: Offer, metadata: ClientMetadata): readonly MetadataFault[] {
  return [
    ...identityFaults(metadata),
    ...grantFaults(metadata),
    ...certificateFaults(offer, metadata),
    ...passwordFaults(metadata),
    ...responseFaults(metadata),
    ...boundFaults(metadata),
    ...algorithmFaults(offer, metadata),
    ...scopeFaults(offer, metadata),
    ...sectorFaults(metadata),
    ...keyFaults(metadata),
    ...encryptionFaults(metadata),
    ...uriFaults(metadata),
  ];
}

/** RFC 6749 appendix A.1, without the blank, which gets lost in copying. */
const clientId = /^[\x21-\x7e]{1,255}$/;

function* identityFaults({ client_id }: ClientMetadata): Generator<MetadataFault> {
  if (!clientId.test(client_id))
    yield {
      member: 'client_id',
      because: [],
      message: 'must be 1 to 255 visible ASCII characters',
      fix: 'write for example my-application',
    };
}

/** RFC 6749 section 4.4.2: who acts for itself must be able to prove who it is. */
function* grantFaults(metadata: ClientMetadata): Generator<MetadataFault> {
  const index = grantTypesOf(metadata).indexOf('client_credentials');
  if (methodOf(metadata) === 'none' && index >= 0)
    yield {
      member: 'grant_types',
      index,
      because: ['token_endpoint_auth_method'],
      message: 'client_credentials is not for public clients',
      fix: 'give the client a secret, or remove the grant type',
    };
}

/** RFC 9700 section 2.4: whoever takes a public client's name could try passwords in it. */
function* passwordFaults(metadata: ClientMetadata): Generator<MetadataFault> {
  if (methodOf(metadata) !== 'none' || metadata.policy?.passwordGrant !== true) return;
  yield {
    member: 'policy',
    because: ['token_endpoint_auth_method'],
    message: 'passwordGrant is not for public clients',
    fix: 'give the client a secret, or remove passwordGrant',
  };
}

/** RFC 7591 section 2.1: a code is worth nothing to who may not redeem it. */
function* responseFaults(metadata: ClientMetadata): Generator<MetadataFault> {
  if (grantTypesOf(metadata).includes('authorization_code')) return;
  for (const [index, words] of (metadata.response_types ?? []).entries())
    if (words.split(' ').includes('code'))
      yield {
        member: 'response_types',
        index,
        because: ['grant_types'],
        message: 'gives a code, and the client has no grant type to redeem it with',
        fix: 'add authorization_code to grant_types, or remove the response type',
      };
}

const boundMembers = ['dpop_bound_access_tokens', 'tls_client_certificate_bound_access_tokens'] as const;

/** RFC 9449 section 5.2, RFC 8705 section 3.4: nothing at the authorization endpoint proves a key, so a token given there is bound to none. */
function* boundFaults(metadata: ClientMetadata): Generator<MetadataFault> {
  const bound = boundMembers.find((member) => metadata[member] === true);
  if (bound === undefined) return;
  for (const [index, words] of (metadata.response_types ?? []).entries())
    if (words.split(' ').includes('token'))
      yield {
        member: 'response_types',
        index,
        because: [bound],
        message: 'gives an access token that is bound to no key',
        fix: `use the response type code, or remove ${bound}`,
      };
}

function algorithmFaults(offer: Offer, metadata: ClientMetadata): readonly MetadataFault[] {
  return signingMembers.flatMap((member) => [...algorithmFault(offer, metadata, member)]);
}

function* algorithmFault({ signing }: Offer, metadata: ClientMetadata, member: SigningMember): Generator<MetadataFault> {
  const algorithm = metadata[member];
  if (algorithm === 'HS256' && !methodOf(metadata).startsWith('client_secret_'))
    yield {
      member,
      because: ['token_endpoint_auth_method'],
      message: 'HS256 needs a client with a secret',
      fix: 'choose one of the signing algorithms of the tenant, or give the client a secret',
    };
  if (algorithm !== undefined && algorithm !== 'HS256' && !signing.includes(algorithm))
    yield {
      member,
      because: ['signing'],
      message: `${algorithm} is not offered by the tenant`,
      fix: `choose ${signing.join(', ')}, or add ${algorithm} to the tenant's signing`,
    };
}

/** OpenID Connect Core section 8.1: pairwise subjects are of one host, which the client's own addresses name. */
function* sectorFaults({ subject_type, sector_identifier_uri, redirect_uris = [] }: ClientMetadata): Generator<MetadataFault> {
  const fault = sector_identifier_uri === undefined ? undefined : webUriFault(sector_identifier_uri);
  if (fault !== undefined)
    yield { member: 'sector_identifier_uri', because: [], message: fault, fix: 'write an https URL of the host the subjects are for' };
  if (subject_type !== 'pairwise' || sector_identifier_uri !== undefined || new Set(redirect_uris.map(hostOf)).size <= 1) return;
  yield {
    member: 'sector_identifier_uri',
    because: ['redirect_uris', 'subject_type'],
    message: 'is missing: the redirect_uris have several hosts, and pairwise subjects are of one',
    fix: 'add a sector_identifier_uri, or keep redirect_uris of one host',
  };
}

/** A client may name standard scopes and its tenant's. What the client of an API (client_credentials) asks for is the API's business. */
function* scopeFaults(offer: Offer, metadata: ClientMetadata): Generator<MetadataFault> {
  const names = splitScope(metadata.scope ?? '');
  const message = names.map(scopeFault).find((fault) => fault !== undefined);
  if (message !== undefined) yield { member: 'scope', because: [], message, fix: 'write names with spaces between them' };
  const spelled = names.filter((name) => scopeFault(name) === undefined);
  const grants = grantTypesOf(metadata);
  if (!grants.includes('client_credentials')) yield* spelled.flatMap((name) => unknownFault(offer, name));
  else if (grants.every((grant) => grant === 'client_credentials')) yield* spelled.flatMap(personalFault);
}

function unknownFault({ scopes }: Offer, name: string): readonly MetadataFault[] {
  if (Object.hasOwn(standardScopeClaims, name) || scopes.some((scope) => scope.name === name)) return [];
  return [
    {
      member: 'scope',
      because: ['grant_types', 'scopes'],
      message: `unknown scope ${quoted(name)}`,
      fix: "add it to the tenant's scopes, or remove it",
      unknown: name,
    },
  ];
}

function personalFault(name: string): readonly MetadataFault[] {
  if (!Object.hasOwn(standardScopeClaims, name)) return [];
  const message = `${quoted(name)} is about a person, and this client acts only for itself`;
  return [{ member: 'scope', because: ['grant_types'], message, fix: 'remove it' }];
}

function quoted(name: string): string {
  return `\`${name.length > 64 ? `${name.slice(0, 64)}...` : name}\``;
}
