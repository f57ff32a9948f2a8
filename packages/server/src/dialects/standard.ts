/** The standard dialect: what the specifications say, where they leave it to us. Nothing is put around the core. */
import type { Dialect } from '../dialect.ts';

export const standard: Dialect = { paths: () => ({}), alsoAt: () => [], unsaid: { lifetimes: {} }, spelling: {} };
