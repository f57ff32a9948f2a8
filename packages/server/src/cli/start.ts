/** symbolon start: the server of a configuration file. */
import { format } from '../config/finding.ts';
import { type FileOption, fail, loadOrExit } from './load.ts';
import { serve, startFailure } from './serve.ts';

export async function start(options: FileOption): Promise<void> {
  const { config, pending } = await loadOrExit(options);
  if (pending.length > 0) process.stderr.write(`Not yet in effect in ${options.config}:\n${format(pending, options.config)}\n`);
  try {
    await serve(config, (url) => {
      const issuers = config.tenants.map((tenant) => `  ${tenant.id}  ${tenant.issuer}\n`).join('');
      process.stdout.write(`Symbolon listens on ${url}\n${issuers}`);
    });
  } catch (error) {
    fail(startFailure(error, config.server.listen));
  }
}
