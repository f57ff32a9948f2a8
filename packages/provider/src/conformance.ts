/**
 * The suite every storage backend passes: each promise in the comments of `store.ts` is a test here. It needs a runner with
 * `describe` and `it` (vitest, node:test) and a way to open an empty store; assertions are node:assert's.
 */
import { clientsConformance } from './conformance/clients.ts';
import { consentsConformance } from './conformance/consents.ts';
import { grantsConformance } from './conformance/grants.ts';
import { initialTokensConformance } from './conformance/initial-tokens.ts';
import { redemptionConformance } from './conformance/redemption.ts';
import { replayConformance } from './conformance/replay.ts';
import { requestsConformance } from './conformance/requests.ts';
import { rotationConformance } from './conformance/rotation.ts';
import { sessionsConformance } from './conformance/sessions.ts';
import { type Backend, type Runner, suite } from './conformance/suite.ts';
import { tokensConformance } from './conformance/tokens.ts';

export {
  sampleAccess,
  sampleAccount,
  sampleApproval,
  sampleClient,
  sampleGrant,
  sampleRefresh,
  sampleRequest,
} from './conformance/samples.ts';
export type { Backend, Runner } from './conformance/suite.ts';

/** Declares the whole suite; every test opens a store of its own and closes it. */
export function storeConformance(options: Runner & { readonly open: () => Promise<Backend> }): void {
  const { describe } = options;
  const test = suite(options);
  describe('Clients', () => clientsConformance(test));
  describe('AuthorizationRequests', () => requestsConformance(test));
  describe('AuthorizationRequests.redeem', () => redemptionConformance(test));
  describe('Grants', () => grantsConformance(test));
  describe('Tokens', () => tokensConformance(test));
  describe('Tokens.rotate', () => rotationConformance(test));
  describe('Sessions', () => sessionsConformance(test));
  describe('Consents', () => consentsConformance(test));
  describe('Replay', () => replayConformance(test));
  describe('InitialTokens', () => initialTokensConformance(test));
}
