/**
 * The authority of a tenant for client certificates: one we made at the first start, its key sealed by the master key like the signing keys,
 * or one the operator gave. Of several processes starting at once all use the authority of whoever was first.
 */
import { createPrivateKey, generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto';
import { certificateParts, derExpect, derTag, readDer } from '@symbolon/provider';
import type { Keys, StoredKey } from '../store.ts';
import { authorityExtensions, commonName, keyIdentifierOf, type Signer, writeCertificate } from './write-certificate.ts';

export type Authority = {
  /** One, or several that were given, for example while one replaces another. */
  readonly certificates: readonly X509Certificate[];
  /** Present when it can issue: certificate and key of the first. */
  readonly issuing?: { readonly certificate: X509Certificate; readonly signer: Signer };
};

export type AuthorityDeps = {
  readonly store: Keys;
  readonly seal: (named: Omit<StoredKey, 'sealed'>, plain: string) => string;
  /** Throws when it was sealed by another master key. */
  readonly open: (key: StoredKey) => string;
  readonly now: () => number;
  readonly random: (bytes: number) => string;
};

const alg = 'ES256';
const tenYears = 3650 * 86_400;
/** Clocks of others may be behind. */
const leeway = 300;

/** The tenant's own authority, made if there is none. Throws when it was sealed by another master key. */
export async function ownAuthority({ store, seal, open, now, random }: AuthorityDeps, tenantName: string): Promise<Authority> {
  const find = async () => (await store.list()).find((key) => key.use === 'authority' && key.alg === alg);
  let stored = await find();
  if (stored === undefined) {
    const named = { use: 'authority', alg, kid: random(16), createdAt: now(), usedFrom: now() } as const;
    await store.addFirst({ ...named, sealed: seal(named, make(tenantName, now(), random)) });
    stored = await find();
  }
  if (stored === undefined) throw new Error('the store did not keep the certificate authority it was given');
  const [certificate = '', key = ''] = open(stored).split('\n\n');
  return givenAuthority([certificate], key);
}

/** An authority of the operator's, from PEM; without its key it issues nothing. */
export function givenAuthority(pems: readonly string[], key: string | undefined): Authority {
  const certificates = pems.map((pem) => new X509Certificate(pem));
  const [certificate] = certificates;
  if (certificate === undefined || key === undefined) return { certificates };
  return { certificates, issuing: { certificate, signer: signerOf(certificate, createPrivateKey(key)) } };
}

/** The certificate and its key, each in PEM, with an empty line between. */
function make(tenantName: string, now: number, random: (bytes: number) => string): string {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  // With something random in it: another tenant, or a tenant begun anew, never has an authority of the same name.
  const name = commonName(`${tenantName.slice(0, 30)} client CA ${random(9)}`);
  const keyIdentifier = keyIdentifierOf(publicKey);
  const certificate = writeCertificate(
    {
      serial: serialOf(random),
      subject: name,
      notBefore: now - leeway,
      notAfter: now + tenYears,
      publicKey,
      extensions: authorityExtensions({ subject: keyIdentifier, issuer: keyIdentifier }),
    },
    { privateKey, publicKey, name, keyIdentifier },
  );
  return `${certificate}\n${privateKey.export({ type: 'pkcs8', format: 'pem' })}`;
}

/** 128 random bits, with a 1 before them, so that the number is positive and always as long. */
export function serialOf(random: (bytes: number) => string): Buffer {
  return Buffer.concat([Buffer.from([1]), Buffer.from(random(16), 'base64url')]);
}

/** Name and key identifier to the letter: what a client's certificate must say of its issuer. */
function signerOf({ raw, publicKey }: X509Certificate, privateKey: KeyObject): Signer {
  const { subject, extensions } = certificateParts(raw);
  const identifier = extensions.find(({ id }) => id === subjectKeyIdentifier);
  return {
    privateKey,
    publicKey,
    name: subject.whole,
    ...(identifier && { keyIdentifier: derExpect(readDer(identifier.value), derTag.octets).content }),
  };
}

const subjectKeyIdentifier = '2.5.29.14';
