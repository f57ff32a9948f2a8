import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Client } from './client.ts';
import type { Vault } from './keys.ts';
import { strictPolicy } from './policy.ts';
import { metadataFaults } from './registration.ts';
import { sectorOf, subjectOf } from './subject.ts';

const vault = (secret: string): { readonly vault: Vault } => ({
  vault: {
    mac: (purpose, data) => createHmac('sha256', secret).update(`${purpose}\n${data}`).digest(),
    seal: (plain) => plain,
    open: (sealed) => sealed,
  },
});

const client = (changes: Partial<Client>): Client => ({
  client_id: 'rp',
  application_type: 'web',
  redirect_uris: ['https://rp.example/cb', 'https://rp.example:8443/other'],
  post_logout_redirect_uris: [],
  token_endpoint_auth_method: 'none',
  grant_types: ['authorization_code'],
  response_types: ['code'],
  scopes: ['openid'],
  id_token_signed_response_alg: 'RS256',
  secrets: [],
  lifetimes: {},
  policy: strictPolicy,
  disabled: false,
  ...changes,
});
const pairwise = (changes: Partial<Client> = {}) => client({ subject_type: 'pairwise', ...changes });

describe('security: pairwise subjects', () => {
  it.each<[string, Client, string | undefined]>([
    ['none for public subjects', client({}), undefined],
    ['the host of the redirect URIs', pairwise(), 'rp.example'],
    ['the host of sector_identifier_uri', pairwise({ sector_identifier_uri: 'https://sector.example/list' }), 'sector.example'],
    ['the client itself where an address has no host', pairwise({ redirect_uris: ['com.example.app:/cb'] }), 'rp'],
  ])('the sector is %s', (_, who, sector) => {
    expect(sectorOf(who)).toBe(sector);
  });

  it('F18: who knows sector and public subject but not the secret cannot compute the pairwise one', () => {
    const [ours, theirs] = [vault('ours'), vault('theirs')];
    expect(subjectOf(ours, pairwise(), 'ann')).toBe(subjectOf(ours, pairwise({ client_id: 'sibling' }), 'ann'));
    expect(subjectOf(ours, pairwise(), 'ann')).not.toBe(subjectOf(theirs, pairwise(), 'ann'));
    expect(subjectOf(ours, client({}), 'ann')).toBe('ann');
  });

  it('F18: sector and person cannot be exchanged for one another', () => {
    const of = (host: string, sub: string) => subjectOf(vault('x'), pairwise({ redirect_uris: [`https://${host}/`] }), sub);
    expect(of('a', 'b.c')).not.toBe(of('a.b', 'c'));
  });

  it('redirect URIs of several hosts need a sector_identifier_uri, which is an https address', () => {
    const offer = { signing: ['RS256' as const], scopes: [] };
    const faults = (changes: Parameters<typeof metadataFaults>[1]) => metadataFaults(offer, changes).map(({ member }) => member);
    const hosts = { client_id: 'rp', redirect_uris: ['https://a.example/cb', 'https://b.example/cb'], subject_type: 'pairwise' as const };
    expect(faults(hosts)).toEqual(['sector_identifier_uri']);
    expect(faults({ ...hosts, subject_type: 'public' })).toEqual([]);
    expect(faults({ ...hosts, sector_identifier_uri: 'https://a.example/list' })).toEqual([]);
    expect(faults({ ...hosts, sector_identifier_uri: 'http://a.example/list' })).toEqual(['sector_identifier_uri']);
  });

  it('userinfo and introspection are signed with what the tenant offers, and with HS256 only where there is a secret', () => {
    const offer = { signing: ['RS256' as const], scopes: [] };
    const metadata = { client_id: 'rp', redirect_uris: ['https://a.example/cb'] };
    const faults = (changes: object) => metadataFaults(offer, { ...metadata, ...changes }).map(({ member }) => member);
    expect(faults({ userinfo_signed_response_alg: 'RS256', introspection_signed_response_alg: 'HS256' })).toEqual([]);
    expect(faults({ userinfo_signed_response_alg: 'ES256' })).toEqual(['userinfo_signed_response_alg']);
    expect(faults({ token_endpoint_auth_method: 'none', introspection_signed_response_alg: 'HS256' })).toEqual([
      'introspection_signed_response_alg',
    ]);
  });
});
