/**
 * The storage port: verbs, not tables. Each verb is one atomic act with its own outcome; there is no transaction object.
 * A store is already bound to a tenant. Times are epoch seconds and are arguments; secrets arrive hashed. A `find` never
 * returns the dead. `memory-store.ts` is the readable definition, `conformance.ts` the suite that every backend passes.
 */
import type { Account } from './accounts.ts';
import type { ResponseMode } from './authorize/response-modes.ts';
import type { ResponseTypeName } from './authorize/response-types.ts';
import type { Client } from './client.ts';
import type { Confirmation } from './confirmation.ts';
import type { ClaimsParameter } from './wire/claims-parameter.ts';
import type { Prompt } from './wire/prompt.ts';

/** The authorization request after validation, as it is stored; wire parameters keep their wire names. */
export type AuthorizationParameters = {
  readonly response_type: ResponseTypeName;
  readonly response_mode: ResponseMode;
  readonly redirect_uri: string;
  /** Whether the client sent it: only then must the token request repeat it (RFC 6749 section 4.1.3). */
  readonly redirect_uri_sent: boolean;
  readonly scopes: readonly string[];
  readonly state?: string;
  readonly nonce?: string;
  readonly code_challenge?: string;
  /** The thumbprint of the DPoP key that the code is bound to (RFC 9449 section 10). */
  readonly dpop_jkt?: string;
  readonly prompt: readonly Prompt[];
  readonly max_age?: number;
  readonly login_hint?: string;
  readonly ui_locales?: string;
  readonly acr_values?: string;
  /** Where the client wants the person to sign in, as IDPartner's and Identify's clients say it; what they name is the server's to know. */
  readonly identity_provider_id?: string;
  readonly whr?: string;
  /** The APIs that access tokens are to be for (RFC 8707); never empty. */
  readonly resources?: readonly string[];
  /** Of the claims asked for by name, those this client can get. */
  readonly claims?: ClaimsParameter;
  /** Scopes beyond `scopes` that stand behind those claims: not granted, but the person is asked for them. */
  readonly claimScopes?: readonly string[];
  /** One of them, or nothing: what the claim `acr` must be (OpenID Connect Core section 5.5.1.1). */
  readonly essentialAcr?: readonly string[];
  /** The subject of a verified `id_token_hint`, or the one that `claims` asks for, and the sector it is of where it is a pairwise one. */
  readonly hintedSub?: string;
  readonly hintedSector?: string;
  /** The claims of the scopes go into the ID token, whatever the client's policy says. */
  readonly scopeClaims?: 'id_token';
};

/**
 * What has happened inside one request. A step records its fact here and nothing else. Each fact names the session it happened under, so
 * that a sign-in or a consent of one account never counts for another; and facts live on the request because whole seconds cannot order
 * a sign-in and the opening of a request that demands a fresh one.
 */
export type Facts = {
  /** The session (account in this browser) this request runs under: the one last chosen or signed in with. */
  readonly sid?: string;
  /** The session that was signed in to, chosen, or consented under within this request. */
  readonly login?: string;
  readonly selected?: string;
  readonly consent?: string;
};

export type PendingRequest = {
  /** Random, in the browser's address bar; no credential: it works only together with the browser that opened it. */
  readonly id: string;
  readonly client_id: string;
  readonly parameters: AuthorizationParameters;
  /** Hash of the cookie of the browser that opened it; undefined until a browser did (pushed by its client, or posted across sites). */
  readonly browser: string | undefined;
  readonly facts: Facts;
  readonly openedAt: number;
  readonly expiresAt: number;
};

/** Who approved what: everything the token endpoint will need. */
export type Approval = {
  readonly sub: string;
  readonly sid: string;
  readonly authTime: number;
  readonly amr: readonly string[];
  readonly acr?: string;
  /** Scopes granted, of those asked for. */
  readonly scopes: readonly string[];
  /** Of a code that nobody is told, where the response type gives none. */
  readonly codeHash: string;
  readonly codeExpiresAt: number;
};

export type ApprovedRequest = Omit<PendingRequest, 'browser' | 'facts'> & { readonly approval: Approval };

/** `replayed`: the code was redeemed before; what it gave is revoked by this very verb, even if it is being written just now. */
export type Redemption =
  | { readonly outcome: 'redeemed'; readonly request: ApprovedRequest; readonly account: Account | undefined }
  | { readonly outcome: 'replayed'; readonly request: ApprovedRequest }
  | { readonly outcome: 'unknown' };

export type AuthorizationRequests = {
  /**
   * Stores a request; with an approval it is born approved, so that a live session costs one write. False, and nothing is stored, when the
   * session of the approval has ended meanwhile: what ends a session ends every code that could come from it.
   */
  readonly push: (request: PendingRequest, approval?: Approval) => Promise<boolean>;
  /** A request still pending. */
  readonly find: (id: string, now: number) => Promise<PendingRequest | undefined>;
  /** Binds a request that no browser has opened yet, and from now on it lives until `expiresAt`; true for the one that wins. */
  readonly claim: (id: string, browser: string, expiresAt: number, now: number) => Promise<boolean>;
  /** Adds facts to a pending request of this browser; false when there is none (any more). */
  readonly record: (id: string, browser: string, facts: Facts, now: number) => Promise<boolean>;
  /** pending -> approved, once, by the browser that opened it or by the first that does, while the session of the approval lives. */
  readonly approve: (id: string, browser: string, approval: Approval, now: number) => Promise<boolean>;
  /** pending -> denied, once, by the browser that opened it or by the first that does. */
  readonly deny: (id: string, browser: string, now: number) => Promise<boolean>;
  /**
   * approved -> redeemed, once, and the account with it. A second use inside `replayWindow` seconds after the first answers
   * `replayed` and revokes the grant, whose id is the request's.
   */
  readonly redeem: (codeHash: string, replayWindow: number, now: number) => Promise<Redemption>;
};

/** What a person (or a client for itself) allowed a client: all its tokens hang on it. */
export type Grant = {
  /** The id of the authorization request whose code it came from, else random. */
  readonly id: string;
  /** The authorization request that was answered with its access token, without a code in between. */
  readonly request?: string;
  readonly client_id: string;
  readonly sub: string;
  readonly sid?: string;
  /** A sign-out revokes it. Without `offline_access`, nothing it gave is for a time when the person is away. */
  readonly endsWithSession?: true;
  readonly scopes: readonly string[];
  /** The APIs its access tokens may be meant for (RFC 8707). */
  readonly resources?: readonly string[];
  /** Claims asked for by name, beside those of the scopes. */
  readonly claims?: ClaimsParameter;
  /** The keys that its refresh tokens are bound to. */
  readonly confirmation?: Confirmation;
  readonly authTime: number;
  readonly amr: readonly string[];
  readonly acr?: string;
  readonly createdAt: number;
  /** When the last token that can hang on it is dead; rotation moves it. */
  readonly expiresAt: number;
};

export type NewAccessToken = {
  readonly hash: string;
  /** Undefined for a client acting for itself. */
  readonly grantId: string | undefined;
  readonly client_id: string;
  /** Narrower than the grant's when the client asked so; undefined means the grant's. Always there without a grant. */
  readonly scopes?: readonly string[];
  /** The APIs it is meant for (RFC 8707), where they are fewer than the grant's, or there is no grant; undefined means the grant's. */
  readonly audience?: readonly string[];
  /** The keys it is bound to; undefined for a bearer token. Never taken from the grant: what refresh tokens are bound to is another matter. */
  readonly confirmation?: Confirmation;
  readonly issuedAt: number;
  readonly expiresAt: number;
};

export type NewRefreshToken = {
  /** Hash of the part of the token that stays the same through all rotations: the family. Its first generation is 0. */
  readonly familyHash: string;
  readonly expiresAt: number;
};

export type AccessToken = NewAccessToken & {
  readonly grant: Grant | undefined;
  /** The person it speaks for, alive or disabled; undefined for a client acting for itself. */
  readonly account: Account | undefined;
};

/**
 * `rotated`: this use was of the present generation, and the family is at `next` now. `again`: the token was rotated less than `grace` seconds ago, so the answer is the
 * same successor. `reused`: later than that, or an older generation: the grant is revoked by this very verb. `otherKey`: the grant is bound
 * to a key that the use does not prove; nothing has changed, because who holds only the token must not be able to end it either.
 */
export type Rotation =
  | { readonly outcome: 'rotated' | 'again'; readonly grant: Grant; readonly account: Account | undefined }
  | { readonly outcome: 'reused'; readonly grant: Grant }
  | { readonly outcome: 'otherKey'; readonly grant: Grant }
  | { readonly outcome: 'unknown' };

export type RefreshUse = {
  readonly familyHash: string;
  readonly generation: number;
  /** The generation of the family afterwards: one more, or the same where the token stays as it is, which ends no grace time and begins none. */
  readonly next: number;
  readonly client_id: string;
  /** The keys that the request proves. */
  readonly proven: Confirmation;
  /** Seconds a rotated token keeps answering. */
  readonly grace: number;
  /** New expiry of family and grant. */
  readonly expiresAt: number;
  /** The access token given with this use; written only if the outcome is `rotated` or `again`. `grantId` is filled in by the store. */
  readonly access: Omit<NewAccessToken, 'grantId'>;
};

export type Grants = {
  /**
   * Writes a grant with its first tokens, all or nothing. If its authorization request was replayed or ended meanwhile, it is
   * born revoked. One statement on a database that can.
   */
  readonly open: (grant: Grant, access: NewAccessToken, refresh?: NewRefreshToken) => Promise<void>;
  /** Of a person, newest first; alive only. */
  readonly list: (sub: string, now: number) => Promise<readonly Grant[]>;
  /** Ends the grant and every token on it; true if it was alive. */
  readonly revoke: (id: string, now: number) => Promise<boolean>;
};

export type Tokens = {
  /** An access token without a grant: a client acting for itself. */
  readonly add: (access: NewAccessToken) => Promise<void>;
  /** Alive itself, on a grant alive; one statement, with grant and account. */
  readonly findAccess: (hash: string, now: number) => Promise<AccessToken | undefined>;
  /** The grant of a refresh family whose current generation, or one inside its grace, this is. Reads only. */
  readonly findRefresh: (familyHash: string, generation: number, grace: number, now: number) => Promise<Grant | undefined>;
  /** One statement on a database that can. */
  readonly rotate: (use: RefreshUse, now: number) => Promise<Rotation>;
  /** Ends one access token; true if it was alive and this client's. */
  readonly revokeAccess: (hash: string, client_id: string, now: number) => Promise<boolean>;
};

/** One person signed in in one browser. A browser may hold several. */
export type Session = {
  /** The claim `sid`. */
  readonly sid: string;
  readonly sub: string;
  readonly authTime: number;
  readonly amr: readonly string[];
  readonly acr?: string;
  /** The upstream that saw her sign in, where it was not us. */
  readonly upstream?: string;
  /** The kind of browser she signed in with, in words of ours. */
  readonly device?: string;
  /** The clients that were answered in it, each with when it was first. */
  readonly clients: Readonly<Record<string, number>>;
  readonly createdAt: number;
  readonly seenAt: number;
  readonly expiresAt: number;
};

/** A session with what `decide` must know about it. */
export type SessionView = Session & { readonly account: Account; readonly consented: readonly string[] };

/** The session an upstream keeps for her, by its own names. Only the end of ours looks at it, so that no `find` carries it about. */
export type UpstreamSession = {
  readonly issuer: string;
  readonly subject: string;
  /** Its claim `sid`, where it has one. */
  readonly sid?: string;
  /** Epoch seconds by the upstream's clock: when it told us of her. */
  readonly toldAt: number;
  /** What it wants to see when she is to be signed out there too; sealed. */
  readonly hint?: string;
};

/**
 * Sessions of an upstream that are over: the one called `sid`, else all of `subject`; with both, also ours of that subject for which it named no
 * `sid`. Of those that it told us of after `toldUntil` (epoch seconds, its clock) none is meant.
 */
export type UpstreamEnd = {
  readonly upstream: string;
  readonly issuer: string;
  readonly subject?: string;
  readonly sid?: string;
  readonly toldUntil: number;
  /** The name of a message that counts once, kept until then. */
  readonly once?: { readonly key: string; readonly until: number };
};

export type Authentication = {
  readonly sid: string;
  readonly sub: string;
  readonly authTime: number;
  readonly amr: readonly string[];
  readonly acr?: string;
  readonly upstream?: string;
  readonly upstreamSession?: UpstreamSession;
  readonly device?: string;
  readonly expiresAt: number;
  /** What proved it, as the server keeps it (a password hash), when a change of it must undo this sign-in. */
  readonly credential?: string;
};

export type Sessions = {
  /**
   * The live sessions of a browser whose accounts are active, most recently seen first, with the scopes each account has
   * already consented to for the client. `idle` is the number of seconds after which an unseen session is dead. One statement.
   */
  readonly find: (browser: string, client_id: string | undefined, idle: number, now: number) => Promise<readonly SessionView[]>;
  /**
   * A person has just proved who she is. The browser gets a new secret (`next`): its other sessions and its 50 newest pending requests
   * move along, older ones die with the old secret, and whoever knows it has nothing. A session of the same person in this browser is
   * renewed and keeps its sid. Answers the sid in force; undefined, and nothing has changed, when the account is not active any more or
   * the credential is no longer the one that was checked.
   */
  readonly authenticate: (
    previous: string | undefined,
    next: string,
    authentication: Authentication,
    now: number,
  ) => Promise<string | undefined>;
  /** Notes that a session is in use. */
  readonly touch: (sid: string, now: number) => Promise<void>;
  /** Notes, before a client is answered, that it will know of the session: whatever ends the session after that finds it. */
  readonly join: (sid: string, client_id: string, now: number) => Promise<void>;
  /** The live sessions of a person in every browser, most recently seen first; none of a disabled one. */
  readonly list: (sub: string, idle: number, now: number) => Promise<readonly Session[]>;
  /**
   * Ends one session of a browser, or all of them. What ends a session ends its codes and the grants that end with it, and notes for every
   * client that knows of it that it must be told, all in one act. Answers what was ended.
   */
  readonly end: (browser: string, sid: string | undefined, now: number) => Promise<readonly EndedSession[]>;
  /** Ends one session of a person, in whichever browser it is. */
  readonly endOne: (sub: string, sid: string, now: number) => Promise<readonly EndedSession[]>;
  /** Ends every session of a person, in every browser. */
  readonly endAll: (sub: string, now: number) => Promise<readonly EndedSession[]>;
  /**
   * Ends every session that rests on one of an upstream's that is over, in every browser. Undefined, and nothing ends, when the message was
   * counted before: counting and ending are one act, so that a message cut short by a crash is not taken for one that was heard.
   */
  readonly endUpstream: (end: UpstreamEnd, now: number) => Promise<readonly EndedSession[] | undefined>;
};

/** `clients`: those that were answered in it, and those that hold a grant from it. `upstream`: where it came from, with its sealed hint. */
export type EndedSession = {
  readonly sid: string;
  readonly sub: string;
  readonly clients: readonly string[];
  readonly upstream?: { readonly id: string; readonly hint?: string };
};

export type Consents = {
  /** Adds scopes to what this person allowed this client. */
  readonly remember: (sub: string, client_id: string, scopes: readonly string[], now: number) => Promise<void>;
  /** Takes everything back that this person allowed this client: consent, codes and grants. False when there was neither consent nor grant. */
  readonly forget: (sub: string, client_id: string, now: number) => Promise<boolean>;
  readonly list: (
    sub: string,
  ) => Promise<readonly { readonly client_id: string; readonly scopes: readonly string[]; readonly at: number }[]>;
};

export type Replay = {
  /** True exactly once for a key of a kind, until it is forgotten at `until`. */
  readonly once: (kind: string, key: string, until: number, now: number) => Promise<boolean>;
};

/** Tokens by which clients register themselves (RFC 7591 section 3.1), each good for so many. */
export type InitialTokens = {
  readonly add: (hash: string, uses: number, expiresAt: number) => Promise<void>;
  /** Whether it can be used now. */
  readonly alive: (hash: string, now: number) => Promise<boolean>;
  /** Uses it once: true exactly as many times as it has uses, until it expires. */
  readonly take: (hash: string, now: number) => Promise<boolean>;
};

export type Clients = {
  /** Also a disabled one: the caller must tell an unknown client from a disabled one in the log, though not in the answer. */
  readonly find: (client_id: string) => Promise<Client | undefined>;
  readonly list: () => Promise<readonly Client[]>;
  /** False when the id is taken. */
  readonly register: (client: Client, now: number) => Promise<boolean>;
  readonly replace: (client: Client, now: number) => Promise<boolean>;
  /** As `replace`, while it is still as `before`: who decides on what he read undoes nothing that was written meanwhile. */
  readonly revise: (before: Client, after: Client, now: number) => Promise<boolean>;
  /** Removes the client with its grants, tokens and consents. */
  readonly remove: (client_id: string, now: number) => Promise<boolean>;
};

export type Store = {
  readonly clients: Clients;
  readonly requests: AuthorizationRequests;
  readonly grants: Grants;
  readonly tokens: Tokens;
  readonly sessions: Sessions;
  readonly consents: Consents;
  readonly replay: Replay;
  readonly initialTokens: InitialTokens;
};
