/** The example as a person uses it: by way of our own provider, and of one that is not ours. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clients, signInAndConsent } from '../../test/support/client.ts';
import { createAgent } from '../../test/support/http-agent.ts';
import { freePort } from '../../test/support/process.ts';
import { type ScriptedProvider, startScriptedProvider } from '../../test/support/scripted-provider.ts';
import { exampleConfiguration, startSymbolon, type TestServer } from '../../test/support/symbolon.ts';
import { startApplication } from './application.ts';

let own: TestServer;
let other: ScriptedProvider;
let application: Awaited<ReturnType<typeof startApplication>>;

beforeAll(async () => {
  const port = await freePort();
  own = await startSymbolon({ yaml: (await exampleConfiguration()).replaceAll('127.0.0.1:5000', `127.0.0.1:${port}`) });
  other = await startScriptedProvider({ sub: '<b>x</b>' });
  const { client_id, client_secret } = clients.web;
  application = await startApplication({
    port,
    secret: '0123456789abcdef0123456789abcdef',
    providers: {
      own: { issuer: own.issuer, client_id, client_secret, scope: 'openid profile email', claims: { email: { to: 'mail' } } },
      other: { issuer: other.issuer, client_id: 'kit', client_secret: 'a secret of /+= the partner' },
    },
  });
});

afterAll(async () => {
  await application?.close();
  await own?.close();
  await other?.close();
});

describe('many providers', () => {
  it('signs Alice in at our provider, and knows her mail', async () => {
    const agent = createAgent(application.url);
    const [provider, link] = [createAgent(own.issuer), await agent.get('/auth/login/own')];
    const back = await signInAndConsent(provider, await provider.get(link.location ?? ''));
    const page = await agent.get(back.location ?? '');
    expect(page.text).toContain('<dt>mail<dd>&#34;alice@example.test&#34;');
    const gone = await agent.submit(page, { button: 'logout' });
    expect(gone.location).toMatch(`${own.issuer}/logout?`);
    expect((await agent.get('/')).text).toContain('id="login-own"');
  });

  it('signs somebody in at another provider, and shows what it says as text', async () => {
    const agent = createAgent(application.url);
    const page = await agent.get(await other.visit((await agent.get('/auth/login/other')).location ?? ''));
    expect(page.text).toContain('&#60;b&#62;x&#60;/b&#62; of');
  });
});
