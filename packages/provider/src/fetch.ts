/** How the core asks the network: the one way out, which the server guards. The shape of WHATWG fetch as far as anybody here needs it. */

export type FetchInit = {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Streams stand here for the callers' libraries only: they are refused, because what cannot be held whole cannot be sent again. */
  readonly body?: ArrayBuffer | ReadableStream | string | Uint8Array | URLSearchParams | null | undefined;
  readonly signal?: AbortSignal;
};

/**
 * Resolves to an answer of any status, read whole; redirects are answers and are not followed. Throws a TypeError that says nothing of what
 * is behind the URL when there is no answer, or may be none: the reason goes to the log.
 */
export type Fetch = (url: string | URL, init?: FetchInit) => Promise<Response>;
