/** What a person at a terminal reads when a command could not do what it was asked: the reason, and no stack. */

/** The reason of whatever was thrown. Node throws all attempts to connect to a name as one, without a message of its own. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(reasonOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
