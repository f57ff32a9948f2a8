/** The APIs tokens are meant for (RFC 8707): ids, and the clients that introspect for them. */
import { nearest } from '../nearest.ts';
import type { Draft, FileTenant } from '../schema.ts';
import { forEach, type Report, reportRepeated } from './report.ts';

export function checkResources(tenant: Draft<FileTenant>, report: Report): void {
  const resources = tenant.resources ?? [];
  const clients = tenant.clients ?? [];
  const known = clients.map((client) => client?.client_id).filter((id) => id !== undefined);
  const complete = known.length === clients.length && (tenant.clients !== undefined || !Object.hasOwn(tenant, 'clients'));
  reportRepeated(
    resources.map((resource) => resource?.id),
    (index, first) => report(['resources', index, 'id'], `is the id of resources[${first}] already`, 'keep one of the two'),
  );
  forEach(resources, report, 'resources', ({ id, client_id }, at) => {
    if (id !== undefined && (!/^[a-z][a-z0-9+.-]*:[\x21-\x7e]+$/i.test(id) || id.includes('#')))
      at(['id'], 'must be an absolute URI without a fragment (RFC 8707)', 'write for example https://api.example.com');
    if (client_id === undefined || !complete || known.includes(client_id)) return;
    const near = nearest(client_id, known);
    at(['client_id'], 'is no client of this tenant', near ? `did you mean \`${near}\`?` : 'add the client, or name one that is there');
  });
}
