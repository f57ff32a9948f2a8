/** The configuration a command works with. */
import { format } from '../config/finding.ts';
import { load } from '../config/load.ts';

export type FileOption = { readonly config: string };

/** The file, applied nowhere yet. Throws the report of its mistakes. */
export async function loadFile({ config: file }: FileOption) {
  const loaded = await load(file, process.env);
  if (loaded.ok) return loaded;
  throw new Error(format(loaded.findings, file));
}
