/**
 * Cookies as RFC 6265bis has them. On https they carry the prefix `__Host-`: no sibling domain and no other path can plant one. On http,
 * which is for development on a loopback address, they go without it and without `Secure`.
 */

export type CookieOptions = { readonly maxAge: number; readonly sameSite: 'Lax' | 'None' };

export type Cookies = {
  /** The values of a request's cookies by their full names. */
  readonly read: (request: Request) => ReadonlyMap<string, string>;
  /** A Set-Cookie value; `maxAge` in seconds. */
  readonly write: (name: string, value: string, options: CookieOptions) => string;
  readonly remove: (name: string) => string;
  /** The full name of a cookie. */
  readonly nameOf: (name: string) => string;
};

/** For an application at this origin. */
export function cookiesOf(origin: string): Cookies {
  const secure = origin.startsWith('https:');
  const write = (name: string, value: string, { maxAge, sameSite }: CookieOptions) =>
    // Browsers refuse None without Secure; over http on loopback, provider and application are one site and Lax does.
    `${name}=${value}; Path=/; HttpOnly; SameSite=${secure ? sameSite : 'Lax'}; Max-Age=${maxAge}${secure ? '; Secure' : ''}`;
  return {
    read: (request) => pairsOf(request.headers.get('cookie') ?? ''),
    write,
    remove: (name) => write(name, '', { maxAge: 0, sameSite: 'Lax' }),
    nameOf: (name) => (secure ? `__Host-${name}` : name),
  };
}

function pairsOf(header: string): ReadonlyMap<string, string> {
  const pairs = header.split(';').map((pair) => pair.trim().split('=', 2));
  return new Map(pairs.flatMap(([name, value]) => (name === undefined || value === undefined ? [] : [[name, value] as const])));
}
