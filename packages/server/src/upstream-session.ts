/** What a session of ours rests on, of what an upstream told: her session there, and its ID token where that is needed once more. */
import type { UpstreamSession } from '@symbolon/provider';
import type { Tenant } from './tenant.ts';
import type { Arrival, UpstreamConfig } from './upstream.ts';

/** Characters. An ID token goes into an address when she signs out there; a longer one stays behind, and the upstream asks her. */
const longestHint = 3000;

export function restingOn({ op }: Tenant, { logout }: UpstreamConfig, { issuer, subject, session }: Arrival): UpstreamSession {
  const { sid, id_token, toldAt = op.now() } = session ?? {};
  const wanted = logout === 'rp-initiated' && id_token !== undefined && id_token.length <= longestHint;
  return {
    issuer,
    subject,
    toldAt,
    ...(sid === undefined ? {} : { sid }),
    ...(wanted ? { hint: op.vault.seal(JSON.stringify({ id_token })) } : {}),
  };
}

/** The ID token that was sealed above. */
export function hintOf({ op }: Tenant, sealed: string): string {
  const { id_token }: { readonly id_token: string } = JSON.parse(op.vault.open(sealed));
  return id_token;
}
