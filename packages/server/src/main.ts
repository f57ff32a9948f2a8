/** The command line. Each command is a file in cli/. */
import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { Command } from 'commander';
import { check } from './cli/check.ts';
import { clientCommands } from './cli/client.ts';
import { dev } from './cli/dev.ts';
import { reasonOf } from './cli/failure.ts';
import { keyCommands } from './cli/keys.ts';
import { start } from './cli/start.ts';
import { upstreamCommands } from './cli/upstream.ts';
import { userCommands } from './cli/user.ts';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };
const program = new Command('symbolon').description('An OpenID Connect identity platform').version(version).showHelpAfterError();
const file = ['-c, --config <file>', 'the configuration file', 'symbolon.yaml'] as const;

program
  .command('start')
  .description('start the server of a configuration file')
  .option(...file)
  .action(start);
program
  .command('check')
  .description('check a configuration file and report all mistakes')
  .option(...file)
  .action(check);
program
  .command('dev')
  .description('start a server to try things with: two people, one application, no file needed')
  .option('-p, --port <port>', 'the port on 127.0.0.1', '4000')
  .option('--app-port <port>', 'the port of the application on 127.0.0.1', '5000')
  .option('-d, --data <folder>', 'where the database is kept', '.symbolon')
  .action(dev);
userCommands(program.command('user').description('the people of a tenant'), file);
upstreamCommands(program.command('upstream').description('the identity providers that people of a tenant come from'), file);
clientCommands(program.command('client').description('the applications of a tenant'), file);
keyCommands(program.command('keys').description('the signing keys of a tenant'), file);

try {
  await program.parseAsync();
} catch (error) {
  const withStack = ['debug', 'trace'].includes(process.env.SYMBOLON_LOG_LEVEL ?? '');
  process.stderr.write(`${withStack ? inspect(error) : reasonOf(error)}\n`);
  process.exitCode = 1;
}
