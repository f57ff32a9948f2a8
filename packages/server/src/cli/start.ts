/** symbolon start: the server of a configuration file. */
import { format } from '../config/finding.ts';
import { type FileOption, loadFile } from './load.ts';
import { serve } from './serve.ts';

export async function start(options: FileOption): Promise<void> {
  const { config, pending } = await loadFile(options);
  if (pending.length > 0) process.stderr.write(`Not yet in effect in ${options.config}:\n${format(pending, options.config)}\n`);
  await serve(config, process.env.SYMBOLON_LOG_LEVEL ?? 'info', (url) => {
    const issuers = config.tenants.map(({ id, settings }) => `  ${id}  ${settings.issuer}\n`).join('');
    process.stdout.write(`Symbolon listens on ${url}\n${issuers}`);
  });
}
