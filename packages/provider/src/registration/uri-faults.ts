/** Every URI of a client goes through the one judge of URIs before a browser is ever sent there. RFC 7591 section 2, RFC 9700 section 4.1. */
import { registrationFault, webUriFault } from '../wire/redirect-uri.ts';
import { type ClientMetadata, grantTypesOf, type MetadataFault, pages } from './metadata.ts';

type Calls = 'backchannel_logout_uri' | 'frontchannel_logout_uri';

export function uriFaults(metadata: ClientMetadata): readonly MetadataFault[] {
  return [
    ...missingFaults(metadata),
    ...redirectFaults(metadata, 'redirect_uris'),
    ...redirectFaults(metadata, 'post_logout_redirect_uris'),
    ...requestFaults(metadata),
    ...pages.flatMap((member) => pageFaults(metadata, member)),
    ...callFaults(metadata, 'backchannel_logout_uri'),
    ...oneOf(callFaults(metadata, 'frontchannel_logout_uri'), () => frameFaults(metadata)),
  ];
}

function missingFaults(metadata: ClientMetadata): readonly MetadataFault[] {
  const needed = grantTypesOf(metadata).some((grant) => grant === 'authorization_code' || grant === 'implicit');
  if (!needed || (metadata.redirect_uris ?? []).length > 0) return [];
  return [
    {
      member: 'redirect_uris',
      because: ['grant_types'],
      message: 'is missing: people are sent back there after they signed in',
      fix: 'add the address, or the grant_types of a client that nobody signs in to',
    },
  ];
}

function redirectFaults(metadata: ClientMetadata, member: 'redirect_uris' | 'post_logout_redirect_uris'): readonly MetadataFault[] {
  const uris = metadata[member] ?? [];
  const { application_type = 'web' } = metadata;
  return uris.flatMap((uri, index) => {
    const message = registrationFault(uri, { application_type });
    const because = registrationFault(uri, { application_type: 'native' }) === undefined ? ['application_type'] : [];
    const wrong = message === undefined ? [] : [{ member, index, because, message, fix: wholeAddress('callback') }];
    const again = { member, index, because: [], message: 'is in the list already', fix: 'remove one of the two' };
    return uris.indexOf(uri) < index ? [...wrong, again] : wrong;
  });
}

/** Compared to the letter, fragment and all (OpenID Connect Core section 6.2). */
function requestFaults({ request_uris = [] }: ClientMetadata): readonly MetadataFault[] {
  return request_uris.flatMap((uri, index) => {
    const message = webUriFault(uri);
    return message === undefined ? [] : [{ member: 'request_uris', index, because: [], message, fix: wholeAddress('request.jwt') }];
  });
}

function pageFaults(metadata: ClientMetadata, member: (typeof pages)[number] | Calls): readonly MetadataFault[] {
  const uri = metadata[member];
  const message = uri === undefined ? undefined : webUriFault(uri);
  return message === undefined ? [] : [{ member, because: [], message, fix: wholeAddress('page') }];
}

/** OpenID Connect Back-Channel and Front-Channel Logout, section 2: no fragment. */
function callFaults(metadata: ClientMetadata, member: Calls): readonly MetadataFault[] {
  if (metadata[member]?.includes('#') !== true) return pageFaults(metadata, member);
  return [{ member, because: [], message: 'must not have a fragment (#)', fix: 'remove # and what follows' }];
}

/** OpenID Connect Front-Channel Logout section 2: a page of the client's own, since it is loaded in the browser of whoever signs out. */
function frameFaults({ frontchannel_logout_uri: uri, redirect_uris = [] }: ClientMetadata): readonly MetadataFault[] {
  const origins = redirect_uris.map(originOf);
  if (uri === undefined || originOf(uri) === undefined || origins.includes(originOf(uri))) return [];
  return [
    {
      member: 'frontchannel_logout_uri',
      because: ['redirect_uris'],
      message: 'must have scheme, host and port of one of the redirect_uris',
      fix: 'write an address of the application itself, or use backchannel_logout_uri',
    },
  ];
}

/** The second only where the first finds nothing: a mistake is said once. */
function oneOf(first: readonly MetadataFault[], second: () => readonly MetadataFault[]): readonly MetadataFault[] {
  return first.length > 0 ? first : second();
}

function originOf(uri: string): string | undefined {
  return URL.canParse(uri) ? new URL(uri).origin : undefined;
}

function wholeAddress(path: string): string {
  return `write the whole address, such as https://app.example.com/${path}`;
}
