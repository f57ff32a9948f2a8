/** The one judge of redirect URIs, against the attacks on it. */
import { assert as check, constantFrom, property, string, webUrl } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesRegistered, registrationFault, webUriFault } from './redirect-uri.ts';

const web = { application_type: 'web' } as const;
const native = { application_type: 'native' } as const;
const registered = ['https://rp.example/cb', 'https://rp.example/cb?dummy=1'];

function matches(sent: string, list: readonly string[] = registered): boolean {
  return matchesRegistered(sent, list, 'web') || matchesRegistered(sent, list, 'native');
}

describe('matchesRegistered', () => {
  it('A1: accepts exactly the registered strings, the one with a query included', () => {
    for (const uri of registered) expect(matchesRegistered(uri, registered, 'web')).toBe(true);
  });

  it.each([
    ['extra path', 'https://rp.example/cb/more'],
    ['extra query', 'https://rp.example/cb?x=1'],
    ['another query', 'https://rp.example/cb?dummy=2'],
    ['query with an addition', 'https://rp.example/cb?dummy=1&x=1'],
    ['empty query', 'https://rp.example/cb?'],
    ['trailing slash', 'https://rp.example/cb/'],
    ['port', 'https://rp.example:8443/cb'],
    ['default port spelled out', 'https://rp.example:443/cb'],
    ['other case in path', 'https://rp.example/CB'],
    ['other case in host', 'https://RP.example/cb'],
    ['other case in scheme', 'HTTPS://rp.example/cb'],
    ['dot as regular expression', 'https://rpxexample/cb'],
    ['shorter path', 'https://rp.example/'],
    ['percent-encoded letter', 'https://rp.example/c%62'],
    ['http instead of https', 'http://rp.example/cb'],
    ['nothing', ''],
  ])('A1: refuses %s', (_what, sent) => {
    expect(matches(sent)).toBe(false);
  });

  it.each([
    'https://rp.example@evil.example/cb',
    'https://rp.example@rp.example@evil.example/cb',
    'https://a@b@rp.example@evil.example/cb',
  ])('A2: refuses the user-information trick %s, sent or registered', (sent) => {
    expect(matches(sent)).toBe(false);
    expect(matches(sent, [sent])).toBe(false);
  });

  it.each(['https://rp.example.evil.example/cb', 'https://evilrp.example/cb', 'https://rp.example./cb'])(
    'A3: refuses the host suffix or prefix %s',
    (sent) => {
      expect(matches(sent)).toBe(false);
    },
  );

  it('A3: a wildcard that got into the list matches neither a host nor itself', () => {
    for (const sent of ['https://a.rp.example/cb', 'https://*.rp.example/cb'])
      expect(matches(sent, ['https://*.rp.example/cb'])).toBe(false);
  });

  it.each(['/cb/../x', '/cb/..;/x', '/cb/%2e%2e%2fx', '/cb/%2e%2e/x', '/cb/%252e%252e/x', '/x/../cb', '/./cb', '//cb'])(
    'A4: refuses path traversal %s',
    (path) => {
      expect(matches(`https://rp.example${path}`)).toBe(false);
    },
  );

  it.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    'blob:https://rp.example/x',
    'file:///etc/passwd',
  ])('A5: refuses %s at use even when it got into the list', (sent) => {
    expect(matches(sent, [sent])).toBe(false);
  });

  it.each([
    'https:\\\\rp.example/cb',
    'https://rp.example\\cb',
    'https://rp.example/cb\t',
    'https://rp.example/cb\n',
    'https://rp.example/\tcb',
    ' https://rp.example/cb',
    'https://rp.example/cb\0',
    'https://rp\uff0eexample/cb',
    'https:/rp.example/cb',
    'https:rp.example/cb',
    '//rp.example/cb',
  ])('A6: refuses backslash, control character or odd spelling %j, sent or registered', (sent) => {
    expect(matches(sent)).toBe(false);
    expect(matches(sent, [sent])).toBe(false);
  });

  describe('A7: loopback', () => {
    const list = ['http://127.0.0.1/cb', 'http://[::1]:7000/six?x=1'];

    it.each([
      'http://127.0.0.1/cb',
      'http://127.0.0.1:51234/cb',
      'http://[::1]:7001/six?x=1',
      'http://[::1]/six?x=1',
      'http://127.0.0.1:65535/cb',
    ])('A7: a native client may take any port of its registered literal: %s', (sent) => {
      expect(matchesRegistered(sent, list, 'native')).toBe(true);
    });

    it.each([
      'http://localhost/cb',
      'http://localhost:51234/cb',
      'http://127.0.0.1.evil.example/cb',
      'http://127.0.0.1.evil.example:51234/cb',
      'http://127.0.0.1:51234@evil.example/cb',
      'http://127.0.0.2:51234/cb',
      'http://127.1:51234/cb',
      'http://0x7f.0.0.1:51234/cb',
      'http://2130706433:51234/cb',
      'http://[::1]:51234/cb',
      'http://[::ffff:127.0.0.1]:51234/cb',
      'http://127.0.0.1:51234/cb/',
      'http://127.0.0.1:51234/cb?x=1',
      'http://127.0.0.1:51234/CB',
      'http://127.0.0.1:51234/six?x=1',
      'https://127.0.0.1:51234/cb',
      'http://127.0.0.1:0/cb',
      'http://127.0.0.1:65536/cb',
      'http://127.0.0.1:/cb',
      'http://127.0.0.1:051234/cb',
      'http://127.0.0.1:51234/cb#x',
    ])('A7: and nothing else: %s', (sent) => {
      expect(matchesRegistered(sent, list, 'native')).toBe(false);
    });

    it('A7: localhost is a name and gets no other port, though it may be registered', () => {
      expect(matchesRegistered('http://localhost:5000/cb', ['http://localhost:5000/cb'], 'native')).toBe(true);
      expect(matchesRegistered('http://localhost:5001/cb', ['http://localhost:5000/cb'], 'native')).toBe(false);
    });

    it('A7: a web client gets no other port', () => {
      expect(matchesRegistered('http://127.0.0.1/cb', list, 'web')).toBe(true);
      expect(matchesRegistered('http://127.0.0.1:51234/cb', list, 'web')).toBe(false);
    });
  });

  it('A8: refuses a fragment at use, registered or not', () => {
    expect(matches('https://rp.example/cb#x')).toBe(false);
    expect(matches('https://rp.example/cb#')).toBe(false);
    expect(matches('https://rp.example/cb#x', ['https://rp.example/cb#x'])).toBe(false);
  });

  it('A14: the redirect URI of another client is not in the list, so it does not match', () => {
    expect(matches('https://other.example/cb')).toBe(false);
    expect(matches('https://rp.example/cb', [])).toBe(false);
  });

  it('A1: whatever matches for a web client is in the list, character for character', () => {
    check(
      property(webUrl({ withQueryParameters: true }), string(), constantFrom(...registered), (url, text, base) => {
        for (const sent of [url, `${base}${text}`, `${text}${base}`]) {
          if (matchesRegistered(sent, registered, 'web')) expect(registered).toContain(sent);
        }
      }),
    );
  });
});

describe('registrationFault', () => {
  it.each([
    ['https://rp.example/cb', web],
    ['https://rp.example/cb?dummy=1&b=%20', web],
    ['https://rp.example:8443', web],
    ['http://127.0.0.1:5000/callback', web],
    ['http://localhost:5000/callback', web],
    ['http://[::1]:5000/callback', web],
    ['https://rp.example/cb', native],
    ['http://127.0.0.1/cb', native],
    ['com.example.app:/cb', native],
    ['com.example.app://callback/x', native],
  ] as const)('accepts %s for %o', (uri, options) => {
    expect(registrationFault(uri, options)).toBeUndefined();
  });

  it.each(['http://rp.example/cb', 'http://127.0.0.1.evil.example/cb', 'http://localhost.evil.example/cb', 'http://127.1/cb'])(
    'A7: refuses http on what is not a loopback host: %s',
    (uri) => {
      expect(registrationFault(uri, web)).toContain('https');
      expect(registrationFault(uri, native)).toContain('https');
    },
  );

  it.each(['/cb', '//rp.example/cb', 'rp.example/cb', 'https://', 'https:///cb', 'https:rp.example', 'https://rp.example:99999/cb', ''])(
    'A6: refuses what is not absolute: %j',
    (uri) => {
      expect(registrationFault(uri, web)).toBeTypeOf('string');
      expect(registrationFault(uri, native)).toBeTypeOf('string');
    },
  );

  it('A2: refuses user information', () => {
    expect(registrationFault('https://rp.example@evil.example/cb', web)).toContain('user name');
    expect(registrationFault('https://user:pass@rp.example/cb', web)).toContain('user name');
    expect(registrationFault('com.example.app://user@host/cb', native)).toContain('user name');
  });

  it('A3: refuses wildcards', () => {
    for (const uri of ['https://*.rp.example/cb', 'https://rp.example/*', '*']) expect(registrationFault(uri, web)).toBeTypeOf('string');
  });

  it('A4: refuses dot segments, encoded ones too', () => {
    for (const path of ['/cb/../x', '/cb/..;/x', '/cb/%2e%2E/x', '/./cb', '/cb/..']) {
      expect(registrationFault(`https://rp.example${path}`, web)).toContain('path segments');
    }
    expect(registrationFault('https://rp.example/..cb/a..b?x=../y', web)).toBeUndefined();
  });

  it.each(['javascript', 'JaVaScRiPt', 'data', 'vbscript', 'blob', 'file', 'filesystem'])('A5: refuses %s: everywhere', (scheme) => {
    for (const uri of [`${scheme}:alert(1)`, `${scheme}://rp.example/x`]) {
      expect(registrationFault(uri, web)).toContain('never');
      expect(registrationFault(uri, native)).toContain('never');
      expect(webUriFault(uri)).toContain('never');
    }
  });

  it('A6: refuses backslash, control characters and letters outside ASCII', () => {
    expect(registrationFault('https:\\\\rp.example', web)).toContain('backslash');
    for (const odd of ['\t', '\n', '\r', '\0', ' ', '\u007f', '\uff0e', '\u202e', '<', '"', '%zz', '%']) {
      expect(registrationFault(`https://rp.example/${odd}`, web)).toContain('character');
    }
  });

  it('A8: refuses a fragment, an empty one too', () => {
    expect(registrationFault('https://rp.example/cb#x', web)).toContain('fragment');
    expect(registrationFault('com.example.app:/cb#', native)).toContain('fragment');
  });

  it('A5: custom schemes are for native applications and have a dot', () => {
    expect(registrationFault('com.example.app:/cb', web)).toContain('native');
    expect(registrationFault('myapp:/cb', native)).toContain('dot');
  });

  it('a reason never repeats the URI, which may hold a password', () => {
    check(
      property(string({ minLength: 8 }), (text) => {
        for (const uri of [`https://u:${text}@h/`, `${text}://x`, `https://h/${text}#`]) {
          expect(registrationFault(uri, web) ?? '').not.toContain(`u:${text}`);
        }
      }),
    );
  });
});

describe('webUriFault', () => {
  it('A5: takes https, and http on loopback hosts, with a fragment', () => {
    for (const uri of ['https://rp.example/legal#privacy', 'http://127.0.0.1:5000/frontchannel']) expect(webUriFault(uri)).toBeUndefined();
  });

  it('A5: takes no other scheme, no user information, no plain http', () => {
    for (const uri of [
      'ftp://rp.example/x',
      'com.example.app:/x',
      'https://u@rp.example/',
      'http://rp.example/',
      '//rp.example/',
      'data:image/png;base64,AA',
    ]) {
      expect(webUriFault(uri)).toBeTypeOf('string');
    }
  });
});
