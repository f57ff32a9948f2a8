/** What an application imports. */
export { stateOf } from './answer-state.ts';
export { backChannelLogout, type LoggedOut } from './back-channel.ts';
export { type ClientCertificate, certificateFetch } from './certificate-fetch.ts';
export { type ClaimFault, type ClaimRule, type ClaimRules, type Claims, type ClaimType, mapClaims } from './claims.ts';
export type { ProviderMetadata } from './discovery.ts';
export { type ErrorDetails, type ErrorKind, RelyingPartyError } from './error.ts';
export { finish } from './finish.ts';
export { expressMiddleware } from './handlers/express.ts';
export { failurePage } from './handlers/failure-page.ts';
export { fastifyPlugin } from './handlers/fastify.ts';
export { type HandlerOptions, type Handlers, handlers, type Selection } from './handlers/handlers.ts';
export { nodeHandler } from './handlers/node.ts';
export { returnTo } from './handlers/return-to.ts';
export {
  type CookieSession,
  type CookieSessionOptions,
  type CookieSessions,
  cookieSessions,
  type Endings,
  memoryEndings,
  type Sessions,
} from './handlers/sessions.ts';
export { knownKeys } from './key-set.ts';
export type { Answer, Login, SignedIn, Started, StartOptions, Tokens } from './login.ts';
export { type LogoutOptions, logoutUrl } from './logout.ts';
export { type Provider, type RelyingParty, type RelyingPartyOptions, relyingParty } from './relying-party.ts';
export { type Selected, type Selector, selectedIn, selectorUrl } from './selection.ts';
export type { AuthMethod, Fetch, FetchInit, PrivateJwk, ProviderSettings, ResponseMode } from './settings.ts';
export { start } from './start.ts';
export { type Renewable, refresh } from './tokens.ts';
