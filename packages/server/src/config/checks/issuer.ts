/** An issuer is compared byte for byte by everybody (OpenID Connect Discovery section 3, RFC 8414 section 2), so it has one spelling. */
import { isLoopbackHost } from '@symbolon/provider';

type Fault = { readonly message: string; readonly fix: string };

/** Why this cannot be an issuer, and what to write; undefined when it can. */
export function issuerFault(issuer: string): Fault | undefined {
  const url = /^https?:\/\//i.test(issuer) && URL.canParse(issuer) ? new URL(issuer) : undefined;
  if (!url) return { message: 'must be an absolute https URL', fix: 'write for example https://login.example.com' };
  if (url.username !== '' || url.password !== '' || issuer.includes('@'))
    return { message: 'must not have a user name or password', fix: 'write only host, port and path' };
  if (issuer.includes('?')) return { message: 'must not have a query', fix: 'remove the question mark and what follows' };
  if (issuer.includes('#')) return { message: 'must not have a fragment', fix: 'remove # and what follows' };
  if (url.protocol === 'http:' && !isLoopbackHost(url.hostname))
    return { message: 'must be https; http is for loopback hosts (127.0.0.1, [::1], localhost)', fix: 'write https://, and serve it so' };
  return spellingFault(issuer, url);
}

function spellingFault(issuer: string, url: URL): Fault | undefined {
  const normal = url.href.replace(/\/+$/, '');
  if (issuer.endsWith('/')) return { message: 'must not end with a slash', fix: `write ${normal}` };
  return issuer === normal ? undefined : { message: 'is not in its normal form, which clients compare with', fix: `write ${normal}` };
}
