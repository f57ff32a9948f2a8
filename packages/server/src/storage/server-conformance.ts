/** Promises of the server's own storage port (`../store.ts`), for both engines; the provider's suite covers the rest. */
import { appliedClientConformance, appliedUserConformance } from './server-conformance/applied.ts';
import { attemptsConformance } from './server-conformance/attempts.ts';
import { certificatesConformance } from './server-conformance/certificates.ts';
import type { StorageBackend, Test } from './server-conformance/frame.ts';
import { identitiesConformance } from './server-conformance/identities.ts';
import { keysConformance } from './server-conformance/keys.ts';
import { logoutsConformance } from './server-conformance/logouts.ts';
import { signInConformance } from './server-conformance/sign-in.ts';
import { storageConformance, tenantConformance } from './server-conformance/storage.ts';
import { endingConformance, usersConformance } from './server-conformance/users.ts';
import { waitsConformance } from './server-conformance/waits.ts';

type Runner = {
  readonly describe: (name: string, body: () => void) => void;
  readonly it: (name: string, body: () => Promise<void>) => void;
};

export function serverConformance({ describe, it, open }: Runner & { readonly open: () => Promise<StorageBackend> }): void {
  const test: Test = (name, body) =>
    it(name, async () => {
      const backend = await open();
      try {
        await body(backend);
      } finally {
        await backend.close();
      }
    });
  describe('Users', () => usersConformance(test));
  describe('Users who are disabled', () => endingConformance(test));
  describe('Users who change while they sign in', () => signInConformance(test));
  describe('Keys', () => keysConformance(test));
  describe('Applied clients', () => appliedClientConformance(test));
  describe('Applied users', () => appliedUserConformance(test));
  describe('Attempts', () => attemptsConformance(test));
  describe('Identities', () => identitiesConformance(test));
  describe('Waits', () => waitsConformance(test));
  describe('Logouts', () => logoutsConformance(test));
  describe('Certificates', () => certificatesConformance(test));
  describe('Tenants', () => tenantConformance(test));
  describe('Storage', () => storageConformance(test));
}
