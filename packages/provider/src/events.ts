/** What the core tells about itself. No event carries a secret, a token or a code. */
import type { ErrorCode } from './wire/error.ts';

export type Event =
  | { readonly type: 'tokens.issued'; readonly grant_type: string; readonly client_id: string; readonly sub?: string }
  | { readonly type: 'code.replayed'; readonly client_id: string; readonly sub: string }
  | { readonly type: 'refresh.reused'; readonly client_id: string; readonly sub: string }
  | { readonly type: 'request.refused'; readonly endpoint: string; readonly error: ErrorCode; readonly reason: string }
  | { readonly type: 'client.refused'; readonly client_id?: string; readonly reason: string }
  | { readonly type: 'client.registered' | 'client.changed' | 'client.removed'; readonly client_id: string }
  | { readonly type: 'authorization.pushed'; readonly client_id: string }
  | { readonly type: 'authorization.approved'; readonly client_id: string; readonly sub: string }
  | { readonly type: 'authorization.refused'; readonly client_id?: string; readonly error: ErrorCode; readonly reason: string }
  | { readonly type: 'authentication.refused'; readonly method: string }
  /** A client's key set could not be fetched or read; keys that were known stay in use for a day. */
  | { readonly type: 'client_keys.failed'; readonly uri: string; readonly reason: string }
  /** A request of our own that no connection was opened for, and one that got no usable answer; `url` without its query. */
  | { readonly type: 'outbound.refused'; readonly url: string; readonly reason: string }
  | { readonly type: 'outbound.failed'; readonly url: string; readonly reason: string }
  | { readonly type: 'upstream.refused'; readonly upstream: string; readonly kind: string; readonly reason: string }
  | { readonly type: 'identity.provisioned' | 'identity.linked' | 'identity.unlinked'; readonly upstream: string; readonly sub: string }
  | { readonly type: 'session.started'; readonly sid: string; readonly sub: string; readonly amr: readonly string[] }
  | { readonly type: 'session.ended'; readonly sid: string; readonly sub: string }
  | { readonly type: 'access.withdrawn'; readonly client_id: string; readonly sub: string }
  /** A client was told that a session ended; could not be told yet (`status` 0 is no answer); will not be told any more. */
  | { readonly type: 'logout.told'; readonly client_id: string; readonly sid: string; readonly attempts: number }
  | {
      readonly type: 'logout.failed' | 'logout.given_up';
      readonly client_id: string;
      readonly sid: string;
      readonly attempts: number;
      readonly status: number;
    }
  | { readonly type: 'keys.unread'; readonly reason: string };
