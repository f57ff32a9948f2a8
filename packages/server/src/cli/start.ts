/** symbolon start: the server of a configuration file. */
import { format } from '../config/finding.ts';
import { type FileOption, loadFile } from './load.ts';
import { serve } from './serve.ts';

export async function start(options: FileOption): Promise<void> {
  const { config, pending } = await loadFile(options);
  if (pending.length > 0) process.stderr.write(`Not yet in effect in ${options.config}:\n${format(pending, options.config)}\n`);
  await serve(config, process.env.SYMBOLON_LOG_LEVEL ?? 'info', (url) => {
    // Standard output is the log, one JSON object a line.
    process.stderr.write(
      `Symbolon listens on ${url}\n${config.tenants.map(({ id, settings }) => reach(id, settings.issuer, url)).join('')}`,
    );
  });
}

/** A tenant answers at its issuer's address only, which may be a proxy's. */
function reach(id: string, issuer: string, url: string): string {
  const proxied = new URL(issuer).origin === url ? '' : '  (through a proxy that keeps the Host header)';
  return `  ${id}  ${issuer}${proxied}\n`;
}
