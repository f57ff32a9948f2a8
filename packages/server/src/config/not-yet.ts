/**
 * What the file may say already and the server does not do yet: reported once at start, by name and line, as "not yet in effect".
 * One row each; whoever builds the thing deletes its row. Nothing else in the configuration knows what is built.
 */
import { authMethods, type ClientAuthMethod, grantTypes, responseTypeNamed } from '@symbolon/provider';
import type { Path } from './finding.ts';
import { logoFile } from './logo-file.ts';
import { select } from './select.ts';

type Row = {
  /** Keys from the root; `*` is every entry of a list. */
  readonly at: string;
  /** Whether this value asks for what is not there. */
  readonly when: (value: unknown) => boolean;
  /** What is not in effect, and what happens instead. */
  readonly message: (value: unknown) => string;
};

/** There is nothing to fix: it may stay in the file. */
export type Pending = { readonly path: Path; readonly message: string; readonly fix: '' };

const written = (): boolean => true;
const says =
  (text: string) =>
  (value: unknown): string =>
    text.replaceAll('VALUE', String(value));

const client = 'tenants.*.clients.*';

/** The method by which clients can authenticate today; undefined for one that is not built yet. */
export function builtMethod(method: string | undefined): ClientAuthMethod | undefined {
  return Object.keys(authMethods).find((name): name is ClientAuthMethod => name === method);
}

const rows: readonly Row[] = [
  { at: 'server.metrics', when: written, message: says('metrics is not yet in effect: no such listener is opened') },
  {
    at: `${client}.token_endpoint_auth_method`,
    when: (value) => builtMethod(String(value)) === undefined,
    message: says('token_endpoint_auth_method VALUE is not yet in effect: the client is kept, disabled'),
  },
  {
    at: `${client}.grant_types.*`,
    // `implicit` is what the authorization endpoint gives by itself: response_types say which.
    when: (value) => value !== 'implicit' && !Object.hasOwn(grantTypes, String(value)),
    message: says('grant type VALUE is not yet in effect: the token endpoint refuses it'),
  },
  {
    at: `${client}.response_types.*`,
    when: (value) => responseTypeNamed(String(value)) === undefined,
    message: says('response type VALUE is not yet in effect: the authorization endpoint refuses it'),
  },
];

/** Pictures that are not shown, and why: the name's initial stands for them, and nothing else suffers. */
export function unshown(file: unknown, baseDirectory: string): readonly Pending[] {
  return select(file, 'tenants.*.upstreams.*.logo').flatMap(({ path, value }) => {
    const read = logoFile(String(value), baseDirectory);
    return 'message' in read ? [{ path, message: `${read.message}; the initial of the name is shown instead`, fix: '' as const }] : [];
  });
}

/** Everything in a correct file that is not in effect yet. */
export function notYet(file: unknown): readonly Pending[] {
  return rows.flatMap((row) =>
    select(file, row.at)
      .filter(({ value }) => row.when(value))
      .map(({ path, value }) => ({ path, message: row.message(value), fix: '' })),
  );
}
