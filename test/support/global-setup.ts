/** Starts one PostgreSQL for a whole run of the tests and hands its URL to them: `inject('postgres')`, undefined where none starts. */
import type { TestProject } from 'vitest/node';
import { startPostgres } from './postgres.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    postgres: string | undefined;
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startPostgres();
  project.provide('postgres', server?.url);
  return async () => {
    await server?.stop();
  };
}
