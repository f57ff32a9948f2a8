/** What is wrong with what a client says of its certificates (RFC 8705 sections 2 and 3.4), and with how a production client authenticates. */
import { subjectMembers } from '../client.ts';
import { needsOwnKey } from '../client-auth/own-key.ts';
import { distinguishedName } from '../wire/distinguished-name.ts';
import { webUriFault } from '../wire/redirect-uri.ts';
import { type ClientMetadata, type MetadataFault, methodOf, type Offer } from './metadata.ts';

export function certificateFaults(offer: Offer, metadata: ClientMetadata): readonly MetadataFault[] {
  return [...reachFaults(offer, metadata), ...subjectFaults(metadata), ...ownKeyFaults(metadata), ...environmentFaults(offer, metadata)];
}

/** Nobody can authenticate by a certificate that never arrives. */
function* reachFaults({ mtls }: Offer, metadata: ClientMetadata): Generator<MetadataFault> {
  if (mtls !== undefined) return;
  const fix = 'give the server a server.tls with clientCa, or server.trustedProxies that pass certificates on';
  if (methodOf(metadata).endsWith('tls_client_auth'))
    yield { member: 'token_endpoint_auth_method', because: ['mtls'], message: 'needs certificates, which do not reach this server', fix };
  if (metadata.tls_client_certificate_bound_access_tokens === true)
    yield {
      member: 'tls_client_certificate_bound_access_tokens',
      because: ['mtls'],
      message: 'needs certificates, which do not reach this server',
      fix,
    };
}

/** RFC 8705 section 2.1.2: exactly one. */
function* subjectFaults(metadata: ClientMetadata): Generator<MetadataFault> {
  const [said, again] = subjectMembers.filter((member) => metadata[member] !== undefined);
  const wanted = methodOf(metadata) === 'tls_client_auth';
  const because = ['token_endpoint_auth_method'];
  if (wanted && said === undefined)
    yield {
      member: 'token_endpoint_auth_method',
      because: [...subjectMembers],
      message: 'tls_client_auth needs to know the subject of the certificate',
      fix: `add one of ${subjectMembers.join(', ')}`,
    };
  if (again !== undefined)
    yield { member: again, because: [], message: `stands beside ${said}, and only one subject can be meant`, fix: 'keep one of the two' };
  if (!wanted && said !== undefined)
    yield {
      member: said,
      because,
      message: 'is for token_endpoint_auth_method tls_client_auth only',
      fix: 'remove it, or choose that method',
    };
  for (const member of subjectMembers) {
    const message = metadata[member] === undefined ? undefined : spelled[member](metadata[member]);
    if (message !== undefined) yield { member, because: [], ...message };
  }
}

type Mistake = Pick<MetadataFault, 'message' | 'fix'> | undefined;

const spelled: Readonly<Record<(typeof subjectMembers)[number], (value: string) => Mistake>> = {
  tls_client_auth_subject_dn: (value) =>
    distinguishedName(value) === undefined
      ? {
          message: 'is not a distinguished name (RFC 4514)',
          fix: 'write it as openssl x509 -noout -subject -nameopt RFC2253 does, such as CN=shop,O=Example',
        }
      : undefined,
  tls_client_auth_san_dns: (value) =>
    /^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$/.test(value)
      ? undefined
      : { message: 'is not a host name', fix: 'write for example shop.example.com' },
  tls_client_auth_san_uri: (value) =>
    URL.canParse(value) ? undefined : { message: 'is not a URI', fix: 'write it to the letter as the certificate has it' },
  tls_client_auth_san_ip: (value) =>
    isAddress(value) ? undefined : { message: 'is not an IP address', fix: 'write for example 192.0.2.7 or 2001:db8::7' },
  tls_client_auth_san_email: (value) =>
    /^[^\s@]+@[^\s@]+$/.test(value) ? undefined : { message: 'is not an e-mail address', fix: 'write for example shop@example.com' },
};

function isAddress(value: string): boolean {
  if (/^\d+\.\d+\.\d+\.\d+$/.test(value)) return webUriFault(`https://${value}/`) === undefined && URL.canParse(`https://${value}/`);
  return value.includes(':') && URL.canParse(`https://[${value}]/`);
}

/** RFC 8705 section 2.2.2. */
function* ownKeyFaults(metadata: ClientMetadata): Generator<MetadataFault> {
  if (methodOf(metadata) === 'self_signed_tls_client_auth' && metadata.jwks === undefined && metadata.jwks_uri === undefined)
    yield {
      member: 'jwks',
      because: ['token_endpoint_auth_method'],
      message: 'is missing: the keys of the certificates that the client may show',
      fix: 'add jwks: { keys: [...] } with the public keys, or with the certificates in x5c; or a jwks_uri',
    };
}

function* environmentFaults({ productionByKey }: Offer, metadata: ClientMetadata): Generator<MetadataFault> {
  const { environment } = metadata;
  if (productionByKey === true && needsOwnKey({ environment, token_endpoint_auth_method: methodOf(metadata) }))
    yield {
      member: 'environment',
      because: ['token_endpoint_auth_method'],
      message: 'a production client must authenticate by a certificate or a key of its own',
      fix: 'choose tls_client_auth, self_signed_tls_client_auth or private_key_jwt; a sandbox client may use its secret',
    };
}
