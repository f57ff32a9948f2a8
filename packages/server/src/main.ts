/** The program: the command line of this process. */
import { runCommand } from './cli/program.ts';

const code = await runCommand(process.argv.slice(2));
// A command that did its work may have found something wrong by it, and said so here already.
if (code !== 0) process.exitCode = code;
