/**
 * The tables, the same on both databases: a column for what is searched, JSON text for the rest, times in epoch seconds. Every table
 * leads with the tenant. Rows are dead when now >= their time; `sweep.ts` removes them later.
 */

export type Schema = {
  clients: { tenant: string; client_id: string; data: string; revision: string };
  requests: {
    tenant: string;
    id: string;
    client_id: string;
    stage: 'pending' | 'approved' | 'denied' | 'redeemed' | 'replayed';
    /** Of a pending request only, so that the index over it stays small. */
    browser: string | null;
    parameters: string;
    facts: string;
    opened_at: number;
    expires_at: number;
    /** When the present stage ends: the person's time, the code's, or the time in which a second use is noticed. */
    dies_at: number;
    code_hash: string | null;
    sub: string | null;
    approval: string | null;
  };
  grants: {
    tenant: string;
    id: string;
    client_id: string;
    sub: string;
    sid: string | null;
    data: string;
    expires_at: number;
    revoked_at: number | null;
    /** The refresh family: one row for the whole chain, no row for a refresh token. */
    family_hash: string | null;
    generation: number;
    rotated_at: number | null;
    refresh_expires_at: number | null;
    /** The keys that using the family takes; `data` has them too. */
    jkt: string | null;
    x5t: string | null;
  };
  access_tokens: {
    tenant: string;
    hash: string;
    grant_id: string | null;
    client_id: string;
    scopes: string | null;
    audience: string | null;
    confirmation: string | null;
    issued_at: number;
    expires_at: number;
  };
  sessions: {
    tenant: string;
    sid: string;
    browser: string;
    sub: string;
    data: string;
    created_at: number;
    seen_at: number;
    expires_at: number;
    /** JSON object: the clients that were answered in it, and when first. */
    clients: string;
    /** The upstream it rests on, and what that calls its own session; all null, or all but `sid` and `hint` there. */
    upstream: string | null;
    upstream_issuer: string | null;
    upstream_subject: string | null;
    upstream_sid: string | null;
    upstream_told_at: number | null;
    upstream_hint: string | null;
  };
  logouts: {
    tenant: string;
    sid: string;
    client_id: string;
    sub: string;
    state: 'waiting' | 'told' | 'silent' | 'given_up';
    ended_at: number;
    attempts: number;
    /** When it is tried next; while somebody is sending it, when he is taken for dead. */
    next_at: number;
    last_at: number | null;
    last_status: number | null;
    settled_at: number | null;
    expires_at: number;
  };
  consents: { tenant: string; sub: string; client_id: string; scopes: string; at: number };
  initial_tokens: { tenant: string; hash: string; uses: number; expires_at: number };
  replay: { tenant: string; kind: string; key: string; until: number };
  users: {
    tenant: string;
    sub: string;
    username_key: string;
    data: string;
    password_hash: string | null;
    /** See `email-key.ts`. */
    email_key: string | null;
    created_at: number;
    revision: string;
  };
  keys: {
    tenant: string;
    kid: string;
    use: 'signing' | 'encryption' | 'secret' | 'authority';
    alg: string;
    /** 1 for the key made at first start: a unique index over it lets one of several processes win. */
    first: number;
    sealed: string;
    created_at: number;
    used_from: number;
    /** The kid it was made to replace; a unique index over it gives every key one successor. */
    follows: string | null;
  };
  applied: { tenant: string; kind: 'client' | 'user'; id: string; digest: string; revision: string; at: number };
  /** `expires_at`: when the window it was counted in ends, for the sweep. */
  attempts: { tenant: string; bucket: string; failures: number; started_at: number; expires_at: number };
  identities: {
    tenant: string;
    upstream: string;
    issuer: string;
    subject: string;
    sub: string;
    data: string;
    created_at: number;
    seen_at: number;
  };
  waits: {
    tenant: string;
    kind: 'login' | 'proof';
    hash: string;
    browser: string;
    upstream: string | null;
    issuer: string | null;
    subject: string | null;
    data: string;
    expires_at: number;
  };
  choices: { tenant: string; visitor: string; upstream: string; expires_at: number };
  /** `dies_at`: when nobody needs to see any more that it expired. */
  certificates: {
    tenant: string;
    serial: string;
    client_id: string;
    pem: string;
    issued_at: number;
    expires_at: number;
    revoked_at: number | null;
    dies_at: number;
  };
  /** SQLite has no NOTIFY: a number that grows when clients or keys of the tenant change. PostgreSQL leaves it empty. */
  announcements: { tenant: string; revision: number };
};
