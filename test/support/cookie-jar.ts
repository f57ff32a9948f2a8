/** Cookies as a browser keeps them for one host (RFC 6265 section 5): by name and path, with expiry; ports do not separate them. */

export type Cookie = {
  readonly name: string;
  readonly value: string;
  readonly host: string;
  readonly path: string;
  /** Milliseconds since the epoch; Infinity for a session cookie. */
  readonly expiresAt: number;
  /** Names in lower case: httponly, secure, samesite, domain ... */
  readonly attributes: Readonly<Record<string, string>>;
};

export type CookieJar = {
  /** Takes the Set-Cookie headers of an answer. Throws on one that a browser would drop because of its prefix. */
  readonly take: (url: URL, headers: Headers) => void;
  /** The Cookie header for a request; undefined when there is none to send. */
  readonly header: (url: URL) => string | undefined;
  /** The live cookies, newest last. */
  readonly all: () => readonly Cookie[];
  readonly get: (name: string) => Cookie | undefined;
  /** Puts one in by hand: a stolen one, a stale one. */
  readonly put: (cookie: Pick<Cookie, 'name' | 'value' | 'host'> & Partial<Cookie>) => void;
  readonly clear: () => void;
};

export function createCookieJar(): CookieJar {
  const cookies = new Map<string, Cookie>();
  const keep = (cookie: Cookie): void => {
    const key = `${cookie.host} ${cookie.path} ${cookie.name}`;
    cookies.delete(key);
    if (cookie.expiresAt > Date.now()) cookies.set(key, cookie);
  };
  const all = (): readonly Cookie[] => [...cookies.values()].filter((cookie) => cookie.expiresAt > Date.now());
  return {
    take: (url, headers) => {
      for (const line of headers.getSetCookie()) keep(parseCookie(url, line));
    },
    header: (url) => {
      const sent = all().filter((cookie) => goesTo(cookie, url));
      return sent.length === 0 ? undefined : sent.map(({ name, value }) => `${name}=${value}`).join('; ');
    },
    all,
    get: (name) => all().findLast((cookie) => cookie.name === name),
    put: (cookie) => keep({ path: '/', expiresAt: Number.POSITIVE_INFINITY, attributes: {}, ...cookie }),
    clear: () => cookies.clear(),
  };
}

function goesTo(cookie: Cookie, url: URL): boolean {
  const below = cookie.path.endsWith('/') ? cookie.path : `${cookie.path}/`;
  return cookie.host === url.hostname && (url.pathname === cookie.path || url.pathname.startsWith(below));
}

function parseCookie(url: URL, line: string): Cookie {
  const [pair = '', ...rest] = line.split(';');
  const at = pair.indexOf('=');
  const name = pair.slice(0, at).trim();
  const attributes: Record<string, string> = {};
  for (const attribute of rest) {
    const [key = '', ...value] = attribute.split('=');
    attributes[key.trim().toLowerCase()] = value.join('=').trim();
  }
  checkPrefix(name, attributes);
  const path = attributes.path?.startsWith('/') ? attributes.path : defaultPath(url);
  return { name, value: pair.slice(at + 1).trim(), host: url.hostname, path, expiresAt: expiry(attributes), attributes };
}

/** RFC 6265bis section 4.1.3: a browser drops such a cookie silently; here the test should learn of it. */
function checkPrefix(name: string, attributes: Readonly<Record<string, string>>): void {
  if (!name.startsWith('__')) return;
  const secure = 'secure' in attributes;
  const host = !name.startsWith('__Host-') || (attributes.path === '/' && !('domain' in attributes));
  if (!secure || !host) throw new Error(`a browser would drop the cookie ${name}: its attributes do not fit its prefix`);
}

function expiry(attributes: Readonly<Record<string, string>>): number {
  const { 'max-age': seconds, expires } = attributes;
  if (seconds !== undefined && /^-?\d+$/.test(seconds)) return Date.now() + Number(seconds) * 1000;
  return expires === undefined || Number.isNaN(Date.parse(expires)) ? Number.POSITIVE_INFINITY : Date.parse(expires);
}

/** RFC 6265 section 5.1.4. */
function defaultPath(url: URL): string {
  return url.pathname.slice(0, url.pathname.lastIndexOf('/')) || '/';
}
