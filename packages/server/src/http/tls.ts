/** TLS as we serve it (RFC 9325, BCP 195): 1.3, and of 1.2 only what has forward secrecy and authenticated encryption. */
import { constants } from 'node:crypto';
import type { ServerOptions } from 'node:https';
import type { TlsConfig } from '../config/config.ts';

/** Without a suite of 1.3 among them, Node would switch 1.3 off. */
const suites = [
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'TLS_AES_128_GCM_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
];

/**
 * A certificate is asked for where `clientCa` is there, and never demanded: who has none may have a secret. Any is taken: a self-signed one has
 * no authority at all, and whom an authority is believed is decided for each tenant and client. The key of the certificate is proven in the
 * handshake either way.
 */
export function tlsOptions({ cert, key, clientCa }: TlsConfig): ServerOptions {
  return {
    cert,
    key,
    minVersion: 'TLSv1.2',
    ciphers: suites.join(':'),
    honorCipherOrder: true,
    // A certificate shown halfway would count for requests that were sent before it.
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
    handshakeTimeout: 10_000,
    ...(clientCa && { requestCert: true, rejectUnauthorized: false, ca: [...clientCa] }),
  };
}
