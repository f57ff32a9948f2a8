/** A client certificate as a proxy passes it on. */
import { type ClientCertificate, clientCertificate } from '@symbolon/provider';

/** As each header has it: PEM in percent-encoding (nginx: `$ssl_client_escaped_cert`), or DER as a byte sequence (RFC 9440 section 2.2). */
const forms = { 'x-client-cert': derOfEscapedPem, 'client-cert': derOfByteSequence } as const;

/** The certificate, undefined when the header has none that can be read: given twice, cut off, of another form. */
export function forwardedCertificate(header: keyof typeof forms, value: string): ClientCertificate | undefined {
  const der = forms[header](value);
  return der === undefined ? undefined : clientCertificate(Buffer.from(der.replace(/\s/g, ''), 'base64'));
}

function derOfEscapedPem(value: string): string | undefined {
  try {
    return /^-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----\s*$/.exec(decodeURIComponent(value))?.[1];
  } catch {
    return undefined;
  }
}

function derOfByteSequence(value: string): string | undefined {
  return /^:([A-Za-z0-9+/]+={0,2}):$/.exec(value.trim())?.[1];
}
