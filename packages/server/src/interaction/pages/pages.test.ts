import { describe, expect, it } from 'vitest';
import { confirmPage } from '../../broker/pages/confirm.tsx';
import { linksPage } from '../../broker/pages/links.tsx';
import { type Problem, problemPage } from '../../broker/pages/problem.tsx';
import { reviewPage } from '../../broker/pages/review.tsx';
import { switchPage } from '../../broker/pages/switch.tsx';
import { selectPage } from '../../selector/pages/select.tsx';
import { loadAssets } from '../../ui/assets.ts';
import type { PageContext } from '../../ui/page-context.ts';
import { languages } from '../../ui/translate.ts';
import { accountPage } from './account.tsx';
import { consentPage } from './consent.tsx';
import { errorPage } from './error.tsx';
import { formPostPage } from './form-post.tsx';
import { homePage } from './home.tsx';
import { loginPage } from './login.tsx';
import { logoutPage } from './logout.tsx';
import { messagePage } from './message.tsx';
import { selectAccountPage } from './select-account.tsx';
import { signedOutPage } from './signed-out.tsx';

const { paths } = loadAssets();
const locales = Object.keys(languages);

function context(locale: string, text = 'Example Corp', url = 'https://corp.example/logo.svg'): PageContext {
  return { assets: paths, locale, locales, query: `?request=${encodeURIComponent(text)}`, tenant: { name: text, logo: url } };
}

const problems: readonly Problem[] = [
  'unknown',
  'unavailable',
  'misconfigured',
  'refused',
  'denied',
  'claims',
  'taken',
  'disabled',
  'stale',
];

/** Every page with `text` in every field that holds text and `url` in every field that holds an address from outside. */
function everyPage(text: string, url: string) {
  const client = { name: text, logo: url, policyUri: url, tosUri: url };
  const form = { action: '/next', hidden: { csrf: text, [text]: text } };
  const scopes = [
    { name: 'openid' },
    { name: 'email' },
    { name: 'offline_access' },
    { name: `x${text}` },
    { name: 'pay', description: text },
  ];
  const consent = { ...form, client, redirectUri: 'https://rp.example/cb', scopes, offline: true, lifetime: 3600, signedInAs: text };
  const upstreams = [
    { id: 'acme', name: text, logo: '/logos/acme.svg', href: '/auth/oidc/start/acme', former: true },
    { id: 'zeta', name: text, href: '/auth/oidc/start/zeta' },
  ];
  const chooser = { client, returnsTo: 'https://rp.example/login', accounts: [], upstreams, partial: false };
  const search = { action: '/auth/select-accounts', hidden: { client_id: text }, typed: text, all: '/auth/select-accounts?client_id=x' };
  const others = [{ id: 'zeta', name: text, href: '/auth/oidc/start/zeta?proof=x' }];
  const claims = {
    email: text,
    email_verified: true,
    updated_at: 1,
    address: { locality: text },
    groups: [text],
    none: null,
    [`x${text}`]: 3,
  };
  const ended = ['told', 'waiting', 'failing', 'given_up', 'framed', 'silent'] as const;
  const held = {
    sessions: [
      { sid: text, device: 'Firefox, Linux', signedIn: 90_000, lastSeen: 10, here: true, applications: [text, 'Mail'] },
      { sid: 'other', device: '', signedIn: 7300, lastSeen: 120, here: false, applications: [] },
    ],
    access: [{ client_id: text, client, scopes, offline: true }],
  };
  return {
    login: (c: PageContext) => loginPage({ ...form, client, username: text }, c),
    'login to the own account': (c: PageContext) => loginPage({ ...form }, c),
    'login with upstreams': (c: PageContext) => loginPage({ ...form, client, upstreams }, c),
    'confirm an account': (c: PageContext) => confirmPage({ ...form, upstream: text, person: text, unproven: true, others }, c),
    'confirm an account with a problem': (c: PageContext) =>
      confirmPage({ ...form, upstream: text, username: text, problem: 'credentialsWrong', unproven: false, others: [] }, c),
    'review a new account': (c: PageContext) =>
      reviewPage({ ...form, upstream: text, fields: [{ name: 'name', value: text, open: true }], problem: 'fieldWrong' }, c),
    'own sign-ins': (c: PageContext) =>
      linksPage({ ...form, username: text, links: [{ id: 'a', name: text, person: text, last: false }], others, back: '/account' }, c),
    'no sign-ins': (c: PageContext) => linksPage({ ...form, username: text, links: [], others: [], back: '/account' }, c),
    'switch accounts': (c: PageContext) => switchPage({ ...form, upstream: text, person: text }, c),
    ...Object.fromEntries(
      problems.map((problem) => [
        `upstream ${problem}`,
        (c: PageContext) =>
          problemPage(
            { problem, traceId: text, name: text, faults: [text], support: text, retry: '/auth/oidc/start/acme', back: '/home' },
            c,
          ),
      ]),
    ),
    'login again': (c: PageContext) => loginPage({ ...form, client, username: text, signedInAs: text }, c),
    'login with problems': (c: PageContext) =>
      loginPage({ ...form, client, problems: ['usernameMissing', 'passwordMissing', 'credentialsWrong', 'tooManyAttempts', 'busy'] }, c),
    'select-account': (c: PageContext) =>
      selectAccountPage(
        {
          ...form,
          client,
          accounts: [
            { value: text, name: text, detail: text },
            { value: 'b', name: 'Bob' },
          ],
        },
        c,
      ),
    'select-account with upstreams': (c: PageContext) =>
      selectAccountPage({ ...form, client, accounts: [{ value: text, name: text }], upstreams }, c),
    selector: (c: PageContext) => selectPage(chooser, c),
    'selector with accounts and search': (c: PageContext) =>
      selectPage({ ...chooser, accounts: [{ name: text, at: text, href: '/auth/select-accounts?choice=acme' }], partial: true, search }, c),
    'selector without a find': (c: PageContext) => selectPage({ ...chooser, upstreams: [], search }, c),
    'consent from an upstream': (c: PageContext) =>
      consentPage({ ...consent, from: text, scopes: [{ name: 'profile', claims: ['name', 'birthdate', `x${text}`] }] }, c),
    'home with a choice': (c: PageContext) => homePage({ signIn: '/login', chosen: { name: text, again: '/login?choose=again' } }, c),
    consent: (c: PageContext) => consentPage(consent, c),
    'consent for now': (c: PageContext) => consentPage({ ...consent, scopes: [{ name: 'openid' }], offline: false }, c),
    error: (c: PageContext) => errorPage({ code: text, description: text, traceId: text }, c),
    'error with a reason': (c: PageContext) => errorPage({ code: text, description: text, traceId: text, reason: 'request_gone' }, c),
    'form-post': (c: PageContext) => formPostPage({ action: 'https://rp.example/cb?x=1', fields: { state: text, [text]: text } }, c),
    logout: (c: PageContext) => logoutPage({ ...form, client, signedInAs: [text, text] }, c),
    'signed-out': (c: PageContext) => signedOutPage({ applications: [], frames: [], signIn: '/home' }, c),
    'signed-out with applications': (c: PageContext) =>
      signedOutPage(
        { applications: ended.map((state) => ({ name: `${text} ${state}`, state })), frames: [], signIn: '/home', again: '/again' },
        c,
      ),
    'signed-out on the way': (c: PageContext) =>
      signedOutPage(
        { applications: [], frames: ['https://rp.example/out?iss=x&sid=y'], signIn: '/home', redirect: 'https://rp.example/bye' },
        c,
      ),
    'signed-out elsewhere': (c: PageContext) => signedOutPage({ applications: [], frames: [], signIn: '/home', account: '/account' }, c),
    account: (c: PageContext) =>
      accountPage({ ...form, username: text, others: [{ username: text, link: '/account' }], ...held, home: '/home' }, c),
    'account without anything': (c: PageContext) =>
      accountPage({ ...form, username: text, others: [], sessions: [], access: [], home: '/home' }, c),
    home: (c: PageContext) => homePage({ account: { username: text, name: text, claims }, signOut: '/logout', sessions: '/account' }, c),
    'home without a session': (c: PageContext) => homePage({ signIn: '/login' }, c),
    message: (c: PageContext) => messagePage({ notice: 'pageExpired', next: '/home' }, c),
  };
}

const stableIds: Readonly<Record<string, readonly string[]>> = {
  login: ['username', 'password', 'login-submit', 'login-cancel'],
  'login with problems': ['username', 'password', 'problems', 'problem-credentialsWrong'],
  'login with upstreams': ['username', 'upstream-acme'],
  'confirm an account': ['username', 'password', 'confirm-submit', 'confirm-cancel', 'upstream-zeta'],
  'confirm an account with a problem': ['problem', 'confirm-submit'],
  'switch accounts': ['switch-yes', 'switch-no'],
  'upstream claims': ['error-code', 'error-description', 'trace-id', 'problem-claim-0', 'problem-support', 'problem-retry', 'problem-back'],
  'select-account': ['account-0', 'account-1', 'account-other'],
  'select-account with upstreams': ['account-0', 'account-other', 'upstream-acme', 'upstream-zeta'],
  selector: ['upstream-acme', 'upstream-zeta', 'client-host'],
  'selector with accounts and search': ['account-0', 'upstream-acme', 'search', 'search-submit', 'search-all', 'selector-partial'],
  'selector without a find': ['selector-none', 'search'],
  'consent from an upstream': ['consent-from'],
  'home with a choice': ['home-choose'],
  consent: ['consent-allow', 'consent-deny', 'consent-switch', 'client-host'],
  error: ['error-code', 'error-description', 'trace-id'],
  'form-post': ['form-post-continue'],
  logout: ['logout-yes', 'logout-no'],
  'signed-out': ['logged-out-sign-in'],
  'signed-out with applications': ['ended-0', 'ended-5', 'signed-out-again'],
  'signed-out on the way': ['signed-out-continue'],
  'signed-out elsewhere': ['signed-out-account'],
  account: ['session-0', 'session-end-1', 'sign-out-everywhere', 'access-0', 'access-withdraw-0', 'account-other-0', 'account-home'],
  home: ['home-account', 'home-sign-out', 'claim-email', 'claim-username'],
  'home without a session': ['home-sign-in'],
  message: ['message-pageExpired', 'message-continue'],
};

type Tag = { readonly name: string; readonly attributes: Readonly<Record<string, string>> };

/** The opening tags as a browser reads them: a quoted value may hold anything but its quote. */
function tags(html: string): readonly Tag[] {
  return Array.from(html.matchAll(/<([a-z][a-z0-9]*)((?:"[^"]*"|[^">])*)>/gi), ([, name = '', rest = '']) => ({
    name: name.toLowerCase(),
    attributes: Object.fromEntries(
      Array.from(rest.matchAll(/([^\s"=/]+)(?:="([^"]*)")?/g), ([, key = '', value = '']) => [key.toLowerCase(), value]),
    ),
  }));
}

const samples = Object.entries(everyPage('Example Web App', 'https://app.example/'));
const cases = samples.flatMap(([name, render]) => locales.map((locale) => [name, locale, render] as const));

describe.each(cases)('%s in %s', (name, locale, render) => {
  const html = render(context(locale));
  const all = tags(html);

  it('§7: has its stable ids, each once', () => {
    const ids = all.map(({ attributes }) => attributes.id).filter((id) => id !== undefined);
    expect(ids).toEqual([...new Set(ids)]);
    for (const id of stableIds[name] ?? []) expect(ids).toContain(id);
  });

  it('K6: has no inline script, style or event handler', () => {
    for (const { name: tag, attributes } of all) {
      expect(tag).not.toMatch(/^(style|object|embed|base)$/);
      if (tag === 'iframe') expect(attributes).toMatchObject({ hidden: '', sandbox: 'allow-scripts allow-same-origin allow-forms' });
      expect(Object.keys(attributes).filter((attribute) => /^(style|on.*|srcdoc)$/.test(attribute))).toEqual([]);
      if (tag === 'script') expect([paths.formPost, paths.goOn]).toContain(attributes.src);
    }
    expect(html).not.toMatch(/<script[^>]*>[^<]/);
  });

  it('names its language, title, one heading and one landmark; no key or brace is left over', () => {
    expect(html).toMatch(new RegExp(`^<!doctype html><html lang="${locale}" dir="ltr">`));
    expect(html).toMatch(/<title>[^<]+ · Example Corp<\/title>/);
    expect(all.filter(({ name: tag }) => tag === 'h1')).toHaveLength(1);
    expect(all.filter(({ name: tag }) => tag === 'main')).toHaveLength(1);
    expect(html).not.toMatch(/[{}]|undefined|\[object/);
  });

  it('links to itself in the other languages', () => {
    const links = all.filter(({ attributes }) => attributes.hreflang !== undefined);
    expect(links.map(({ attributes }) => attributes.href)).toEqual(locales.map((other) => `?request=Example+Corp&amp;ui_locales=${other}`));
    expect(links.filter(({ attributes }) => attributes['aria-current'] === 'true').map(({ attributes }) => attributes.lang)).toEqual([
      locale,
    ]);
  });

  it('WCAG 3.3.2: every field has its label', () => {
    for (const { attributes } of all.filter(({ name: tag, attributes: { type } }) => tag === 'input' && type !== 'hidden'))
      expect(html).toContain(`<label for="${attributes.id}">`);
  });
});

const payloads = [
  '"><script>alert(1)</script>',
  "'><img src=x onerror=alert(1)>",
  '</title></style></textarea><svg onload=alert(1)>',
  '{{constructor.constructor("alert(1)")()}}',
  '$' + '{alert(1)} <%= 1 %> {client} <b>x</b>',
  'javascript:alert(1)//"onfocus=alert(1) autofocus',
  '&lt;script&gt;&quot;&#x3c;',
  '\u202e\u2066moc.elgoog\u0000\u0007"<!--',
  '__proto__',
];
const attacks = payloads.flatMap((payload) =>
  Object.entries(everyPage(payload, payload)).map(([name, render]) => [name, payload, render] as const),
);
const shape = (html: string) => tags(html).map(({ name, attributes }) => [name, Object.keys(attributes).toSorted().join(' ')].join(' '));
/** The same page with harmless words and no addresses, to compare with. */
const harmless = Object.fromEntries(
  Object.entries(everyPage('word', 'no address')).map(([name, render]) => [name, shape(render(context('en', 'word', 'no address')))]),
);
/** A claim whose name cannot be an id has none: the only difference words may make. */
const withoutIds = (lines: readonly string[]) => lines.map((line) => line.replace(/\bid\b/, '').trim());

describe.each(attacks)('K6, K7: %s with %j in every field', (name, payload, render) => {
  const html = render(context('en', payload, payload));

  it('has the elements and attributes of the same page with harmless words', () => {
    expect(withoutIds(shape(html))).toEqual(withoutIds(harmless[name] ?? []));
  });

  it('links to nothing but web addresses, own paths and own queries', () => {
    for (const { attributes } of tags(html))
      for (const key of ['href', 'src', 'action', 'formaction'])
        if (attributes[key] !== undefined) expect(attributes[key]).toMatch(/^(https:\/\/|\/(?!\/)|\?|#)/);
  });

  it('H4: shows no character that reorders or hides text', () => {
    const visible = html.replace(/<input type="hidden"(?:"[^"]*"|[^">])*>|<button(?:"[^"]*"|[^">])*>/g, '');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
    expect(visible).not.toMatch(/[\u0000-\u0008\u202a-\u202e\u2066-\u2069]/);
  });
});

describe('pages', () => {
  const fi = context('fi');
  const client = {
    name: 'Example Web App',
    policyUri: 'https://app.example/policy',
    tosUri: 'https://app.example/terms',
    logo: 'https://app.example/logo.png',
  };
  const form = { action: '/next', hidden: { csrf: 'token' } };

  it('R4: the login page shows logo, policy and terms of who asks', () => {
    const html = loginPage({ ...form, client }, fi);
    for (const url of [client.logo, client.policyUri, client.tosUri]) expect(html).toContain(`"${url}"`);
    expect(html).toContain('Example Web App');
  });

  it('the login form is what password managers and test suites expect', () => {
    const fields = tags(loginPage({ ...form, client, username: 'al"ice' }, fi));
    const field = (id: string) => fields.find(({ attributes }) => attributes.id === id)?.attributes;
    expect(field('username')).toMatchObject({ name: 'username', autocomplete: 'username', value: 'al&quot;ice', autocapitalize: 'none' });
    expect(field('password')).toMatchObject({ name: 'password', type: 'password', autocomplete: 'current-password', autofocus: '' });
    expect(field('password')).not.toHaveProperty('value');
    expect(field('login-cancel')).toMatchObject({ name: 'action', value: 'cancel', formnovalidate: '' });
    expect(fields.filter(({ name }) => name === 'button')[0]?.attributes.id).toBe('login-submit');
    expect(fields.find(({ attributes }) => attributes.name === 'csrf')?.attributes).toMatchObject({ type: 'hidden', value: 'token' });
  });

  it('WCAG 3.3.1: problems are announced, linked to their field, and described there', () => {
    const html = loginPage({ ...form, client, problems: ['passwordMissing'] }, context('en'));
    expect(html).toMatch(/<div role="alert"[^>]*>.*<a href="#password">Enter your password\.<\/a>/s);
    expect(html).toMatch(/<input id="password"[^>]*aria-invalid="true" aria-describedby="problem-passwordMissing"/);
    expect(html).not.toMatch(/<input id="username"[^>]*aria-invalid/);
    expect(html).toContain('<title>Error: Sign in');
  });

  it('H4: consent shows the host of the redirect URI beside a name cut to 80 characters', () => {
    const name = `Google\u202e ${'x'.repeat(500)}`;
    const html = consentPage(
      { ...form, client: { name }, redirectUri: 'https://evil.example/cb', scopes: [], offline: false, lifetime: 60, signedInAs: 'alice' },
      fi,
    );
    expect(html).toContain('<code id="client-host" dir="ltr">evil.example</code>');
    expect(html).toContain(`>Google ${'x'.repeat(72)}…<`);
    expect(html).not.toContain('x'.repeat(73));
  });

  it('consent says for how long, and how to take it back', () => {
    const view = { ...form, client, redirectUri: 'https://app.example/cb', lifetime: 2592000, signedInAs: 'alice' };
    const offline = consentPage({ ...view, scopes: [{ name: 'offline_access' }], offline: true }, context('en'));
    expect(offline).toContain('it has not been used for 30 days');
    const online = consentPage({ ...view, offline: false, lifetime: 3600, scopes: [{ name: 'profile' }] }, fi);
    expect(online).toContain('Nimesi ja profiilisi');
    expect(online).toContain('1 tunnin ajan');
    expect(online).toContain('tilisivullasi. Palvelu: <bdi>Example Corp</bdi>');
  });

  it('an error page tells a person what she can do in her own language, and the developer the rest', () => {
    const view = { code: 'invalid_request', description: 'finished', traceId: 't1', reason: 'request_gone' } as const;
    expect(errorPage(view, fi)).toContain('<h1>Tämä kirjautuminen on päättynyt</h1>');
    expect(errorPage(view, fi)).toContain('<bdi id="error-description" lang="en">finished</bdi>');
  });

  it('E1: an error page names its code and goes nowhere by itself', () => {
    const html = errorPage({ code: 'invalid_request', description: 'redirect_uri is not registered', traceId: 't1' }, fi);
    expect(html).toContain('<code id="error-code">invalid_request</code>');
    expect(html).not.toMatch(/http-equiv|<script|<form/);
  });

  it('A3: a form_post answer is delivered unchanged, to the redirect URI with its query', () => {
    const state = `\u202e"'<>&{{${'s'.repeat(128)}`;
    const html = formPostPage({ action: 'https://rp.example/cb?dummy=1&x=2', fields: { state, code: 'c', submit: '1' } }, fi);
    expect(html).toContain('action="https://rp.example/cb?dummy=1&amp;x=2"');
    const value = tags(html).find(({ attributes }) => attributes.name === 'state')?.attributes.value;
    expect(value?.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&amp;', '&')).toBe(state);
    expect(tags(html).find(({ name }) => name === 'button')?.attributes).not.toHaveProperty('name');
  });

  it('K9: a form_post answer is not made for another scheme', () => {
    expect(() => formPostPage({ action: 'javascript:alert(1)', fields: {} }, fi)).toThrow(TypeError);
  });

  it('B3, K9: the page after a sign-out leads on by link and by itself, to what a client may register and nothing else', () => {
    const view = { applications: [], frames: [], signIn: '/login' };
    const html = signedOutPage({ ...view, redirect: 'https://rp.example/bye?state="\'&' }, fi);
    expect(html).toMatch(/<meta http-equiv="refresh" content="5;url=https:\/\/rp.example\/bye\?state=%22%27&amp;"/);
    expect(signedOutPage({ ...view, redirect: 'com.example.app:/bye' }, fi)).toContain('href="com.example.app:/bye"');
    for (const redirect of ['javascript:alert(1)', 'data:text/html,x', '//evil.example', '/home'])
      expect(() => signedOutPage({ ...view, redirect }, fi)).toThrow(TypeError);
  });

  it('without a query there are no language links, and a language we do not have is English', () => {
    const { query: _, ...rest } = context('ar');
    expect(signedOutPage({ applications: [], frames: [], signIn: '/login' }, rest)).not.toContain('hreflang');
    expect(signedOutPage({ applications: [], frames: [], signIn: '/login' }, rest)).toContain('<html lang="en" dir="ltr">');
  });
});
