/** The public face of the core. What is not named here is nobody's business outside. */
export type { Account, Json } from './accounts.ts';
export type { Authorities } from './authorities.ts';
export { authorize, deny, type Outcome, resume } from './authorize/authorize.ts';
export { scopesToConsent } from './authorize/claims-request.ts';
export { localRealm, type Step } from './authorize/decide.ts';
export { decisionOf, load, type Pending, sessionsOf } from './authorize/pending.ts';
export type { Answer } from './authorize/response.ts';
export { responseTypeNamed, responseTypes } from './authorize/response-types.ts';
export { type Proof, recordConsent, recordLogin, recordSelection, signIn } from './authorize/steps.ts';
export { type CertificateDetails, type ClientCertificate, clientCertificate } from './certificate.ts';
export { parseJsonPath } from './claim-mapping/path.ts';
export { type ClaimSource, claimSources, isEmpty } from './claim-mapping/source.ts';
export { parseTarget, protectedClaims, targetFault } from './claim-mapping/target.ts';
export { type ClaimMapper, type ClaimPlace, claimPlaces } from './claim-mapping.ts';
export { claimsOf } from './claims.ts';
export {
  type Access,
  type Client,
  type ClientAuthMethod,
  type ClientSecret,
  type Encryptions,
  encryptedAnswers,
  subjectMembers,
} from './client.ts';
export { authMethods } from './client-auth/authenticate.ts';
export { needsOwnKey } from './client-auth/own-key.ts';
export { keepSecret, minimumSecretLength } from './client-auth/secret.ts';
export type { ClientJwk, ClientJwks, ClientKey } from './client-keys/jwk.ts';
export { createRemoteKeys, type RemoteKeys } from './client-keys/remote-keys.ts';
export { clientKeys, encryptionKey, verificationKeys } from './client-keys.ts';
export { type Confirmation, isProven } from './confirmation.ts';
export { type DirectEndpointName, type EndpointName, type EndpointRow, endpoints, mtlsEndpoints, type Places, urlOf } from './endpoints.ts';
export type { Event } from './events.ts';
export { type Browser, type CoreRequest, type CoreResponse, json, type LogoutManner } from './exchange.ts';
export type { Fetch, FetchInit } from './fetch.ts';
export { type EncryptionKey, encryptionKinds, type Jwk, type KeyRing, type SigningKey, type Vault } from './keys.ts';
export { endSession, type LogoutAnswer, type LogoutOutcome } from './logout.ts';
export type { Provider } from './op.ts';
export type { PasswordCheck, People } from './people.ts';
export { lenientSwitches, type Policy, strictPolicy, type UnsaidPolicies } from './policy.ts';
export { allowsAlgorithm, type Profile, type ProfileName, profileNames, profileOf } from './profile.ts';
export {
  type ClientMetadata,
  hasSecret,
  inProfile,
  type MetadataFault,
  metadataFaults,
  newClient,
  newClientId,
  type Offer,
  policyOf,
  withDefaults,
} from './registration.ts';
export { type ResourceRow, serveResource, type Visitor } from './resource.ts';
export { errorResponse, serve } from './serve.ts';
export { browserState } from './session-state.ts';
export { defaultLifetimes, type Lifetimes, type Registration, type Resource, type ScopeDefinition, type Settings } from './settings.ts';
export { signOn } from './sign-on.ts';
export { defaultAlgorithm } from './signer.ts';
export type * from './store.ts';
export { frontchannelUrl, heard, tellLogout } from './tell-logout.ts';
export { wantsRefreshToken } from './token/refresh-token.ts';
export { grantTypes } from './token/token.ts';
export {
  type Algorithm,
  type AsymmetricAlgorithm,
  algorithms,
  asymmetricAlgorithms,
  contentEncryptions,
  isAsymmetric,
  type KeyEncryption,
  keyEncryptions,
} from './wire/algorithms.ts';
export { type DerValue, derExpect, derOid, derParts, derTag, readDer } from './wire/der.ts';
export { distinguishedName, escapedValue } from './wire/distinguished-name.ts';
export { type ErrorCode, type ErrorReason, OAuthError, printable } from './wire/error.ts';
export { sha256 } from './wire/hashes.ts';
export { one, type Parameters, parseParameters, required } from './wire/parameters.ts';
export { isLoopbackHost, matchesRegistered, webUriFault } from './wire/redirect-uri.ts';
export { scopeFault, standardScopeClaims } from './wire/scope.ts';
export { certificateParts } from './wire/x509.ts';
