/** Ours: the built program, started as an operator starts it. */
import { randomBytes } from 'node:crypto';
import { stringify } from 'yaml';
import { asKit } from '../../test/support/hub.ts';
import { type ScriptedProvider, startScriptedProvider } from '../../test/support/scripted-provider.ts';
import { signedJwks } from '../signed.ts';
import {
  machineClient,
  machineScope,
  person,
  plainClient,
  redirect_uri,
  refreshClient,
  scope,
  signedClient,
  type Target,
  usernames,
} from '../target.ts';
import { type Place, startTarget } from './run.ts';

const name = 'symbolon';

export const symbolon: Target = {
  name,
  start: async (store) => {
    const upstream = await startScriptedProvider({ userinfo: { name: person.name } });
    // Only PostgreSQL asks for it: beside SQLite the server makes a key file of its own.
    const env = { SYMBOLON_MASTER_KEY: randomBytes(32).toString('base64') };
    const running = await startTarget(name, store, (place) => ({ config: configuration(place, upstream), env }));
    const stop = async () => {
      await running.stop();
      await upstream.close();
    };
    return { ...running, upstream: { id: upstreamId, visit: upstream.visit }, stop };
  },
};

const upstreamId = 'bench';

function configuration({ port, issuer, database }: Place, upstream: ScriptedProvider): string {
  const { name: fullName, password, email } = person;
  const claims = { name: fullName, email, email_verified: true };
  const application = { redirect_uris: [redirect_uri], scope };
  return stringify({
    server: { listen: `127.0.0.1:${port}`, outbound: { allow: ['127.0.0.1/32'] } },
    database,
    tenants: [
      {
        id: 'main',
        issuer,
        name: 'Bench',
        signing: ['RS256'],
        upstreams: [{ id: upstreamId, discovery: upstream.issuer, ...asKit, scope }],
        users: usernames.map((username) => ({ username, password, claims })),
        clients: [
          { ...plainClient, ...application, policy: { consent: 'implicit', refreshToken: 'never' } },
          { ...refreshClient, ...application, policy: { consent: 'implicit', refreshToken: 'always' } },
          {
            ...signedClient,
            ...application,
            token_endpoint_auth_method: 'private_key_jwt',
            jwks: signedJwks,
            require_pushed_authorization_requests: true,
            policy: { consent: 'implicit', refreshToken: 'never' },
          },
          { ...machineClient, grant_types: ['client_credentials'], scope: machineScope },
        ],
      },
    ],
  });
}
