/** How the outcome of a request is kept: of a new one when it is stored for the first time, of a stored one in its row. */
import type { Provider } from '../op.ts';
import type { Approval, PendingRequest } from '../store.ts';
import { claim } from './pending.ts';

export type Keeping = {
  /** Keeps it while a person does what it owes. Throws when another browser was first. */
  readonly show: () => Promise<void>;
  /** False when it is gone, or the session it would come from has ended. */
  readonly approve: (approval: Approval) => Promise<boolean>;
  readonly deny: () => Promise<boolean>;
};

export function unstored(op: Provider, request: PendingRequest): Keeping {
  const { push } = op.store.requests;
  return {
    show: async () => {
      await push(request);
    },
    approve: (approval) => push(request, approval),
    deny: async () => true,
  };
}

/** One that no browser has opened yet becomes this browser's with its outcome, so that opening costs no write of its own. */
export function stored(op: Provider, request: PendingRequest, opener: string): Keeping {
  const { approve, deny } = op.store.requests;
  return {
    show: () => claim(op, request, opener),
    approve: (approval) => approve(request.id, opener, approval, op.now()),
    deny: () => deny(request.id, opener, op.now()),
  };
}
