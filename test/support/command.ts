/**
 * A command of the command line inside the test process, in a folder of the caller's: all that the program does but the second it takes to start
 * one. For what a command does beside servers that are processes; how the program itself begins and ends is shown with `process.ts`.
 */
import { runCommand } from '../../packages/server/src/cli/program.ts';

export type CommandResult = { readonly code: number; readonly output: string };

let before: Promise<unknown> = Promise.resolve();

/** Answers exit code and output, standard output and error as they came. One at a time: the folder and both outputs are the process's. */
export function command(directory: string, args: readonly string[]): Promise<CommandResult> {
  const result = before.then(() => runIn(directory, args));
  before = result.catch(() => undefined);
  return result;
}

async function runIn(directory: string, args: readonly string[]): Promise<CommandResult> {
  const [home, outputs] = [process.cwd(), [process.stdout, process.stderr].map((stream) => ({ stream, write: stream.write }))];
  let output = '';
  const keep = (chunk: unknown) => {
    output += String(chunk);
    return true;
  };
  process.chdir(directory);
  for (const { stream } of outputs) stream.write = keep;
  try {
    const code = await runCommand(args);
    return { code, output };
  } finally {
    for (const { stream, write } of outputs) stream.write = write;
    process.chdir(home);
  }
}
