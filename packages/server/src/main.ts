/** The program: the command line of this process. */
import { runCommand } from './cli/program.ts';

process.exitCode = await runCommand(process.argv.slice(2));
