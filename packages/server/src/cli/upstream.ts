/**
 * symbolon upstream: list, test, links, unlink. What a partner has to be told, everything that can be checked before the first person tries, and
 * who is known there as whom.
 */
import { type Event, urlOf } from '@symbolon/provider';
import type { Command } from 'commander';
import { type Finding, inspectUpstream } from '../broker/inspect.ts';
import { createJudge } from '../outbound/address.ts';
import { createFetch } from '../outbound/fetch.ts';
import type { Tenant } from '../tenant.ts';
import type { UpstreamConfig } from '../upstream.ts';
import { type TenantOption, tenantCommands, withTenant } from './tenant.ts';
import { findUser } from './user.ts';

export function upstreamCommands(program: Command, file: readonly [string, string, string]): void {
  const command = tenantCommands(program, file);
  command('list', 'list the upstreams').action(list);
  command('test <id>', 'fetch what an upstream says of itself and check it; signs nobody in').action(test);
  command('links <username>', 'list where a person may come from').action(links);
  command(
    'unlink <username> <id>',
    'end that a person may come from an upstream, take back its groups and roles, and end her sessions that came from there',
  ).action(unlink);
}

async function list(options: TenantOption): Promise<void> {
  await withTenant(options, async ({ upstreams }) => {
    for (const { id, name, enabled } of upstreams) process.stdout.write(`${id}\t${enabled ? 'enabled' : 'disabled'}\t${name}\n`);
  });
}

async function links(username: string, options: TenantOption): Promise<void> {
  await withTenant(options, async (tenant) => {
    const { sub } = await findUser(tenant, username);
    for (const { upstream, issuer, subject, origin } of await tenant.store.identities.list(sub))
      process.stdout.write(`${upstream}\t${issuer}\t${subject}\t${origin}\n`);
  });
}

async function unlink(username: string, id: string, options: TenantOption): Promise<void> {
  await withTenant(options, async (tenant) => {
    const { op, store } = tenant;
    const { sub } = await findUser(tenant, username);
    const identities = (await store.identities.list(sub)).filter(({ upstream }) => upstream === id);
    if (identities.length === 0) throw new Error(`${username} is not linked with ${id}`);
    for (const identity of identities) {
      if (await store.identities.unlink(sub, identity, op.now())) op.emit({ type: 'identity.unlinked', upstream: id, sub });
    }
    process.stdout.write(`unlinked ${username} from ${id}\n`);
  });
}

const marks: Readonly<Record<Finding['level'], string>> = { good: 'good ', note: 'note ', wrong: 'WRONG' };

async function test(id: string, options: TenantOption): Promise<void> {
  await withTenant(options, async (tenant, config) => {
    const upstream = tenant.upstreams.find((each) => each.id === id);
    if (upstream === undefined)
      throw new Error(`there is no upstream ${id}; the tenant has ${tenant.upstreams.map((each) => each.id).join(', ') || 'none'}`);
    const redirectUri = redirectUriOf(tenant, upstream);
    process.stdout.write(toTell(tenant, upstream, redirectUri));
    // The guarded fetch tells its callers nothing of what is out there; here the caller is the operator.
    const fetch = createFetch({
      judge: createJudge(config.server.outbound.allow),
      emit: tellWhy,
      ...(upstream.tls && { partner: upstream.tls }),
    });
    const findings = await inspectUpstream(upstream, { fetch, redirectUri, now: tenant.op.now, keys: tenant.op.keys });
    for (const { level, text, fix } of findings)
      process.stdout.write(`${marks[level]}  ${text}\n${fix === undefined ? '' : `       ${fix}\n`}`);
    if (findings.some(({ level }) => level === 'wrong')) process.exitCode = 1;
  });
}

function tellWhy(event: Event): void {
  if (event.type === 'outbound.refused' || event.type === 'outbound.failed') process.stdout.write(`       ${event.url}: ${event.reason}\n`);
}

function redirectUriOf({ op }: Tenant, { id, connection }: UpstreamConfig): string {
  const callback = `${op.settings.issuer}/auth/oidc/callback`;
  return connection.connector === 'oauth2' ? `${callback}/${id}` : callback;
}

function toTell(
  { op }: Tenant,
  { id, client_id, owner, token_endpoint_auth_method: method, ...upstream }: UpstreamConfig,
  redirectUri: string,
): string {
  const below = `${op.settings.issuer}/auth/oidc`;
  const start = owner === undefined ? '' : `start link     ${op.settings.issuer}/auth/oidc/owner/${owner.type}/${owner.id}/redirect\n`;
  const keys = method === 'private_key_jwt' ? `our keys       ${urlOf(op.settings, 'jwks')}\n` : '';
  const signOuts = [
    ...(upstream.connection.connector === 'oidc' ? [`back-channel logout URI       ${below}/backchannel-logout/${id}\n`] : []),
    ...(upstream.frontChannelLogout ? [`front-channel logout URI      ${below}/frontchannel-logout/${id}\n`] : []),
    ...(upstream.logout === 'rp-initiated' ? [`post-logout redirect URI      ${below}/signed-out\n`] : []),
  ];
  return `tell the partner\nredirect URI   ${redirectUri}\nclient id      ${client_id}\n${keys}${start}${signOuts.join('')}\n`;
}
