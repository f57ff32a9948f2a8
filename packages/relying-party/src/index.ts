/** What an application imports. */
export { type ClaimFault, type ClaimRule, type ClaimRules, type Claims, type ClaimType, mapClaims } from './claims.ts';
export type { ProviderMetadata } from './discovery.ts';
export { type ErrorDetails, type ErrorKind, RelyingPartyError } from './error.ts';
export { finish } from './finish.ts';
export type { Answer, Login, SignedIn, Started, StartOptions, Tokens } from './login.ts';
export { type Provider, type RelyingParty, type RelyingPartyOptions, relyingParty } from './relying-party.ts';
export type { AuthMethod, Fetch, FetchInit, PrivateJwk, ProviderSettings, ResponseMode } from './settings.ts';
export { start } from './start.ts';
export { type Renewable, refresh } from './tokens.ts';
