/** The pictures of upstreams, from here and from nowhere else (I6). They are named by their content, so browsers may keep them for ever. */
import { OAuthError } from '@symbolon/provider';
import type { Call, Reply } from '../http/call.ts';

/** Opened by itself, a drawing is a document: it then may do nothing at all. */
const policy = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

/** GET /logos/:name */
export function showLogo({ tenant, path }: Call): Reply {
  const logo = tenant.upstreams.map((upstream) => upstream.logo).find((candidate) => candidate?.name === path.name);
  if (logo === undefined) throw new OAuthError('invalid_request', 'there is no such picture');
  return {
    status: 200,
    headers: {
      'content-type': logo.contentType,
      'cache-control': 'public, max-age=31536000, immutable',
      'content-security-policy': policy,
      'cross-origin-resource-policy': 'same-origin',
    },
    body: logo.body,
  };
}
