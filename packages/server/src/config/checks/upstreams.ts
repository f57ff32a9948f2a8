/** Upstream identity providers: ids, addresses, what of them goes together, and rules that could never hold or would give too much. */
import { localRealm, protectedClaims, webUriFault } from '@symbolon/provider';
import { nearest } from '../nearest.ts';
import type { Draft, FileTenant } from '../schema.ts';
import { canonicalDomain } from '../upstream-config.ts';
import { upstreamPresets } from '../upstream-presets.ts';
import type { FileUpstream } from '../upstream-schema.ts';
import { forEach, type Report, reportRepeated, under } from './report.ts';
import { checkSlug } from './tenants.ts';

type Upstream = Draft<FileUpstream>;

export function checkUpstreams(tenant: Draft<FileTenant>, report: Report): void {
  const upstreams = tenant.upstreams ?? [];
  reportRepeated(
    upstreams.map((upstream) => upstream?.id),
    (index, first) => report(['upstreams', index, 'id'], `is the id of upstreams[${first}] already`, 'give each upstream its own id'),
  );
  reportRepeated(
    upstreams.map((upstream) => upstream?.owner && `${upstream.owner.type}/${upstream.owner.id}`),
    (index, first) => report(['upstreams', index, 'owner'], `is the owner of upstreams[${first}] already`, 'give each its own'),
  );
  forEach(upstreams, report, 'upstreams', (upstream, at) => {
    checkSlug(upstream.id, under(at, 'id'));
    if (upstream.id === localRealm) at(['id'], 'is the name of a sign-in here', 'give it another id');
    checkConnection(upstream, at);
    checkSecret(upstream, at);
    checkOwnKeys(upstream, tenant, at);
    checkOwner(upstream, at);
    checkLanding(upstream, tenant, at);
    checkTrust(upstream, at);
    checkRules(upstream, at);
  });
}

const addresses = ['authorization_endpoint', 'token_endpoint', 'userinfo_endpoint'] as const;

function checkConnection(upstream: Upstream, report: Report): void {
  const preset = upstream.preset === undefined ? undefined : upstreamPresets[upstream.preset];
  const connector = upstream.connector ?? preset?.connector ?? 'oidc';
  if (preset !== undefined && preset.connector !== connector)
    report(['connector'], `does not go with preset ${upstream.preset}`, 'leave connector out');
  for (const key of ['discovery', 'issuer', ...addresses] as const) {
    const value = upstream[key];
    const fault = value === undefined ? undefined : webUriFault(value);
    if (fault) report([key], fault, 'write an absolute https address');
  }
  if (unreadable(upstream, 'preset') || unreadable(upstream, 'connector')) return;
  const [needed, foreign] =
    connector === 'oidc'
      ? [['discovery'], addresses]
      : [addresses, ['discovery', 'issuer', 'response_mode', 'logout', 'frontChannelLogout'] as const];
  for (const key of needed)
    if (preset === undefined && !Object.hasOwn(upstream, key)) report([key], `${key} is missing`, `add ${key}: ..., or a preset`);
  for (const key of foreign)
    if (Object.hasOwn(upstream, key)) report([key], `does not go with connector ${connector}`, 'remove it, or change the connector');
  if (connector === 'oauth2' && preset === undefined && !Object.hasOwn(upstream.profile ?? {}, 'sub'))
    report(['profile'], 'does not say which member of the user API tells people apart', 'write profile: { sub: id }');
  if (connector === 'oidc' && Object.hasOwn(upstream, 'profile'))
    report(['profile'], 'does not go with connector oidc', 'use claims instead, with to: ...');
  if (connector === 'oidc' && upstream.scope !== undefined && !upstream.scope.split(/\s+/).includes('openid'))
    report(['scope'], 'has no openid, so there would be no ID token', 'add openid');
}

/** Written, and wrong: what hangs on it is not looked at. */
function unreadable(upstream: Upstream, key: keyof Upstream): boolean {
  return Object.hasOwn(upstream, key) && upstream[key] === undefined;
}

function checkSecret(upstream: Upstream, report: Report): void {
  const { token_endpoint_auth_method: method } = upstream;
  const secret = Object.hasOwn(upstream, 'client_secret');
  if (method?.startsWith('client_secret_') && !secret)
    report(['client_secret'], `is missing beside token_endpoint_auth_method ${method}`, 'add the secret that the upstream gave us');
  if (method === 'none' && secret) report(['client_secret'], 'does not go with token_endpoint_auth_method none', 'remove one of the two');
}

/** What we prove ourselves with instead of a secret: a key of the tenant, published at its jwks_uri, or a certificate. */
function checkOwnKeys(upstream: Upstream, tenant: Draft<FileTenant>, report: Report): void {
  const { token_endpoint_auth_method: method, token_endpoint_auth_signing_alg: alg = 'RS256', client_id } = upstream;
  const plain = (upstream.connector ?? (upstream.preset && upstreamPresets[upstream.preset].connector)) === 'oauth2';
  if (plain && method?.endsWith('_jwt') === true)
    report(
      ['token_endpoint_auth_method'],
      'does not go with connector oauth2',
      'write client_secret_post, client_secret_basic or tls_client_auth',
    );
  if (method?.endsWith('tls_client_auth') === true && !Object.hasOwn(upstream.tls ?? {}, 'cert'))
    report(['tls'], `is missing beside token_endpoint_auth_method ${method}`, 'write tls: { cert: FILE, key: FILE }');
  if (method === 'private_key_jwt' && tenant.signing !== undefined && !tenant.signing.includes(alg))
    report(
      ['token_endpoint_auth_signing_alg'],
      `is ${alg}, and the tenant has no such key`,
      "write one of the tenant's signing algorithms",
    );
  // An assertion would then have the issuer, subject and signature of what we say of ourselves.
  if (method === 'private_key_jwt' && client_id !== undefined && client_id === tenant.issuer)
    report(['client_id'], "is the tenant's own issuer, whose signature means something else", 'ask the upstream for another client_id');
}

function checkOwner({ owner }: Upstream, report: Report): void {
  for (const key of ['type', 'id'] as const)
    if (owner?.[key] !== undefined && !/^[A-Za-z0-9._~-]{1,64}$/.test(owner[key]))
      report(['owner', key], 'must be 1 to 64 letters, digits, dots, dashes and underscores', 'it becomes a part of the start link');
}

function checkLanding(upstream: Upstream, tenant: Draft<FileTenant>, report: Report): void {
  const { landing, landingClient } = upstream;
  if (landing !== undefined && !/^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(landing))
    report(['landing'], 'must be a path below the issuer', 'write for example /home');
  if (landingClient === undefined || (Object.hasOwn(tenant, 'clients') && tenant.clients === undefined)) return;
  const clients = tenant.clients ?? [];
  const client = clients.find((candidate) => candidate?.client_id === landingClient);
  const known = clients.flatMap((candidate) => candidate?.client_id ?? []);
  if (client === undefined) {
    const near = nearest(landingClient, known);
    report(['landingClient'], 'is no client of this tenant', near ? `did you mean \`${near}\`?` : 'name a client that is there');
  } else if (!Object.hasOwn(client, 'initiate_login_uri'))
    report(['landingClient'], 'is a client without initiate_login_uri', 'add initiate_login_uri to the client');
}

/** Whoever is trusted for a domain decides who has the addresses in it, so it is never a guess. */
function checkTrust(upstream: Upstream, report: Report): void {
  upstream.domains?.forEach((domain, index) => {
    if (domain !== undefined && canonicalDomain(domain) === undefined)
      report(['domains', index], 'must be an e-mail domain, without @ and wildcard', 'write for example acme.com');
  });
  if (upstream.linking === 'verified-email' && !Object.hasOwn(upstream, 'domains'))
    report(['linking'], 'links by verified e-mail, but no domain is trusted', 'add domains: [...], or write linking: ask');
  if (upstream.support !== undefined && !/^[^\s@<>]+@[^\s@<>]+$/.test(upstream.support) && webUriFault(upstream.support) !== undefined)
    report(['support'], 'must be an e-mail address or an https address', 'write for example help@acme.com');
}

/** What an upstream can never say of a person here, by whatever name it comes: groups and roles have a map of their own. */
const refusedTargets = new Set([...protectedClaims, 'email_verified', 'phone_number_verified', 'groups', 'roles', 'updated_at']);

function checkRules({ claims }: Upstream, report: Report): void {
  for (const [name, rule] of Object.entries(claims ?? {})) {
    const at = under(report, 'claims', name);
    if (rule?.to !== undefined && refusedTargets.has(rule.to))
      at(['to'], 'is a claim that an upstream cannot give', 'use another name; groups and roles have maps of their own');
    if (rule?.pattern !== undefined && !isPattern(rule.pattern))
      at(['pattern'], 'is not a regular expression', 'write for example [A-Z]{2}[0-9]+');
  }
}

function isPattern(pattern: string): boolean {
  try {
    new RegExp(pattern, 'u');
    return pattern.length <= 200;
  } catch {
    return false;
  }
}
