/**
 * Our server inside the test process, on a real socket and a database of its own, with a clock the test can move. Starts on the example
 * configuration, so that what the tests say holds for the file an operator begins with.
 */
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { type Config, createLogger, parse, start } from 'symbolon';
import { freePort } from './process.ts';

const example = fileURLToPath(new URL('../../examples/symbolon.yaml', import.meta.url));

export type TestServer = {
  /** http://127.0.0.1:PORT, the issuer of the tenant `main`. */
  readonly issuer: string;
  readonly config: Config;
  readonly tenants: Awaited<ReturnType<typeof start>>['tenants'];
  /** Moves the server's clock, in seconds. */
  readonly advance: (seconds: number) => void;
  readonly close: () => Promise<void>;
};

export type TestServerOptions = {
  /** Instead of the example file: a YAML text with 4000 as the port. */
  readonly yaml?: string;
  /** Instead of the quiet one. */
  readonly logger?: ReturnType<typeof createLogger>;
  /** Instead of a database in memory. */
  readonly database?: string;
  /** Instead of a free one: where somebody else has to know it first. */
  readonly port?: number;
};

/** The text of the example configuration. */
export function exampleConfiguration(): Promise<string> {
  return readFile(example, 'utf8');
}

/** Starts a server. Throws with the findings when the configuration has mistakes. */
export async function startSymbolon(options: TestServerOptions = {}): Promise<TestServer> {
  const port = options.port ?? (await freePort());
  const yaml = (options.yaml ?? (await exampleConfiguration()))
    // Not the beginning of a longer port: a partner of the test may listen at 40001.
    .replaceAll(/127\.0\.0\.1:4000(?!\d)/g, `127.0.0.1:${port}`)
    .replace(/^database: \S+/m, `database: "${options.database ?? 'sqlite::memory:'}"`);
  const loaded = parse(yaml, { baseDirectory: tmpdir(), env: {} });
  if (!loaded.ok) throw new Error(loaded.findings.map(({ line, path, message }) => `${line} ${path}: ${message}`).join('\n'));
  // Development aid: SYMBOLON_LOG_LEVEL=info shows what the server says.
  const logger = options.logger ?? createLogger(process.env.SYMBOLON_LOG_LEVEL ?? 'fatal');
  let offset = 0;
  const server = await start(loaded.config, logger, () => Math.floor(Date.now() / 1000) + offset);
  return {
    issuer: server.url,
    config: loaded.config,
    tenants: server.tenants,
    advance: (seconds) => {
      offset += seconds;
    },
    close: server.close,
  };
}
