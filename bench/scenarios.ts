/** The scenarios: each prepares what it needs and answers one operation, which a worker repeats. */
import { authorize, cookieOf, expectStatus, type Metadata, redeem, refreshTokenOf, rotate, signIn, signInThrough } from './flow.ts';
import { clientHeaders, type Send } from './http.ts';
import { signedFlow } from './signed.ts';
import { machineClient, machineScope, plainClient, type RunningTarget, refreshClient, workers } from './target.ts';

export type World = {
  readonly send: Send;
  readonly metadata: Metadata;
  readonly upstream: RunningTarget['upstream'];
  /** Cookie header of one signed-in browser for each worker. */
  readonly cookies: readonly string[];
};

export type Operation = (worker: number) => Promise<unknown>;

export type Scenario = {
  readonly name: string;
  /** Undefined when the target has no such endpoint. */
  readonly prepare: (world: World) => Promise<Operation | undefined>;
};

function cookieFor({ cookies }: World, worker: number): string {
  return cookies[worker] ?? '';
}

async function accessToken({ send, metadata, cookies: [cookie = ''] }: World): Promise<string> {
  return (await redeem(send, metadata, plainClient, await authorize(send, metadata, plainClient, cookie))).access_token;
}

export const scenarios: readonly Scenario[] = [
  {
    name: 'discovery',
    prepare: async ({ send, metadata }) => {
      const url = `${metadata.issuer}/.well-known/openid-configuration`;
      return async () => expectStatus(await send('GET', url), 200);
    },
  },
  {
    name: 'jwks',
    prepare:
      async ({ send, metadata }) =>
      async () =>
        expectStatus(await send('GET', metadata.jwks_uri), 200),
  },
  {
    name: 'client_credentials, opaque',
    prepare: async ({ send, metadata }) => {
      const body = new URLSearchParams({ grant_type: 'client_credentials', scope: machineScope }).toString();
      const headers = clientHeaders(machineClient);
      return async () => expectStatus(await send('POST', metadata.token_endpoint, headers, body), 200);
    },
  },
  {
    name: 'introspection',
    prepare: async (world) => {
      const { introspection_endpoint: url } = world.metadata;
      if (url === undefined) return undefined;
      const body = new URLSearchParams({ token: await accessToken(world) }).toString();
      // By the client it was issued to: about others' tokens a server may say nothing, which is quick.
      const headers = clientHeaders(plainClient);
      return async () => {
        const { body: answer } = expectStatus(await world.send('POST', url, headers, body), 200);
        if (!answer.includes('"active":true')) throw new Error(`not active: ${answer}`);
      };
    },
  },
  {
    name: 'userinfo',
    prepare: async (world) => {
      const headers = { authorization: `Bearer ${await accessToken(world)}` };
      return async () => expectStatus(await world.send('GET', world.metadata.userinfo_endpoint, headers), 200);
    },
  },
  {
    name: 'code flow on a live session',
    prepare: async (world) => {
      const { send, metadata } = world;
      return async (worker) => redeem(send, metadata, plainClient, await authorize(send, metadata, plainClient, cookieFor(world, worker)));
    },
  },
  {
    name: 'code flow + refresh token',
    prepare: async (world) => {
      const { send, metadata } = world;
      return async (worker) => {
        const code = await authorize(send, metadata, refreshClient, cookieFor(world, worker));
        refreshTokenOf(await redeem(send, metadata, refreshClient, code));
      };
    },
  },
  {
    name: 'PAR + JARM + private_key_jwt code flow',
    prepare: async (world) => {
      const flow = signedFlow(world.send, world.metadata);
      return flow && ((worker) => flow(cookieFor(world, worker)));
    },
  },
  {
    name: 'refresh rotation',
    prepare: async (world) => {
      const { send, metadata } = world;
      const held = await Promise.all(
        Array.from({ length: workers }, async (_, worker) => {
          const code = await authorize(send, metadata, refreshClient, cookieFor(world, worker));
          return refreshTokenOf(await redeem(send, metadata, refreshClient, code));
        }),
      );
      return async (worker) => {
        held[worker] = await rotate(send, metadata, refreshClient, held[worker] ?? '');
      };
    },
  },
  {
    name: 'cold login',
    prepare:
      async ({ send, metadata }) =>
      async (worker) =>
        redeem(send, metadata, plainClient, (await signIn(metadata, plainClient, worker)).code),
  },
  {
    // No password to hash, and three requests to the upstream, whose own work is not counted.
    name: 'cold login through an upstream',
    prepare: async ({ send, metadata, upstream }) =>
      upstream && (async () => redeem(send, metadata, plainClient, await signInThrough(metadata, plainClient, upstream))),
  },
];

/** Reads discovery, and nobody is signed in. */
export async function openEmptyWorld(send: Send, { issuer, upstream }: RunningTarget): Promise<World> {
  const metadata = JSON.parse(expectStatus(await send('GET', `${issuer}/.well-known/openid-configuration`), 200).body) as Metadata;
  return { send, metadata, upstream, cookies: [] };
}

/** Reads discovery and signs one browser in for each worker. */
export async function openWorld(send: Send, target: RunningTarget): Promise<World> {
  const world = await openEmptyWorld(send, target);
  const cookies: string[] = [];
  for (let worker = 0; worker < workers; worker++) cookies.push(await signedInCookie(world, worker));
  return { ...world, cookies };
}

async function signedInCookie({ metadata }: World, worker: number): Promise<string> {
  return cookieOf((await signIn(metadata, plainClient, worker)).agent, metadata);
}
