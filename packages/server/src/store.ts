/**
 * The storage port of the server: the provider's, and what only the product needs. Same rules: verbs, each one atomic act,
 * already bound to a tenant, times as arguments in epoch seconds, secrets hashed or sealed before they arrive.
 */
import type { Account, Client, Json, Store } from '@symbolon/provider';

export type User = Account & {
  /** Canonical form of the username, unique in the tenant: what a person types is brought into it before the search. */
  readonly usernameKey: string;
  readonly createdAt: number;
};

export type Users = {
  readonly find: (sub: string) => Promise<User | undefined>;
  /** The person with this canonical username and, in the same statement, her password hash (PHC or modular form) if she has one. */
  readonly findForPassword: (
    usernameKey: string,
  ) => Promise<{ readonly user: User; readonly passwordHash: string | undefined } | undefined>;
  /**
   * The people whose e-mail address could be taken for this one (case, width and look-alike letters do not count), at most two. Being found is a
   * reason to ask, and no proof.
   */
  readonly findByEmail: (email: string) => Promise<readonly User[]>;
  /** By username, after the given key, at most `limit`. */
  readonly list: (after: string | undefined, limit: number) => Promise<readonly User[]>;
  /** Adds a person with her password; false, and nothing written, when sub or username is taken. */
  readonly add: (user: User, passwordHash: string | undefined) => Promise<boolean>;
  /** Replaces profile, groups and roles of a person by her sub; false when there is none. */
  readonly replace: (user: User) => Promise<boolean>;
  /** Effective at the next request of every process; disabling also ends the person's sessions and grants. False when unknown. */
  readonly setActive: (sub: string, active: boolean, now: number) => Promise<boolean>;
  /** A new password, which ends the person's sessions and grants. False when unknown. */
  readonly setPassword: (sub: string, passwordHash: string, now: number) => Promise<boolean>;
  /** The same password in a better hash, unless it was changed meanwhile: nothing ends, and nobody counts it as a change. */
  readonly rehash: (sub: string, previous: string, next: string) => Promise<boolean>;
};

/** A key pair or secret of the tenant, sealed by the installation's master key. */
export type StoredKey = {
  /**
   * `signing` and `encryption` for key pairs, `secret` for the tenant's own MAC and sealing secret, `authority` for the CA of client
   * certificates.
   */
  readonly use: 'signing' | 'encryption' | 'secret' | 'authority';
  readonly alg: string;
  readonly kid: string;
  readonly sealed: string;
  readonly createdAt: number;
  /** Epoch seconds; of the keys of a use and algorithm the one that began last is in use. */
  readonly usedFrom: number;
  /** The `kid` of the key it was made to replace. */
  readonly follows?: string;
};

export type Keys = {
  readonly list: () => Promise<readonly StoredKey[]>;
  /** Adds the key unless one of this use and algorithm is there: two processes starting at once keep one. False when it was not added. */
  readonly addFirst: (key: StoredKey) => Promise<boolean>;
  /** Adds a key that follows another, which can be followed once: of two processes that rotate at the same time one gets true. */
  readonly addNext: (key: StoredKey & { readonly follows: string }) => Promise<boolean>;
  /** True if it was there. */
  readonly remove: (kid: string) => Promise<boolean>;
};

/** What the configuration file put in, so that a later change by somebody else is noticed and not overwritten. */
export type Applied = {
  /**
   * The entry as it was last applied; a user's id is her canonical username. `changedSince`: something else wrote the row after that. A look
   * that saves the work of preparing an entry; the verbs below decide.
   */
  readonly find: (kind: 'client' | 'user', id: string) => Promise<{ readonly digest: string; readonly changedSince: boolean } | undefined>;
  /** Writes a client of the file and remembers its digest. */
  readonly client: (client: Client, digest: string, now: number) => Promise<ApplyOutcome>;
  /**
   * Writes a person of the file and remembers her digest. Who has this username already keeps sub, createdAt and active. Without a password
   * hers stays; a new one for somebody who is there ends her sessions and grants.
   */
  readonly user: (user: User, password: { readonly hash: string } | undefined, digest: string, now: number) => Promise<ApplyOutcome>;
};

/**
 * `kept`: changed or removed by something else since the file was last applied, and therefore left alone. `written`: as the file says, also
 * when another process has just applied the same digest.
 */
export type ApplyOutcome = 'written' | 'kept';

/**
 * Failures counted in buckets (a person, an address: the caller names them), shared by all processes, surviving a restart. A window begins
 * with its first failure and lasts `window` seconds; then counting begins anew.
 */
export type Attempts = {
  /** Adds one; answers how many there are now in the window, this one among them. */
  readonly failed: (bucket: string, window: number, now: number) => Promise<number>;
  readonly count: (bucket: string, window: number, now: number) => Promise<number>;
  readonly clear: (bucket: string) => Promise<void>;
};

/** A person as an upstream knows her, compared byte for byte. `issuer`: of the upstream, as it was when the identity was made. */
export type IdentityKey = { readonly upstream: string; readonly issuer: string; readonly subject: string };

/**
 * What an upstream gives an account: claims that it does not have from elsewhere, groups, roles. What it gave at one sign-in is replaced at
 * the next, and nothing else of the account.
 */
export type Given = {
  readonly claims: Readonly<Record<string, Json>>;
  readonly groups: readonly string[];
  readonly roles: readonly string[];
};

export type Identity = IdentityKey & {
  readonly sub: string;
  /** Whether the account was made for the identity, or was there before. */
  readonly origin: 'provisioned' | 'linked';
  readonly given: Given;
  readonly createdAt: number;
  readonly seenAt: number;
};

/** `identity_taken`: it is somebody's by now. `name_taken`: sub or username is. Nothing was written in either case. */
export type Provisioned = 'provisioned' | 'identity_taken' | 'name_taken';

export type Identities = {
  /** The identity and its account, also a disabled one. One statement. */
  readonly find: (key: IdentityKey) => Promise<{ readonly identity: Identity; readonly user: User } | undefined>;
  /** Of a person, oldest first. */
  readonly list: (sub: string) => Promise<readonly Identity[]>;
  /** Adds a person, who holds what is given already, with her identity: both or nothing. */
  readonly provision: (user: User, key: IdentityKey, given: Given, now: number) => Promise<Provisioned>;
  /** Makes the identity that of an active person who is there; false, and nothing is written, when it is anybody's already. */
  readonly link: (sub: string, key: IdentityKey, given: Given, now: number) => Promise<boolean>;
  /** Replaces what the upstream gave before; answers the person as she is then, undefined when the identity is nobody's. */
  readonly refresh: (key: IdentityKey, given: Given, now: number) => Promise<User | undefined>;
  /**
   * Ends the link of this person, and with it her sessions that rest on it: groups and roles given by it go, and whatever waits for a proof of this
   * identity. False when it is not hers.
   */
  readonly unlink: (sub: string, key: IdentityKey, now: number) => Promise<boolean>;
};

/** Something a browser is to come back with: a sign-in under way at an upstream, or an identity that waits for a proof of control. */
export type Wait = {
  /** One name space each: what was made for one is nothing in the other. */
  readonly kind: 'login' | 'proof';
  /** Of the random value that comes back. */
  readonly hash: string;
  readonly browser: string;
  /** Sealed where it holds secrets. */
  readonly data: string;
  /** Dies when this identity is unlinked. */
  readonly identity?: IdentityKey;
  readonly expiresAt: number;
};

/** The 50 newest of a browser follow it to its new secret when somebody signs in in it (`sessions.authenticate`); older ones die with the old one. */
export type Waits = {
  readonly add: (wait: Wait) => Promise<void>;
  readonly find: (kind: Wait['kind'], hash: string, browser: string, now: number) => Promise<string | undefined>;
  /** The data, once, and only for the browser it was made in; another one neither gets nor ends it. */
  readonly take: (kind: Wait['kind'], hash: string, browser: string, now: number) => Promise<string | undefined>;
};

/** Which upstream somebody chose last, by a keyed hash of the visitor id that pages hand over: a hint, and never more. */
export type Choices = {
  readonly remember: (visitor: string, upstream: string, expiresAt: number) => Promise<void>;
  readonly find: (visitor: string, now: number) => Promise<string | undefined>;
  readonly forget: (visitor: string) => Promise<void>;
};

/** What became of telling one client that one session ended (OpenID Connect Back-Channel Logout). The act that ends a session writes it. */
export type Logout = {
  readonly sid: string;
  readonly client_id: string;
  readonly sub: string;
  readonly endedAt: number;
  /** `silent`: the client has nothing registered at which it could be told. */
  readonly state: 'waiting' | 'told' | 'silent' | 'given_up';
  readonly attempts: number;
  readonly lastAt?: number;
  /** The HTTP status of the last try; 0 when there was no answer. */
  readonly lastStatus?: number;
  /** When it stopped waiting. */
  readonly settledAt?: number;
};

type LogoutKey = Pick<Logout, 'sid' | 'client_id'>;

/** `nextAt`: when to try again, of one that goes on waiting. */
export type LogoutOutcome = Pick<Logout, 'state'> & { readonly status?: number; readonly nextAt?: number };

export type Logouts = {
  /**
   * Those to be sent now: of each client the first that waits, in the order in which sessions ended; one that the client refused (4xx) does not
   * hold up those behind it. At most 100.
   */
  readonly due: (now: number) => Promise<readonly Logout[]>;
  /** True for one of many who want to send it; nobody else may before `until`, when whoever had it is taken for dead. Counts as an attempt. */
  readonly claim: (key: LogoutKey, until: number, now: number) => Promise<boolean>;
  /** False, and nothing changes, when it waits no more. */
  readonly settle: (key: LogoutKey, outcome: LogoutOutcome, now: number) => Promise<boolean>;
  /** What became of one session's, for a week. */
  readonly ofSession: (sid: string) => Promise<readonly Logout[]>;
  /** The newest first. */
  readonly list: (limit: number) => Promise<readonly Logout[]>;
};

/** A certificate that the tenant's own authority issued to a client (RFC 5280). */
export type IssuedCertificate = {
  /** Hexadecimal, upper case. */
  readonly serial: string;
  readonly client_id: string;
  readonly pem: string;
  readonly issuedAt: number;
  /** The certificate's own end. */
  readonly expiresAt: number;
  readonly revokedAt?: number;
};

export type Certificates = {
  /** Keeps a certificate for a client; false, and nothing kept, when there is no such client (any more), or the serial is taken. */
  readonly add: (certificate: IssuedCertificate) => Promise<boolean>;
  /** One that is alive: neither expired nor revoked. */
  readonly find: (serial: string, now: number) => Promise<IssuedCertificate | undefined>;
  /** Of a client, or all; revoked ones too, and expired ones for 90 days, so that an operator can see what became of them. By client, oldest first. */
  readonly list: (client_id: string | undefined) => Promise<readonly IssuedCertificate[]>;
  /** Effective at the next request of every process; true if it was alive. */
  readonly revoke: (serial: string, now: number) => Promise<boolean>;
};

export type TenantStore = Store & {
  readonly users: Users;
  readonly keys: Keys;
  readonly applied: Applied;
  readonly attempts: Attempts;
  readonly identities: Identities;
  readonly waits: Waits;
  readonly choices: Choices;
  readonly logouts: Logouts;
  /** Go with their client. */
  readonly certificates: Certificates;
};

export type Storage = {
  readonly tenant: (id: string) => TenantStore;
  /** Brings the schema up to date; answers the names of the migrations it ran. Safe when several processes start at once. */
  readonly migrate: () => Promise<readonly string[]>;
  /** Throws when the database does not answer. */
  readonly ready: () => Promise<void>;
  /** Deletes at most `limit` expired rows of each kind; answers how many went. Call again while it answers as many as asked. */
  readonly sweep: (now: number, limit: number) => Promise<number>;
  /** Calls when clients, keys or settings of a tenant (undefined: of any) may have changed, also by another process. Answers how to stop. */
  readonly watch: (changed: (tenant: string | undefined) => void) => () => void;
  /**
   * Call before believing a copy in memory: what other processes changed reaches the watchers before it returns. A microsecond on SQLite,
   * nothing on PostgreSQL, which tells by itself.
   */
  readonly look: () => void;
  readonly close: () => Promise<void>;
};
