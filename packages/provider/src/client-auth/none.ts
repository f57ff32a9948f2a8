/** `none`: a public client, which only says who it is. */
import { one } from '../wire/parameters.ts';
import type { AuthMethod } from './method.ts';

export const none: AuthMethod = {
  satisfies: ['none'],
  read: (_, form) => {
    const client_id = one(form, 'client_id');
    return client_id === undefined ? undefined : { client_ids: [client_id], holds: () => true };
  },
};
