/** Claim mappers of a tenant and of its clients: every row has what its source needs and no more, and writes only where it may. */
import { isEmpty, type Json, parseJsonPath, parseTarget, standardScopeClaims, targetFault } from '@symbolon/provider';
import { nearest } from '../nearest.ts';
import type { Draft, FileMapper, FileTenant } from '../schema.ts';
import { forEach, type Report } from './report.ts';

/** What each source needs beside it, and what may stand beside it. */
const details: Readonly<Record<string, { readonly needs?: 'claim' | 'path' | 'value'; readonly takes: readonly string[] }>> = {
  claim: { needs: 'claim', takes: ['claim'] },
  path: { needs: 'path', takes: ['path'] },
  value: { needs: 'value', takes: ['value'] },
  groups: { takes: ['prefix', 'cutPrefix'] },
  roles: { takes: ['prefix', 'cutPrefix'] },
  sub: { takes: [] },
  username: { takes: [] },
  scopes: { takes: [] },
};
const anyDetail = ['claim', 'path', 'value', 'prefix', 'cutPrefix'];

const mostMappers = 100;

export function checkClaims(tenant: Draft<FileTenant>, report: Report): void {
  const scopes = scopesOf(tenant);
  checkMappers(tenant.claims, scopes, report);
  forEach(tenant.clients, report, 'clients', (client, at) => checkMappers(client.claims, scopes, at));
}

function checkMappers(mappers: Draft<FileTenant>['claims'], scopes: readonly string[] | undefined, report: Report): void {
  if (mappers !== undefined && mappers.length > mostMappers)
    report(['claims'], `has more than ${mostMappers} mappers`, 'leave out what nobody reads: each costs time at every token');
  forEach(mappers, report, 'claims', (mapper, at) => {
    checkScope(mapper, scopes, at);
    if (Object.hasOwn(mapper, 'audience')) checkAudience(mapper, at);
    else {
      checkTarget(mapper, at);
      checkSource(mapper, at);
    }
  });
}

/** Every scope that somebody here may be granted; undefined while some of them cannot be read. */
function scopesOf(tenant: Draft<FileTenant>): readonly string[] | undefined {
  const defined = (tenant.scopes ?? []).map((scope) => scope?.name);
  const asked = (tenant.clients ?? []).flatMap((client) => (client?.scope ?? '').split(/\s+/).filter((name) => name !== ''));
  const readable = defined.filter((name) => name !== undefined);
  const complete = readable.length === defined.length && (tenant.scopes !== undefined || !Object.hasOwn(tenant, 'scopes'));
  return complete ? [...Object.keys(standardScopeClaims), ...readable, ...asked] : undefined;
}

function checkScope({ scope }: Draft<FileMapper>, scopes: readonly string[] | undefined, report: Report): void {
  if (scope === undefined || scopes === undefined || scopes.includes(scope)) return;
  const near = nearest(scope, scopes);
  report(
    ['scope'],
    'is a scope that nobody here is granted',
    near ? `did you mean \`${near}\`?` : "add it to the tenant's scopes, or remove it",
  );
}

function checkAudience(mapper: Draft<FileMapper>, report: Report): void {
  for (const key of ['to', 'from', 'into', ...anyDetail].filter((name) => Object.hasOwn(mapper, name)))
    report([key], 'does not go with audience', 'remove it, or write an entry of its own for it');
  mapper.audience?.forEach((audience, index) => {
    if (audience !== undefined && !/^[\x21-\x7e]{1,255}$/.test(audience))
      report(['audience', index], 'must be 1 to 255 visible ASCII characters', 'write for example https://api.example.com');
  });
}

function checkTarget(mapper: Draft<FileMapper>, report: Report): void {
  if (!Object.hasOwn(mapper, 'to')) report(['to'], 'to is missing: the name under which the claim leaves', 'add to: ...');
  const fault = mapper.to === undefined ? undefined : targetFault(parseTarget(mapper.to));
  if (fault !== undefined) report(['to'], fault, 'give it another name');
}

function checkSource(mapper: Draft<FileMapper>, report: Report): void {
  if (!Object.hasOwn(mapper, 'from'))
    report(['from'], 'from is missing: what the claim is made of', `write one of ${Object.keys(details).join(', ')}`);
  const { from } = mapper;
  const row = from === undefined ? undefined : details[from];
  if (from === undefined || row === undefined) return;
  if (row.needs !== undefined && !Object.hasOwn(mapper, row.needs))
    report([row.needs], `is missing beside from: ${from}`, `add ${row.needs}: ...`);
  for (const key of anyDetail.filter((name) => Object.hasOwn(mapper, name) && !row.takes.includes(name)))
    report([key], `does not go with from: ${from}`, 'remove it, or choose another source');
  checkDetail(mapper, report);
}

function checkDetail({ from, path, value, prefix, cutPrefix }: Draft<FileMapper>, report: Report): void {
  if (from === 'path' && path !== undefined && parseJsonPath(path) === undefined)
    report(['path'], 'is not a path of names and numbers', "write for example $.department.units[0]['cost centre']");
  if (from === 'value' && value !== undefined && isEmpty(value as Json))
    report(['value'], 'is empty, and what is empty is not sent', 'write a value, or remove the entry');
  if (cutPrefix === true && prefix === undefined) report(['cutPrefix'], 'has no prefix to cut', 'add prefix: ..., or remove it');
}
