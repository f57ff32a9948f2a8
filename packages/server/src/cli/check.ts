/** symbolon check: all mistakes of a file at once, or that there are none, what is accepted but not in effect yet, and what we would not ask. */
import type { Config } from '../config/config.ts';
import { type Finding, format, inOrder } from '../config/finding.ts';
import type { Asked } from '../config/load.ts';
import { createJudge } from '../outbound/address.ts';
import { resolveName, wayTo } from '../outbound/way.ts';
import { reasonOf } from './failure.ts';
import { type FileOption, loadFile } from './load.ts';

export async function check(options: FileOption): Promise<void> {
  const { config, pending, asked } = await loadFile(options);
  const clients = config.tenants.reduce((sum, tenant) => sum + tenant.clients.length, 0);
  const users = config.tenants.reduce((sum, tenant) => sum + tenant.users.length, 0);
  process.stdout.write(`${options.config}: no mistakes. ${config.tenants.length} tenants, ${clients} clients, ${users} users.\n`);
  if (pending.length > 0) process.stdout.write(`\nNot yet in effect:\n${format(pending, options.config)}\n`);
  const refused = await refusedOf(config, asked);
  if (refused.length > 0) process.stdout.write(`\nThe server would not ask:\n${format(refused, options.config)}\n`);
}

/** As the guard would judge now, on this machine: names are looked up, nothing is connected to. */
async function refusedOf(config: Config, asked: readonly Asked[]): Promise<readonly Finding[]> {
  const judge = createJudge(config.server.outbound.allow);
  const reasons = await Promise.all(
    asked.map(({ url }) => wayTo(url, judge, resolveName).then((way) => ('refused' in way ? way.refused : undefined), reasonOf)),
  );
  return inOrder(asked.flatMap(({ line, column, path }, index) => finding({ line, column, path }, reasons[index])));
}

function finding(place: Pick<Finding, 'line' | 'column' | 'path'>, reason: string | undefined): readonly Finding[] {
  return reason === undefined ? [] : [{ ...place, message: reason, fix: 'if it is yours, add its address to server.outbound.allow' }];
}
