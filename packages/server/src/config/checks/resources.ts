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
  forEach(resources, report, 'resources', ({ id, client_id, clients: allowed = [] }, at) => {
    if (id !== undefined && (!/^[a-z][a-z0-9+.-]*:[\x21-\x7e]+$/i.test(id) || id.includes('#')))
      at(['id'], 'must be an absolute URI without a fragment (RFC 8707)', 'write for example https://api.example.com');
    allowed.forEach((name, index) => {
      // The command line registers clients too, so a name that is like none here may be right; a wrong one lets nobody in.
      const near = name === undefined || known.includes(name) ? undefined : nearest(name, known);
      if (near !== undefined && complete) at(['clients', index], 'is no client of this tenant', `did you mean \`${near}\`?`);
    });
    if (client_id === undefined || !complete || known.includes(client_id)) return;
    const near = nearest(client_id, known);
    at(['client_id'], 'is no client of this tenant', near ? `did you mean \`${near}\`?` : 'add the client, or name one that is there');
  });
}
