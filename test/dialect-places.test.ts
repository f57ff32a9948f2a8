/** Where endpoints of a dialect answer: beside the issuer, at the root of a host, and never in another tenant's place. */
import { afterEach, describe, expect, it } from 'vitest';
import { startSymbolon, type TestServer } from './support/symbolon.ts';

const origin = 'http://127.0.0.1:4000';

describe('places of dialects', () => {
  let server: TestServer | undefined;
  afterEach(() => server?.close());

  /** Starts tenants given as `dialect path`, and answers what is the issuer in the document at a path. */
  const start = async (...tenants: readonly string[]) => {
    const entries = tenants.map((tenant, index) => {
      const [dialect, path = ''] = tenant.split(' ');
      return `  - { id: t${index}, dialect: ${dialect}, issuer: "${origin}${path}", signing: [ES256] }`;
    });
    server = undefined;
    const yaml = `server: { listen: 127.0.0.1:4000 }\ndatabase: x\ntenants:\n${entries.join('\n')}\n`;
    server = await startSymbolon({ yaml });
    const base = server.issuer;
    return async (path: string) => {
      const response = await fetch(`${base}${path}`);
      return response.status === 200 ? String(((await response.json()) as { issuer: string }).issuer).slice(base.length) : response.status;
    };
  };
  const atRoot = '/.well-known/openid-configuration';

  it('AG-1: a tenant whose issuer is the host has discovery at the root, as its own', async () => {
    expect(await (await start('agate'))(atRoot)).toBe('');
  });

  it('AG-1: a tenant with the host to itself has discovery at the root too, whatever the path of its issuer', async () => {
    const issuerAt = await start('oneportal /id');
    expect([await issuerAt(atRoot), await issuerAt(`/id${atRoot}`)]).toEqual(['/id', '/id']);
  });

  it('the root belongs to the tenant whose issuer it is, and to nobody when two want it', async () => {
    expect(await (await start('standard', 'agate /a'))(atRoot)).toBe('');
    await server?.close();
    const issuerAt = await start('oneportal /id', 'agate /a');
    expect([await issuerAt(atRoot), await issuerAt(`/a${atRoot}`)]).toEqual([404, '/a']);
  });

  it('SW-1: Identify has its paths under /runtime and discovery there, whether the issuer says so or not', async () => {
    const issuerAt = await start('identify');
    expect([await issuerAt(atRoot), await issuerAt(`/runtime/oauth2${atRoot}`)]).toEqual(['', '']);
    const { token_endpoint, userinfo_endpoint } = (await (await fetch(`${server?.issuer}${atRoot}`)).json()) as Record<string, string>;
    expect([token_endpoint, userinfo_endpoint]).toEqual([
      `${server?.issuer}/runtime/oauth2/token.idp`,
      `${server?.issuer}/runtime/openidconnect/userinfo.idp`,
    ]);
    expect((await fetch(String(userinfo_endpoint))).status).toBe(401);
  });

  it('two tenants with an endpoint at one place: the server does not start, and says which', async () => {
    await expect(start('identify', 'identify /runtime/oauth2')).rejects.toThrow(/tenants t1 and t0 both have an endpoint at /);
  });
});
