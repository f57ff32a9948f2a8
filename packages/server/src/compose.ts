/** The composition root: the only file that knows every implementation. From a configuration to a server that listens. */

import { X509Certificate } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { availableParallelism } from 'node:os';
import type { Event, Provider } from '@symbolon/provider';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { applyConfig } from './apply.ts';
import { oauth2Connector } from './broker/connectors/oauth2.ts';
import { oidcConnector } from './broker/connectors/oidc.ts';
import type { Config, DialectName, TlsConfig } from './config/config.ts';
import type { Dialect } from './dialect.ts';
import { agate } from './dialects/agate.ts';
import { identify } from './dialects/identify.ts';
import { idpartner } from './dialects/idpartner.ts';
import { o2o } from './dialects/o2o.ts';
import { oneportal } from './dialects/oneportal.ts';
import { standard } from './dialects/standard.ts';
import { createApp } from './http/app.ts';
import { inDialect } from './in-dialect.ts';
import { startRotating } from './jobs/rotating.ts';
import { startSweeping } from './jobs/sweeping.ts';
import { startTellingLogouts } from './jobs/tell-logouts.ts';
import { loadMasterKey } from './keys/master-key.ts';
import { createJudge } from './outbound/address.ts';
import { sandboxPayments } from './payments/sandbox.ts';
import { endingSoon, endingText, ownEndingText } from './pki/expiry.ts';
import { openStorage } from './storage/open-storage.ts';
import type { Storage } from './store.ts';
import type { Tenant } from './tenant.ts';
import { type FetchFor, runTenant, systemClock } from './tenant-runtime.ts';
import { loadAssets } from './ui/assets.ts';
import type { Connectors, UpstreamConfig } from './upstream.ts';
import { hashingLimits, hashingQueue } from './users/hashing-queue.ts';

/** By the name the configuration has for it. */
const dialects: Readonly<Record<DialectName, Dialect>> = { standard, agate, oneportal, identify, idpartner, o2o };

/** How the upstreams of a tenant are talked to; all of them answer at one address of ours. */
function connect(upstreams: readonly UpstreamConfig[], { settings, keys, now, random }: Provider, fetch: FetchFor): Connectors {
  const surroundings = { redirectUri: `${settings.issuer}/auth/oidc/callback`, fetch, keys, now, random };
  return { oidc: oidcConnector(upstreams, surroundings), oauth2: oauth2Connector(surroundings) };
}

export type Server = { readonly tenants: readonly Tenant[]; readonly url: string; readonly close: () => Promise<void> };

/** Opens the storage and brings the tenants of a configuration to life, without listening: what commands of the CLI work on. */
export async function open(
  config: Config,
  logger: FastifyBaseLogger,
  now = systemClock,
): Promise<{ readonly tenants: readonly Tenant[]; readonly storage: Storage }> {
  const masterKey = await loadMasterKey({ configured: config.masterKey ?? process.env.SYMBOLON_MASTER_KEY, database: config.database });
  const storage = await openStorage(config.database);
  try {
    const migrations = await storage.migrate();
    if (migrations.length > 0) logger.info({ migrations }, 'the database schema was brought up to date');
    const hashing = hashingQueue(hashingLimits(availableParallelism(), 4));
    const emit = (tenant: string, event: Event) => logger.info({ tenant, ...event }, event.type);
    const commonAuthorities = (config.server.tls?.clientCa ?? []).map((pem) => new X509Certificate(pem));
    const reachable = createJudge(config.server.outbound.allow);
    const surroundings = { commonAuthorities, storage, masterKey, hashing, assets: loadAssets().paths, reachable, connect, emit, now };
    const tenants = await Promise.all(
      config.tenants.map((tenant) =>
        runTenant(
          { ...inDialect(tenant, dialects[tenant.dialect]), ...authorityOf(tenant), ...paymentsOf(dialects[tenant.dialect]) },
          surroundings,
        ),
      ),
    );
    return { tenants, storage };
  } catch (error) {
    await storage.close();
    throw error;
  }
}

/**
 * Starts the server of a configuration: applies it, listens, sweeps. Closing finishes the requests under way, for ten seconds at most. `now`
 * is epoch seconds; tests bring a clock they can move.
 */
export async function start(config: Config, logger: FastifyBaseLogger, now = systemClock): Promise<Server> {
  const { tenants, storage } = await open(config, logger, now);
  // Undone in the opposite order, every step whatever became of the others.
  const closing = new AsyncDisposableStack();
  closing.defer(storage.close);
  try {
    for (const [index, tenant] of tenants.entries()) await apply(tenant, config.tenants[index], logger);
    for (const tenant of tenants) await warnOfEndings(tenant, logger);
    const ending = config.server.tls === undefined ? undefined : ownEndingText(config.server.tls.cert, "the server's certificate", now());
    if (ending !== undefined) logger.warn(ending);
    const { tls, proxies } = config.server;
    const app = createApp({
      tenants,
      assets: loadAssets(),
      logger,
      ready: storage.ready,
      proxies,
      ...(tls && { tls: withAuthorities(tls, tenants) }),
    });
    const { host, port } = config.server.listen;
    await app.listen({ host, port });
    closing.defer(startSweeping(storage, logger, now));
    closing.defer(startRotating(tenants, logger));
    const fault = (error: unknown) => logger.warn({ err: error }, 'telling an application of a sign-out failed; it is tried again later');
    closing.defer(startTellingLogouts({ tenants, fault }));
    closing.defer(() => drain(app));
    const address = app.server.address() as AddressInfo;
    return {
      tenants,
      url: `${tls === undefined ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${address.port}`,
      close: () => closing.disposeAsync(),
    };
  } catch (error) {
    await closing.disposeAsync();
    throw error;
  }
}

function authorityOf({ clientCa }: Config['tenants'][number]) {
  return clientCa === undefined ? {} : { clientCa };
}

/** No other connector is built: this is where one would be chosen. */
function paymentsOf({ payments }: Dialect) {
  return payments === undefined ? {} : { payments: sandboxPayments };
}

/** With the tenants' own authorities, whose clients would else not show their certificates. */
function withAuthorities(tls: TlsConfig, tenants: readonly Tenant[]): TlsConfig {
  if (tls.clientCa === undefined) return tls;
  return { ...tls, clientCa: [...tls.clientCa, ...tenants.flatMap(({ authorities }) => authorities)] };
}

const patience = 10_000;

/**
 * Connections that fall idle after the close began would be kept for their keep-alive time: over a minute. Who has not finished a request in
 * ten seconds is cut off: one slow client must not hold up the end of the process.
 */
async function drain(app: FastifyInstance): Promise<void> {
  const idle = setInterval(() => app.server.closeIdleConnections(), 50);
  const slow = setTimeout(() => app.server.closeAllConnections(), patience).unref();
  try {
    await app.close();
  } finally {
    clearInterval(idle);
    clearTimeout(slow);
  }
}

/** Whoever starts the server reads the log just then. */
async function warnOfEndings({ id, op, certificates, authorities, upstreams }: Tenant, logger: FastifyBaseLogger): Promise<void> {
  for (const { id: upstream, tls } of upstreams) {
    const text = tls?.cert === undefined ? undefined : ownEndingText(tls.cert, `the certificate for upstream ${upstream}`, op.now());
    if (text !== undefined) logger.warn({ tenant: id, upstream }, text);
  }
  for (const pem of authorities) {
    const text = ownEndingText(pem, 'the authority for client certificates', op.now());
    if (text !== undefined) logger.warn({ tenant: id }, text);
  }
  for (const ending of endingSoon((await certificates?.list()) ?? [], op.now())) {
    const { client_id, serial } = ending.certificate;
    logger.warn({ tenant: id, client_id, serial, days: ending.days }, `${client_id}: ${endingText(ending)}`);
  }
}

async function apply(tenant: Tenant, config: Config['tenants'][number] | undefined, logger: FastifyBaseLogger): Promise<void> {
  if (config === undefined) return;
  for (const { kind, id } of await applyConfig(tenant, config))
    logger.warn(
      { tenant: tenant.id, kind, id },
      'changed elsewhere after the file was applied: kept as it is, the change in the file is not applied',
    );
}
