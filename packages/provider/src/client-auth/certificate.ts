/**
 * Client certificates (RFC 8705 section 2): `tls_client_auth`, a certificate of an authority with the registered subject, and
 * `self_signed_tls_client_auth`, one whose key the client registered. The client says who it is by `client_id`; that it holds the
 * certificate's key it has shown in the handshake.
 */
import type { CertificateDetails, ClientCertificate } from '../certificate.ts';
import { type Client, subjectMembers } from '../client.ts';
import type { ClientKey } from '../client-keys/jwk.ts';
import { clientKeys } from '../client-keys.ts';
import type { CoreRequest } from '../exchange.ts';
import type { Provider } from '../op.ts';
import { distinguishedName } from '../wire/distinguished-name.ts';
import { reasonOf } from '../wire/error.ts';
import { one, type Parameters } from '../wire/parameters.ts';
import type { AuthMethod, Presented } from './method.ts';

export const tlsClientAuth: AuthMethod = {
  satisfies: ['tls_client_auth'],
  read: (request, form) => presented(request, form, certificateOfAuthority),
};

export const selfSignedTlsClientAuth: AuthMethod = {
  satisfies: ['self_signed_tls_client_auth'],
  read: (request, form) => presented(request, form, certificateOfOwnKey),
};

/** Why the certificate is not this client's; undefined when it is. */
type Objection = (op: Provider, client: Client, certificate: ClientCertificate) => Promise<string | undefined> | string | undefined;

function presented({ certificate }: CoreRequest, form: Parameters, objection: Objection): Presented | undefined {
  const client_id = one(form, 'client_id');
  if (certificate === undefined || client_id === undefined) return undefined;
  return {
    client_ids: [client_id],
    holds: async (op, client) => {
      if (client === undefined) return false;
      const reason = await readably(() => objection(op, client, certificate));
      return reason === undefined || { refused: `certificate ${certificate.thumbprint}: ${reason}` };
    },
  };
}

/** A certificate that nobody can read, or a key set that nobody can fetch, proves nobody. */
async function readably(ask: () => Promise<string | undefined> | string | undefined): Promise<string | undefined> {
  try {
    return await ask();
  } catch (error) {
    return `it cannot be judged: ${reasonOf(error)}`;
  }
}

async function certificateOfAuthority(op: Provider, client: Client, certificate: ClientCertificate): Promise<string | undefined> {
  if (!isSubject(client, certificate.details())) return 'the subject is not the registered one';
  if (op.authorities === undefined) return 'no authority is trusted here';
  return op.authorities.objection(certificate, client.client_id, op.now());
}

/** RFC 8705 section 2.1.2: exactly one of the members is registered, so the first is the only one. */
function isSubject(client: Client, details: CertificateDetails): boolean {
  const member = subjectMembers.find((name) => client[name] !== undefined);
  const expected = member === undefined ? undefined : client[member];
  return member !== undefined && expected !== undefined && expected !== '' && matchers[member](expected, details);
}

const matchers: Readonly<Record<(typeof subjectMembers)[number], (expected: string, details: CertificateDetails) => boolean>> = {
  tls_client_auth_subject_dn: (expected, { subject }) => distinguishedName(expected) === subject,
  tls_client_auth_san_dns: (expected, { names }) => names.dns.includes(expected.toLowerCase()),
  tls_client_auth_san_uri: (expected, { names }) => names.uri.includes(expected),
  tls_client_auth_san_ip: (expected, { x509 }) => x509.checkIP(expected) !== undefined,
  tls_client_auth_san_email: (expected, { names }) => names.email.includes(expected),
};

/** RFC 8705 section 2.2.2: no chain is built, the registered key is what is trusted; a certificate beside it must be this very one. */
async function certificateOfOwnKey(op: Provider, client: Client, certificate: ClientCertificate): Promise<string | undefined> {
  const { notBefore, notAfter } = certificate.details();
  if (op.now() < notBefore || op.now() > notAfter) return 'the certificate is not in its time';
  const isOf = (one: ClientKey) => isKeyOf(one, certificate);
  const keys = await clientKeys(op, client, (all) => all.some(isOf));
  return keys.some(isOf) ? undefined : 'the key is none that the client registered';
}

function isKeyOf({ key, jwk }: ClientKey, { raw, details }: ClientCertificate): boolean {
  if (jwk.use === 'enc') return false;
  return Array.isArray(jwk.x5c) ? jwk.x5c[0] === raw.toString('base64') : key.equals(details().publicKey);
}
