/** The configuration of a command, or the report of its mistakes and exit code 1. */
import { format } from '../config/finding.ts';
import { load } from '../config/load.ts';

export type FileOption = { readonly config: string };

/** The file, applied nowhere yet. Ends the process when it has mistakes. */
export async function loadOrExit({ config: file }: FileOption) {
  const loaded = await load(file, process.env);
  if (loaded.ok) return loaded;
  process.stderr.write(`${format(loaded.findings, file)}\n`);
  process.exit(1);
}

/** Everything on standard input, without the line end. */
export async function readStandardInput(): Promise<string> {
  let text = '';
  for await (const chunk of process.stdin.setEncoding('utf8')) text += chunk;
  return text.replace(/\r?\n$/, '');
}

/** Says what is wrong and ends the process. */
export function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
