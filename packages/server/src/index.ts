/** For programs that start the server themselves. */
export { type Server, start } from './compose.ts';
export type { Config } from './config/config.ts';
export { load, parse } from './config/load.ts';
export { createLogger } from './logger.ts';
