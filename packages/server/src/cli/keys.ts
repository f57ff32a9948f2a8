/** symbolon keys: list, rotate, remove. The schedule rotates by itself; these are for the day somebody must not wait for it. */
import { type AsymmetricAlgorithm, asymmetricAlgorithms } from '@symbolon/provider';
import type { Command } from 'commander';
import { keysOf, schedule, unfollowed } from '../keys/rotation.ts';
import type { StoredKey } from '../store.ts';
import type { Tenant } from '../tenant.ts';
import { type TenantOption, tenantCommands, withTenant } from './tenant.ts';

type RotateOptions = TenantOption & { readonly alg?: string; readonly now?: boolean };

/** Seconds that running servers have to read a key before it signs. */
const atOnce = 5;

export function keyCommands(program: Command, file: readonly [string, string, string]): void {
  const command = tenantCommands(program, file);
  command('list', 'list the signing keys that are published').action(list);
  command('rotate', 'make new signing keys: published now, used in 25 hours, when clients know them')
    .option('--alg <algorithm>', `of one algorithm only: ${asymmetricAlgorithms.join(', ')}`)
    .option('--now', 'used in a few seconds: clients that keep key sets fail until they fetch them again')
    .action(rotate);
  command('remove <kid>', 'publish a key no more: what it signed counts no more').action(remove);
}

async function list(options: TenantOption): Promise<void> {
  await withTenant(options, async (tenant) => {
    for (const key of await signingKeys(tenant)) process.stdout.write(`${key.kid}\t${key.alg}\t${state(tenant, key)}\n`);
  });
}

function state({ op, keys }: Tenant, { kid, alg, usedFrom }: StoredKey): string {
  if (keys.keyRing.signing(alg as AsymmetricAlgorithm)?.kid === kid) return 'signs';
  return usedFrom > op.now() ? `signs from ${new Date(usedFrom * 1000).toISOString()}` : 'retired';
}

async function rotate(options: RotateOptions): Promise<void> {
  await withTenant(options, async (tenant) => {
    const { op, keys } = tenant;
    const chosen = op.settings.signing.filter((alg) => options.alg === undefined || options.alg === alg);
    if (chosen.length === 0)
      throw new Error(`the tenant does not sign with ${options.alg}; it signs with ${op.settings.signing.join(', ')}`);
    const usedFrom = op.now() + (options.now === true ? atOnce : schedule.publishedBefore);
    for (const alg of chosen) {
      const tail = unfollowed(keysOf(await tenant.store.keys.list(), alg));
      if (tail === undefined || !(await keys.follow(tail.kid, alg, usedFrom)))
        throw new Error(`the key of ${alg} was rotated by somebody else just now; see symbolon keys list`);
      process.stdout.write(`${alg}: a new key is published\n`);
    }
  });
}

async function remove(kid: string, options: TenantOption): Promise<void> {
  await withTenant(options, async (tenant) => {
    const key = (await signingKeys(tenant)).find((each) => each.kid === kid);
    if (key === undefined) throw new Error(`there is no signing key ${kid}`);
    if (state(tenant, key) === 'signs')
      throw new Error(`${kid} signs: make its successor first, with symbolon keys rotate --alg ${key.alg} --now`);
    await tenant.store.keys.remove(kid);
    process.stdout.write(`removed ${kid}\n`);
  });
}

async function signingKeys({ store, op }: Tenant): Promise<readonly StoredKey[]> {
  const keys = await store.keys.list();
  return [...new Set([...op.settings.signing, ...keys.map(({ alg }) => alg)])].flatMap((alg) => keysOf(keys, alg));
}
