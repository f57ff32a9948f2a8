/**
 * Statements written with Kysely, compiled once and executed prepared: at run time a verb costs no query building. The query is built
 * with a placeholder for every value; compiling it tells in which order the database wants them.
 */
import type { CompiledQuery } from 'kysely';

export type Value = string | number | null;

export type Compiled<P> = { readonly text: string; readonly values: (params: P) => Value[] };

/** `P`: its parameters by name; `R`: a row it answers. */
export type Statement<P, R> = {
  readonly name: string;
  readonly compiled: () => Compiled<P>;
  /** Never there; carries the type. */
  readonly row?: R;
};

const parameter = Symbol('parameter');

/** Declares a statement; it is compiled at its first use, so that starting costs nothing. `undefined` is bound as NULL. */
export function statement<P extends object>(name: string): <R>(build: (params: P) => { compile(): CompiledQuery<R> }) => Statement<P, R> {
  return (build) => {
    let compiled: Compiled<P> | undefined;
    return {
      name,
      compiled: () => {
        compiled ??= compile<P>(build(placeholders<P>()).compile());
        return compiled;
      },
    };
  };
}

function placeholders<P extends object>(): P {
  const named = new Proxy({}, { get: (_, name) => ({ [parameter]: name }) });
  // The builder only carries the values along, so a placeholder may stand where a value of P's type will be.
  return named as P;
}

function compile<P extends object>({ sql, parameters }: { sql: string; parameters: readonly unknown[] }): Compiled<P> {
  const names = parameters.map(nameOf);
  const constants = parameters.map((value) => (nameOf(value) === undefined ? (value as Value) : null));
  return {
    text: sql,
    values: (params) => {
      const given = params as Readonly<Record<string, Value | undefined>>;
      return names.map((name, index) => (name === undefined ? (constants[index] ?? null) : (given[name] ?? null)));
    },
  };
}

function nameOf(value: unknown): string | undefined {
  return typeof value === 'object' && value !== null && parameter in value ? String(value[parameter]) : undefined;
}
