import { createHook } from 'node:async_hooks';
import { pbkdf2Sync, scryptSync } from 'node:crypto';
import { OAuthError } from '@symbolon/provider';
import { hashSync } from 'bcryptjs';
import { describe, expect, it } from 'vitest';
import { hashPassword, isPasswordHash, needsRehash, passwordProblem, verifyPassword } from './password.ts';

const b64 = (octets: Buffer) => octets.toString('base64').replace(/=+$/, '');

/** How often argon2 was computed while the work ran. */
async function argon2Jobs(work: () => Promise<unknown>): Promise<number> {
  let jobs = 0;
  const hook = createHook({
    init: (_id, type) => {
      if (type === 'ARGON2REQUEST') jobs++;
    },
  }).enable();
  await work().finally(() => hook.disable());
  return jobs;
}

describe('our own hashes', () => {
  it('are argon2id PHC strings with 19 MiB, two passes, a salt of their own, and verify', async () => {
    const [one, two] = await Promise.all([hashPassword('correct horse'), hashPassword('correct horse')]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(one).not.toBe(two);
    expect(await verifyPassword('correct horse', one)).toBe(true);
    expect(await verifyPassword('correct horsf', one)).toBe(false);
    expect(needsRehash(one)).toBe(false);
  });

  it('J16: NFC, NFD and compatibility forms of a password, emoji included, are the same password', async () => {
    const hash = await hashPassword('Ångström \u{1f469}\u200d\u{1f680} ﬁn ①');
    for (const form of ['NFC', 'NFD', 'NFKC', 'NFKD'] as const) {
      expect(await verifyPassword('Ångström \u{1f469}\u200d\u{1f680} ﬁn ①'.normalize(form), hash)).toBe(true);
    }
    expect(await verifyPassword('Angström \u{1f469}\u200d\u{1f680} ﬁn ①', hash)).toBe(false);
    expect(await verifyPassword('Ångström \u{1f680} ﬁn ①', hash)).toBe(false);
  });

  it('J16: 1 MB, 1025 octets, NUL, half a surrogate pair and nothing at all are refused before any hash is computed', async () => {
    const hash = await hashPassword('a');
    const refused = {
      too_long: ['x'.repeat(1_000_000), 'x'.repeat(1025), 'ä'.repeat(513)],
      forbidden_character: ['a\0', '\0', 'a\ud800'],
      empty: [''],
    };
    const jobs = await argon2Jobs(async () => {
      for (const [problem, passwords] of Object.entries(refused)) {
        for (const password of passwords) {
          expect(passwordProblem(password)).toBe(problem);
          expect(await verifyPassword(password, hash)).toBe(false);
          expect(await verifyPassword(password, undefined)).toBe(false);
          await expect(hashPassword(password)).rejects.toBeInstanceOf(OAuthError);
        }
      }
    });
    expect(jobs).toBe(0);
  });

  it('J16: the limit counts octets after normalisation, so that it is the same for both forms', async () => {
    const composed = 'ä'.repeat(512);
    expect(passwordProblem(composed)).toBeUndefined();
    expect(passwordProblem(composed.normalize('NFD'))).toBeUndefined();
    expect(await verifyPassword(composed.normalize('NFD'), await hashPassword(composed))).toBe(true);
  });

  it('J14: a person with a hash, without one, and with an unreadable one cost one argon2 each', async () => {
    const hash = await hashPassword('right');
    expect(await argon2Jobs(() => verifyPassword('wrong', hash))).toBe(1);
    expect(await argon2Jobs(() => verifyPassword('right', hash))).toBe(1);
    expect(await argon2Jobs(() => verifyPassword('wrong', undefined))).toBe(1);
    expect(await argon2Jobs(() => verifyPassword('wrong', '{CRYPT}x'))).toBe(1);
  });
});

describe('hashes of other systems', () => {
  const vectors: Record<string, readonly [password: string, hash: string]> = {
    'argon2id, reference implementation': [
      'password',
      '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
    ],
    'argon2id with two lanes': ['password', '$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc'],
    'argon2i, reference implementation': [
      'password',
      '$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA',
    ],
    'bcrypt $2a, crypt_blowfish': ['U*U', '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'],
    'bcrypt $2b': ['U*U', '$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'],
    'bcrypt $2y': ['U*U*', '$2y$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK'],
    'scrypt, RFC 7914 section 12': [
      'pleaseletmein',
      `$scrypt$ln=14,r=8,p=1$${b64(Buffer.from('SodiumChloride'))}$cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofLVQylVYT8Pz2LUlwUkKpr55h6F3A1lHkDfzwF7RVdYhw`,
    ],
    'scrypt, passlib': ['password', '$scrypt$ln=16,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E'],
    'pbkdf2-sha256, RFC 7914 section 11, PHC': [
      'Password',
      '$pbkdf2-sha256$i=80000$TmFDbA$TdzY9guYviGDDO5e8icB+WQaRBjQTAQUrv8Ih2s0q1ah1CWhIlgzVJrbhBtRybMXaicr3ruh0HhHj2Kzl/M8jQ',
    ],
    'pbkdf2-sha256, passlib': ['password', '$pbkdf2-sha256$6400$.6UI/S.nXIk8jcbdHx3Fhg$98jZicV16ODfEsEZeYPGHU3kbrUrvUEXOPimVSQDD44'],
    'pbkdf2-sha256, Django': ['l\u00e8tmein', 'pbkdf2_sha256$10000$seasalt$CWWFdHOWwPnki7HvkcqN9iA2T3KLW1cf2uZ5kvArtVY='],
  };

  it.each(Object.entries(vectors))(
    '%s: verifies, refuses another password, is to be replaced when weaker',
    async (_name, [password, hash]) => {
      expect(isPasswordHash(hash)).toBe(true);
      expect(await verifyPassword(password, hash)).toBe(true);
      expect(await verifyPassword(`${password}x`, hash)).toBe(false);
      expect(needsRehash(hash)).toBe(!hash.startsWith('$argon2id$v=19$m=65536'));
    },
  );

  it('argon2d, sha1 and sha512 forms made by node:crypto verify', async () => {
    const salt = Buffer.from('0123456789abcdef');
    const sha512 = `$pbkdf2-sha512$i=1000$${b64(salt)}$${b64(pbkdf2Sync('pw', salt, 1000, 64, 'sha512'))}`;
    const sha1 = `$pbkdf2$1000$${b64(salt).replaceAll('+', '.')}$${b64(pbkdf2Sync('pw', salt, 1000, 20, 'sha1')).replaceAll('+', '.')}`;
    const lanes = `$scrypt$ln=4,r=8,p=16$${b64(salt)}$${b64(scryptSync('pw', salt, 32, { N: 16, r: 8, p: 16 }))}`;
    for (const hash of [sha512, sha1, lanes]) {
      expect(await verifyPassword('pw', hash)).toBe(true);
      expect(await verifyPassword('px', hash)).toBe(false);
    }
  });

  it('bcrypt does not hold the event loop', async () => {
    const hash = hashSync('slow', 11);
    let turns = 0;
    const timer = setInterval(() => turns++, 2);
    expect(await verifyPassword('slow', hash)).toBe(true);
    clearInterval(timer);
    expect(turns).toBeGreaterThan(10);
  });

  it('what costs too much, is too short to mean anything, or has another form is refused unread', async () => {
    const tag = 'A'.repeat(43);
    const refused = [
      `$argon2id$v=19$m=1048576,t=1,p=1$c29tZXNhbHQ$${tag}`,
      `$argon2id$v=19$m=262144,t=5,p=1$c29tZXNhbHQ$${tag}`,
      `$argon2id$v=19$m=64,t=99999999,p=1$c29tZXNhbHQ$${tag}`,
      `$argon2id$v=19$m=19456,t=2,p=17$c29tZXNhbHQ$${tag}`,
      `$argon2id$v=19$m=4,t=2,p=1$c29tZXNhbHQ$${tag}`,
      `$argon2id$v=19$m=64,t=0,p=1$c29tZXNhbHQ$${tag}`,
      `$argon2id$v=16$m=64,t=2,p=1$c29tZXNhbHQ$${tag}`,
      `$argon2id$v=19$m=64,t=2,p=1$c2FsdA$${tag}`,
      `$argon2id$v=19$m=64,t=2,p=1$c29tZXNhbHQ$AAAA`,
      `$argon2id$v=19$m=64,t=2,p=1$c29tZXNhbHQ$${'A'.repeat(400)}`,
      `$argon2id$v=19$m=64,t=2,p=1$c29tZXNhbHQ$***${tag}`,
      `$2a$15$${'C'.repeat(53)}`,
      `$2a$03$${'C'.repeat(53)}`,
      `$2x$05$${'C'.repeat(53)}`,
      `$scrypt$ln=22,r=8,p=1$c2FsdA$${tag}`,
      `$scrypt$ln=0,r=8,p=1$c2FsdA$${tag}`,
      `$scrypt$ln=10,r=0,p=1$c2FsdA$${tag}`,
      `$pbkdf2-sha256$i=2000001$c2FsdA$${tag}`,
      `$pbkdf2-sha256$i=0$c2FsdA$${tag}`,
      `$pbkdf2-md5$i=1000$c2FsdA$${tag}`,
      `pbkdf2_sha256$1000$salt$`,
      '{SSHA}AAAA',
      'plain text',
      '',
      'x'.repeat(1_000_000),
    ];
    for (const hash of refused) {
      expect(isPasswordHash(hash), hash.slice(0, 60)).toBe(false);
      expect(needsRehash(hash)).toBe(true);
    }
    expect(await verifyPassword('plain text', 'plain text')).toBe(false);
  });
});
