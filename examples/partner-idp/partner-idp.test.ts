/** The two files of the example fit each other. */
import { readFile } from 'node:fs/promises';
import { afterAll, expect, it } from 'vitest';
import { createAgent } from '../../test/support/http-agent.ts';
import { textOf } from '../../test/support/hub.ts';
import { freePort } from '../../test/support/process.ts';
import { startSymbolon } from '../../test/support/symbolon.ts';

const close: (() => Promise<unknown>)[] = [];
afterAll(() => Promise.all(close.map((each) => each())));

it('O2-10: Carol follows the link in the partner’s tool and lands at home', async () => {
  const [hubPort, partnerPort] = [await freePort(), await freePort()];
  const read = async (name: string) => {
    const text = await readFile(new URL(name, import.meta.url), 'utf8');
    return text.replaceAll('127.0.0.1:4100', `127.0.0.1:${partnerPort}`).replaceAll('127.0.0.1:4000', `127.0.0.1:${hubPort}`);
  };
  const partner = await startSymbolon({ yaml: await read('partner.yaml'), port: partnerPort });
  const hub = await startSymbolon({ yaml: await read('hub.yaml'), port: hubPort });
  close.push(partner.close, hub.close);
  const [atHub, atPartner] = [createAgent(hub.issuer), createAgent(partner.issuer)];
  const gone = await atHub.get('/auth/oidc/owner/flex_partner/17/redirect');
  const fields = { username: 'carol', password: 'carol likes bikes' };
  const back = await atPartner.submit(await atPartner.get(gone.location ?? ''), { button: 'login-submit', fields });
  const home = await atHub.get(back.location ?? '');
  expect([new URL(home.url).pathname, textOf(home, 'home-account')]).toEqual(['/home', 'Carol Clerk']);
});
