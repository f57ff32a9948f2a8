/** The requests for developers in docs/integrate, sent as they stand: the .http files, and the Postman collections made of them. */
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fromAnswer, type HttpFile, readHttpFile } from '../scripts/http-file.ts';
import { collectionOf } from '../scripts/postman.ts';
import { answerOf, signInAndConsent } from './support/client.ts';
import { type Agent, createAgent } from './support/http-agent.ts';
import { startSymbolon, type TestServer } from './support/symbolon.ts';

const folder = fileURLToPath(new URL('../docs/integrate/', import.meta.url));
const names = globSync('*.http', { cwd: folder })
  .sort()
  .map((file) => file.replace(/\.http$/, ''));
const fileOf = (name: string) => readHttpFile(readFileSync(`${folder}${name}.http`, 'utf8'));

type Sent = { readonly method: string; readonly url: string; readonly headers: Record<string, string>; readonly body?: string };
type Answer = { readonly status: number; readonly body: Record<string, unknown> };
/** What is sent for a request, and what becomes of its answer, in either form. */
type Dialogue = {
  readonly requests: readonly { readonly name: string; readonly send: () => Sent }[];
  readonly answered: (name: string, answer: Answer) => void;
  readonly fill: (variable: string, value: string) => void;
};

let server: TestServer;

beforeAll(async () => {
  server = await startSymbolon();
});

afterAll(() => server?.close());

function filled(text: string, variables: ReadonlyMap<string, string>): string {
  return text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = variables.get(name);
    if (value === undefined || value === '') throw new Error(`nothing for ${name}`);
    return value;
  });
}

/** The file's variables, with the port of the server at hand. */
function variablesOf(pairs: readonly (readonly [string, string])[]): Map<string, string> {
  return new Map(pairs.map(([name, value]) => [name, value.replace('http://127.0.0.1:4000', server.issuer)]));
}

function asRestClient({ variables: pairs, requests }: HttpFile): Dialogue {
  const variables = variablesOf(pairs);
  const write = (text: string) => filled(text.replace(fromAnswer, '{{$1_$2}}'), variables);
  return {
    requests: requests.map(({ name, method, url, headers, body }) => ({
      name,
      send: () => ({
        method,
        url: write(url),
        headers: Object.fromEntries(headers.map(([header, value]) => [header, encodedBasic(write(value))])),
        ...(body !== undefined && { body: write(body) }),
      }),
    })),
    answered: (name, { body }) => {
      for (const [member, value] of Object.entries(body)) variables.set(`${name}_${member}`, String(value));
    },
    fill: (name, value) => variables.set(name, value),
  };
}

/** The client encodes `Basic id:secret` itself. */
function encodedBasic(value: string): string {
  const plain = /^Basic (.+:.+)$/.exec(value)?.[1];
  return plain === undefined ? value : `Basic ${Buffer.from(plain).toString('base64')}`;
}

type Pair = { readonly key: string; readonly value: string };
type PostmanItem = {
  readonly name: string;
  readonly event?: readonly { readonly script: { readonly exec: readonly string[] } }[];
  readonly request: {
    readonly method: string;
    readonly url: string;
    readonly header: readonly Pair[];
    readonly auth?: { readonly basic: readonly Pair[] };
    readonly body?: { readonly urlencoded: readonly Pair[] };
  };
};

function asPostman(text: string, file: HttpFile): Dialogue {
  const collection = JSON.parse(text) as { readonly item: readonly PostmanItem[]; readonly variable: readonly Pair[] };
  const variables = variablesOf(collection.variable.map(({ key, value }) => [key, value]));
  const write = (value: string) => filled(value, variables);
  const nameOf = (title: string) => file.requests.find((request) => request.title === title)?.name ?? title;
  return {
    requests: collection.item.map(({ name, request }) => ({
      name: nameOf(name),
      send: () => {
        const headers = Object.fromEntries(request.header.map(({ key, value }) => [key, write(value)]));
        const [username, password] = request.auth?.basic.map(({ value }) => write(value)) ?? [];
        if (username !== undefined) headers.Authorization = encodedBasic(`Basic ${username}:${password}`);
        const form = request.body?.urlencoded.map(({ key, value }) => [key, write(value)]);
        return { method: request.method, url: write(request.url), headers, ...(form && { body: String(new URLSearchParams(form)) }) };
      },
    })),
    // The script runs as it stands, with as much of Postman as it uses.
    answered: (name, { body }) => {
      const item = collection.item.find((each) => nameOf(each.name) === name);
      const pm = {
        collectionVariables: { set: (key: string, value: unknown) => variables.set(key, String(value)) },
        response: { json: () => body },
      };
      for (const { script } of item?.event ?? []) new Function('pm', script.exec.join('\n'))(pm);
    },
    fill: (name, value) => variables.set(name, value),
  };
}

async function send({ url, ...init }: Sent): Promise<Answer> {
  const response = await fetch(url, init);
  const text = await response.text();
  return { status: response.status, body: text === '' ? {} : JSON.parse(text) };
}

/** In the browser of Alice: both requests that are for one. */
async function browse(agent: Agent, name: string, { url }: Sent, dialogue: Dialogue): Promise<void> {
  const end = await signInAndConsent(agent, await agent.get(url));
  // The application has a page to be told at, which the page after the sign-out frames before it leads on.
  if (name === 'logout')
    expect(end.text).toMatch(/id="signed-out-continue"[^>]*href="http:\/\/127\.0\.0\.1:5000\/bye\?state=a-value-of-your-own"/);
  else dialogue.fill('code', answerOf(end).get('code') ?? '');
}

/** What each answer is, by the name of its request. */
const expected: Readonly<Record<string, object>> = {
  discovery: { issuer: expect.stringContaining('http://'), token_endpoint: expect.any(String) },
  keys: { keys: expect.arrayContaining([expect.objectContaining({ kty: 'RSA' })]) },
  tokens: { access_token: expect.any(String), refresh_token: expect.any(String), id_token: expect.any(String) },
  userinfo: { sub: expect.any(String), name: 'Alice Archer' },
  introspection: { active: true, client_id: 'web', username: 'alice' },
  refreshed: { access_token: expect.any(String), refresh_token: expect.any(String) },
  revocation: {},
  dead: { active: false },
  machine: { access_token: expect.any(String), scope: 'reports' },
  password: { access_token: expect.any(String), id_token: expect.any(String) },
};

async function hold(dialogue: Dialogue): Promise<void> {
  const agent = createAgent(server.issuer);
  for (const { name, send: write } of dialogue.requests) {
    const sent = write();
    if (name === 'authorize' || name === 'logout') await browse(agent, name, sent, dialogue);
    else {
      const answer = await send(sent);
      expect(answer, name).toMatchObject({ status: 200, body: expected[name] ?? { 'a request nobody expects': name } });
      dialogue.answered(name, answer);
    }
  }
}

describe.each(names)('docs/integrate: requests of %s', (name) => {
  it('the .http file runs from top to bottom, a person signing in on the way', async () => {
    const file = fileOf(name);
    expect(file.requests.map((request) => request.name)).toEqual(expect.arrayContaining([...Object.keys(expected), 'authorize', 'logout']));
    await hold(asRestClient(file));
  });

  it('the Postman collection is made of it, and runs as well', async () => {
    const text = readFileSync(`${folder}${name}.postman_collection.json`, 'utf8');
    const file = fileOf(name);
    expect(text, 'node scripts/postman.ts').toBe(collectionOf(name, file));
    await hold(asPostman(text, file));
  });

  it('its requests go where discovery says', async () => {
    const dialogue = asRestClient(fileOf(name));
    const [discovery] = dialogue.requests;
    const { body } = await send(discovery?.send() ?? expect.fail('no discovery'));
    const known = new Set(Object.values(body).filter((value) => typeof value === 'string'));
    dialogue.fill('code', 'x');
    dialogue.answered('tokens', { status: 200, body: { access_token: 'x', refresh_token: 'x', id_token: 'x' } });
    dialogue.answered('refreshed', { status: 200, body: { access_token: 'x', refresh_token: 'x' } });
    for (const request of dialogue.requests.slice(1)) expect(known, request.name).toContain(request.send().url.split('?')[0]);
  });
});

it('there is a file for each dialect whose clients a developer may write; the bank network has an example instead', () => {
  expect(names).toEqual(['agate', 'identify', 'oneportal', 'standard']);
});
