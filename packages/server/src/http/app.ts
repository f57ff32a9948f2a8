/**
 * Every route on one page. The framework ends here: handlers get plain values and give plain values. A request's tenant is found before
 * routing, so routes are paths below an issuer.
 */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import {
  type CoreRequest,
  type CoreResponse,
  type DirectEndpointName,
  type EndpointName,
  type EndpointRow,
  endpoints,
  parseParameters,
  serve,
} from '@symbolon/provider';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyRequest, LogController } from 'fastify';
import { startForOwner, startUpstream } from '../broker/begin.ts';
import { repeatCallback, upstreamCallback } from '../broker/callback.ts';
import { submitConfirm } from '../broker/confirm.ts';
import { showLinks, submitLinks } from '../broker/links.ts';
import { upstreamBackChannel, upstreamFrontChannel } from '../broker/logout.ts';
import { submitReview } from '../broker/submit-review.ts';
import { submitSwitch } from '../broker/switch.ts';
import type { ProxiesConfig, TlsConfig } from '../config/config.ts';
import { showAccount, submitAccount } from '../interaction/account.ts';
import { authorizeRequest, continueRequest } from '../interaction/authorize.ts';
import { checkSession } from '../interaction/check-session.ts';
import { showConsent, submitConsent } from '../interaction/consent.ts';
import { forgedReply } from '../interaction/failure.ts';
import { showHome, showRoot } from '../interaction/home.ts';
import { showLogin, submitLogin } from '../interaction/login.ts';
import { logout } from '../interaction/logout.ts';
import { showAccounts, submitSelection } from '../interaction/select-account.ts';
import { showBackFromUpstream, showSignedOut } from '../interaction/signed-out.ts';
import { paymentEndpoints, servePayments } from '../payments/payments.ts';
import { showLogo } from '../selector/logo.ts';
import { selectAccounts } from '../selector/select.ts';
import type { Tenant } from '../tenant.ts';
import type { Assets } from '../ui/assets.ts';
import { readBrowser } from './browser.ts';
import type { Call, PageHandler, Reply } from './call.ts';
import { type Caller, readingCallers } from './caller.ts';
import { corsHeaders, preflightHeaders } from './cors.ts';
import { type OwnForm, ownForm } from './csrf.ts';
import { failDirect, failMethod, failPage, failUnrouted } from './failure.ts';
import { jsonOf, readForm } from './form-body.ts';
import { everywhere, interactionId } from './headers.ts';
import { indexTenants } from './tenants.ts';
import { tlsOptions } from './tls.ts';

export type AppOptions = {
  readonly tenants: readonly Tenant[];
  readonly assets: Assets;
  readonly logger: FastifyBaseLogger;
  readonly proxies: ProxiesConfig;
  /** https; plain http when left out. */
  readonly tls?: TlsConfig;
  /** Throws when the server cannot do its work now. */
  readonly ready: () => Promise<void>;
};

type ClientHandler = (tenant: Tenant, request: CoreRequest) => Promise<CoreResponse> | undefined;

/** Larger bodies are answered with 413. No request of the protocols here comes near it. */
export const bodyLimit = 65_536;

const everyMethod = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

export function createApp(options: AppOptions): FastifyInstance {
  const find = indexTenants(options.tenants);
  const found = new WeakMap<IncomingMessage, Tenant>();
  const callers = new WeakMap<IncomingMessage, Caller>();
  const readCaller = readingCallers(options.proxies);

  const app = Fastify({
    https: options.tls === undefined ? null : tlsOptions(options.tls),
    loggerInstance: options.logger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit,
    // Somebody who sends a request by the letter must not keep the server from stopping.
    requestTimeout: 30_000,
    connectionTimeout: 60_000,
    // The core reads the query itself: once, strictly, and duplicates included.
    routerOptions: { querystringParser: () => ({}) },
    // HEAD only where it does nothing: a link checker must not open authorization requests.
    exposeHeadRoutes: false,
    frameworkErrors: (error, request, reply) => failUnrouted(request, reply, found.get(request.raw), error),
    genReqId: traceIds(),
    // A logger of its own for every request costs more than most requests; whoever logs says which request it was.
    childLoggerFactory: (logger) => logger,
    rewriteUrl(request) {
      const caller = readCaller(request);
      callers.set(request, caller);
      const url = originForm(request.url ?? '/', request.headers.host);
      const at = url.indexOf('?');
      const path = at === -1 ? url : url.slice(0, at);
      if (path.startsWith('/health/')) return path;
      const resolved = find(caller.host, path);
      if (resolved === undefined) return '/no-tenant';
      found.set(request, resolved.tenant);
      return at === -1 ? resolved.path : resolved.path + url.slice(at);
    },
    // One application, whichever of the two servers carries it.
  }) as unknown as FastifyInstance;

  readForm(app);
  app.get('/health/live', (_, reply) => reply.send({ status: 'live' }));
  app.get('/health/ready', async (request, reply) => {
    try {
      await options.ready();
      return reply.send({ status: 'ready' });
    } catch (error) {
      request.log.error({ err: error }, 'not ready');
      return reply.code(503).send({ status: 'not ready' });
    }
  });

  for (const name of Object.keys(endpoints) as EndpointName[]) if (isDirect(name)) direct(name);
  for (const endpoint of paymentEndpoints)
    forClients(endpoint.path, {}, ({ op, payments }, request) => payments && servePayments(op, payments, endpoint, request));
  page(endpoints.authorize.path, { GET: authorizeRequest, POST: authorizeRequest }, 'authorize');
  page(endpoints.endSession.path, { GET: logout, POST: logout }, 'endSession');
  page(endpoints.checkSession.path, { GET: checkSession }, 'checkSession');
  page('/sign-out', { GET: logout });
  page('/signed-out', { GET: showSignedOut });
  page('/account', { GET: showAccount, POST: own(submitAccount) });
  page('/continue', { GET: continueRequest });
  page('/login', { GET: showLogin, POST: own(submitLogin) });
  page('/select-account', { GET: showAccounts, POST: own(submitSelection) });
  page('/consent', { GET: showConsent, POST: own(submitConsent) });
  page('/auth/oidc/owner/:type/:id/redirect', { GET: startForOwner });
  page('/auth/oidc/start/:id', { GET: startUpstream });
  page('/auth/oidc/callback', { GET: upstreamCallback, POST: repeatCallback });
  page('/auth/oidc/callback/:id', { GET: upstreamCallback, POST: repeatCallback });
  page('/auth/oidc/confirm', { POST: own(submitConfirm) });
  page('/auth/oidc/review', { POST: own(submitReview) });
  page('/account/links', { GET: showLinks, POST: own(submitLinks) });
  page('/auth/oidc/switch', { POST: own(submitSwitch) });
  page('/auth/select-accounts', { GET: selectAccounts });
  page('/logos/:name', { GET: showLogo });
  page('/auth/oidc/signed-out', { GET: showBackFromUpstream });
  page('/auth/oidc/backchannel-logout/:id', { POST: upstreamBackChannel });
  page('/auth/oidc/frontchannel-logout/:id', { GET: upstreamFrontChannel });
  page('/home', { GET: showHome });
  page('/', { GET: showRoot });
  for (const [path, asset] of Object.entries(options.assets.files))
    app.get(path, (_, reply) => reply.headers({ ...asset.headers, 'x-content-type-options': 'nosniff' }).send(asset.body));
  app.setNotFoundHandler((request, reply) => failUnrouted(request, reply, found.get(request.raw)));
  app.setErrorHandler((error, request, reply) => failUnrouted(request, reply, found.get(request.raw), error));
  return app;

  /** An endpoint that needs no person. CORS comes from the table. */
  function direct(name: DirectEndpointName): void {
    const { path, cors }: EndpointRow = endpoints[name];
    forClients(path, cors ? corsHeaders : {}, (tenant, request) => answerDirect(tenant, name, request));
    if (cors) app.options(path, (_, reply) => reply.code(204).headers(preflightHeaders).send());
  }

  /** `answer` is undefined in a tenant that has no such endpoint. */
  function forClients(url: string, headers: Readonly<Record<string, string>>, answer: ClientHandler): void {
    app.route({
      method: [...everyMethod],
      url,
      errorHandler: (error, request, reply) => failDirect(request, reply, found.get(request.raw), error),
      handler: async (request, reply) => {
        const tenant = found.get(request.raw);
        if (tenant === undefined) return failUnrouted(request, reply, undefined);
        const response = await answer(tenant, coreRequest(request, callers.get(request.raw)));
        if (response === undefined) return failUnrouted(request, reply, tenant);
        reply.code(response.status).headers(response.headers).headers(everywhere(tenant));
        reply.headers(interactionId(request.headers['x-fapi-interaction-id']));
        return reply.headers(headers).send(response.body);
      },
    });
  }

  /** `name`: the endpoint it is, if it is one. */
  function page(url: string, handlers: PageHandlers, name?: EndpointName): void {
    app.route({
      method: [...everyMethod],
      url,
      handler: async (request, reply) => {
        const tenant = found.get(request.raw);
        if (tenant === undefined) return failUnrouted(request, reply, undefined);
        const handler = request.method === 'GET' || request.method === 'POST' ? handlers[request.method] : undefined;
        if (handler === undefined) return failMethod(request, reply, tenant, Object.keys(handlers));
        try {
          const answer = await handler(callOf(tenant, coreRequest(request, callers.get(request.raw)), request, name));
          return reply
            .code(answer.status)
            .headers({ ...everywhere(tenant), ...answer.headers })
            .send(answer.body);
        } catch (error) {
          return failPage(request, reply, tenant, error);
        }
      },
    });
  }
}

type PageHandlers = { readonly GET?: PageHandler; readonly POST?: PageHandler };

/** A form of ours: nothing of the handler runs for a forged one. */
function own(handler: (call: Call, form: OwnForm) => Promise<Reply>): PageHandler {
  return (call) => {
    const form = ownForm(call);
    return form === undefined ? forgedReply(call) : handler(call, form);
  };
}

/** A target in absolute form, as for a proxy, is read as its path when it names the host of the request (RFC 9112 section 3.2.2). */
function originForm(url: string, host: string | undefined): string {
  if (url.startsWith('/')) return url;
  const [, authority, rest] = /^https?:\/\/([^/?#]*)(.*)$/i.exec(url) ?? [];
  return authority !== undefined && authority === host ? rest || '/' : url;
}

/** Unique across processes and cheap: a random start and a count. */
function traceIds(): () => string {
  const start = randomBytes(5).toString('hex');
  let count = 0;
  return () => start + (count++).toString(16).padStart(6, '0');
}

function isDirect(name: EndpointName): name is DirectEndpointName {
  return !endpoints[name].interactive;
}

/** The core's answer, with the tenant's spelling around it. */
async function answerDirect(tenant: Tenant, name: DirectEndpointName, request: CoreRequest): Promise<CoreResponse> {
  const { requests, responses } = tenant.spelling;
  const [read, write] = [requests?.[name], responses?.[name]];
  const response = await serve(tenant.op, name, read === undefined ? request : read(request));
  return write === undefined ? response : write(response, tenant.op.settings.issuer);
}

function callOf(tenant: Tenant, core: CoreRequest, request: FastifyRequest, name: EndpointName | undefined): Call {
  const read = name === undefined ? undefined : tenant.spelling.requests?.[name];
  return {
    tenant,
    request: read === undefined ? core : read(core),
    browser: readBrowser(tenant, request.headers.cookie),
    path: request.params as Readonly<Record<string, string>>,
    traceId: request.id,
  };
}

/** Throws invalid_request when query or body is not percent-encoded UTF-8. */
function coreRequest(request: FastifyRequest, caller: Caller | undefined): CoreRequest {
  const url = request.raw.url ?? '';
  const at = url.indexOf('?');
  const json = jsonOf(request.body);
  return {
    method: request.method === 'HEAD' ? 'GET' : request.method,
    query: parseParameters(at === -1 ? '' : url.slice(at + 1)),
    form: typeof request.body === 'string' ? parseParameters(request.body) : undefined,
    ...(json === undefined ? {} : { json }),
    headers: request.headers,
    address: caller?.address ?? request.ip,
    ...(caller?.certificate && { certificate: caller.certificate }),
  };
}
