/** Every check beyond the shape, each on its own: one mistake hides no other. */
import type { Draft, File } from '../schema.ts';
import { checkCertificates } from './certificates.ts';
import { checkClaims } from './claims.ts';
import { checkClients } from './clients.ts';
import { forEach, type Report } from './report.ts';
import { checkResources } from './resources.ts';
import { checkScopes } from './scopes.ts';
import { checkServer } from './server.ts';
import { checkTenants } from './tenants.ts';
import { checkUpstreams } from './upstreams.ts';
import { checkUsers } from './users.ts';

/** `baseDirectory`: what relative paths in the file are relative to. */
export function checkFile(file: Draft<File>, baseDirectory: string, report: Report): void {
  checkServer(file, report);
  checkCertificates(file, baseDirectory, report);
  checkTenants(file, report);
  forEach(file.tenants, report, 'tenants', (tenant, at) => {
    for (const check of [checkScopes, checkClaims, checkUsers, checkClients, checkResources, checkUpstreams]) check(tenant, at);
  });
}
