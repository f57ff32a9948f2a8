/**
 * The registration endpoint: POST makes a client (RFC 7591 section 3); GET, PUT and DELETE, with the client in the query and its own
 * registration access token, read, replace and remove it (RFC 7592 section 2). Off unless the tenant turns it on.
 */
import { shownToken } from '../bearer.ts';
import type { Client, ClientSecret } from '../client.ts';
import { holdsSecret, keepSecret, needsValue } from '../client-auth/secret.ts';
import { urlOf } from '../endpoints.ts';
import { type CoreRequest, type CoreResponse, json } from '../exchange.ts';
import type { Provider } from '../op.ts';
import type { Registered } from '../registration/metadata.ts';
import { hasSecret, newClientId } from '../registration.ts';
import type { Registration } from '../settings.ts';
import { OAuthError } from '../wire/error.ts';
import { sameText, sha256 } from '../wire/hashes.ts';
import { one } from '../wire/parameters.ts';
import { judged } from './judge.ts';
import { type Body, member, metadataIn, operatorsMembers, readBody, registeredMembers } from './members.ts';

export async function register(op: Provider, request: CoreRequest): Promise<CoreResponse> {
  const { registration } = op.settings;
  if (registration === undefined)
    return json(404, { error: 'invalid_request', error_description: 'clients do not register themselves here' });
  if (request.method === 'POST') return create(op, registration, request);
  const own = await ownClient(op, request);
  if (request.method === 'GET') return json(200, information(op, own.client, own.token));
  return request.method === 'PUT' ? update(op, registration, request, own) : remove(op, own);
}

/** Missing and wrong tokens are told as at any resource (RFC 6750 section 3), the rest as RFC 7591 section 3.2.2 has it. */
export function refuseRegistration(op: Provider, error: OAuthError): CoreResponse {
  const { code, description, status } = error;
  const challenge = `Bearer realm="${op.settings.issuer}", error="${code}", error_description="${description}"`;
  const headers: Record<string, string> = code === 'invalid_token' ? { 'www-authenticate': challenge } : {};
  return json(status, { error: code, error_description: description }, headers);
}

/** Tokens of registration are bearer tokens: nobody has proven a key yet. */
function bearerToken(request: CoreRequest): string | undefined {
  const shown = shownToken(request);
  return shown?.scheme === 'Bearer' ? shown.value : undefined;
}

async function create(op: Provider, registration: Registration, request: CoreRequest): Promise<CoreResponse> {
  const initial = await initialToken(op, registration, request);
  const metadata = metadataIn(readBody(request.json), newClientId(op.random));
  await checkRoom(op, registration);
  const made = await judged(op, registration, metadata);
  // A use is spent on a client that is right, and by one of those who come at once.
  if (initial !== undefined && !(await op.store.initialTokens.take(initial, op.now()))) throw noToken();
  const [secret, token] = [hasSecret(made) ? op.random(32) : undefined, op.random(32)];
  const client: Client = {
    ...made,
    secrets: secret === undefined ? [] : [keepSecret(op.vault, made, secret)],
    registration: { tokenHash: sha256(token), issuedAt: op.now() },
  };
  if (!(await op.store.clients.register(client, op.now()))) throw new OAuthError('temporarily_unavailable', 'try again');
  op.emit({ type: 'client.registered', client_id: client.client_id });
  return json(201, information(op, client, token, secret));
}

/** The hash of an initial access token that is good; undefined where none is needed and none was sent. */
async function initialToken(op: Provider, { open }: Registration, request: CoreRequest): Promise<string | undefined> {
  const token = bearerToken(request);
  if (token === undefined && open) return undefined;
  const hash = token === undefined ? undefined : sha256(token);
  if (hash === undefined || !(await op.store.initialTokens.alive(hash, op.now()))) throw noToken();
  return hash;
}

function noToken(): OAuthError {
  return new OAuthError(
    'invalid_token',
    'registering needs an initial access token, which the operator gives out; this is none, or used up',
  );
}

/** Two at once may both find the last place: the limit is there to keep a database from being filled. */
async function checkRoom(op: Provider, { maxClients }: Registration): Promise<void> {
  const clients = await op.store.clients.list();
  if (clients.filter((client) => client.registration !== undefined).length >= maxClients)
    throw new OAuthError('temporarily_unavailable', 'as many clients as may have registered themselves', {
      diagnostic: `registration.maxClients is ${maxClients}`,
    });
}

type Own = { readonly client: Client; readonly token: string };

/** The client named in the query, for whoever holds its registration access token; unknown and foreign ones are told alike. */
async function ownClient(op: Provider, request: CoreRequest): Promise<Own> {
  const token = bearerToken(request);
  const client_id = one(request.query, 'client_id');
  const client = client_id === undefined ? undefined : await op.store.clients.find(client_id);
  const holds = sameText(client?.registration?.tokenHash ?? '', sha256(token ?? ''));
  if (token !== undefined && client !== undefined && !client.disabled && holds) return { client, token };
  throw new OAuthError('invalid_token', 'this is not the registration access token of the client');
}

/** What only we say, which a client must not send back (RFC 7592 section 2.2). */
const ours = ['registration_access_token', 'registration_client_uri', 'client_secret_expires_at', 'client_id_issued_at'];

async function update(op: Provider, registration: Registration, request: CoreRequest, { client, token }: Own): Promise<CoreResponse> {
  const body = readBody(request.json);
  checkIdentity(op, client, body);
  // Where it stands is the operator's to say, and what that asks of it holds for what it says now.
  const made = await judged(
    op,
    registration,
    { ...metadataIn(body, client.client_id), environment: client.environment, profile: client.profile },
    client,
  );
  const kept = keptSecrets(client, made);
  const secret = hasSecret(made) && kept.length === 0 ? op.random(32) : undefined;
  const next: Client = {
    ...made,
    ...operatorsMembers(client),
    secrets: secret === undefined ? kept : [keepSecret(op.vault, made, secret)],
  };
  // Judging may have waited for somebody's server, and an operator does not wait.
  if (!(await op.store.clients.revise(client, next, op.now())))
    throw new OAuthError('temporarily_unavailable', 'the registration was changed or removed meanwhile; read it and try again');
  op.emit({ type: 'client.changed', client_id: next.client_id });
  return json(200, information(op, next, token, secret));
}

function checkIdentity(op: Provider, client: Client, body: Body): void {
  const sent = ours.find((name) => member(body, name) !== undefined);
  if (sent !== undefined) throw new OAuthError('invalid_request', `${sent} is not the client's to send: leave it out`);
  if (member(body, 'client_id') !== client.client_id)
    throw new OAuthError('invalid_request', 'client_id must be there, and the one of the query');
  const secret = member(body, 'client_secret');
  if (secret !== undefined && !(typeof secret === 'string' && holdsSecret(op.vault, client, secret)))
    throw new OAuthError('invalid_client_metadata', 'client_secret must be the one that was issued: a client does not choose its secret');
}

/** Those that will do: none for a client without secret, and only readable ones where the value itself is needed. */
function keptSecrets({ secrets }: Client, made: Registered): readonly ClientSecret[] {
  if (!hasSecret(made)) return [];
  return needsValue(made) ? secrets.filter(({ sealed }) => sealed !== undefined) : secrets;
}

async function remove(op: Provider, { client: { client_id } }: Own): Promise<CoreResponse> {
  await op.store.clients.remove(client_id, op.now());
  op.emit({ type: 'client.removed', client_id });
  return { status: 204, headers: { 'cache-control': 'no-store', pragma: 'no-cache' }, body: '' };
}

/** RFC 7591 section 3.2.1. A secret is told when it is made and never again: it is kept as a digest. */
function information(op: Provider, client: Client, token: string, secret?: string): Readonly<Record<string, unknown>> {
  const { client_id, registration } = client;
  return {
    client_id,
    ...(registration === undefined ? {} : { client_id_issued_at: registration.issuedAt }),
    ...(secret === undefined ? {} : { client_secret: secret, client_secret_expires_at: 0 }),
    registration_access_token: token,
    registration_client_uri: `${urlOf(op.settings, 'registration')}?client_id=${encodeURIComponent(client_id)}`,
    ...registeredMembers(client),
  };
}
