/** The script-less browser of the protocol tests must itself behave as a browser does, or they prove nothing. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCookieJar } from './cookie-jar.ts';
import { decodeEntities, type Form, fillForm, parseForms } from './html-forms.ts';
import { createAgent } from './http-agent.ts';

function only(page: string): Form {
  const [form, ...others] = parseForms(page);
  if (!form || others.length > 0) throw new Error('not exactly one form');
  return form;
}

describe('reading forms', () => {
  it('reads action, method, hidden fields and buttons whatever the quoting and the order of attributes', () => {
    const form = only(`<FORM METHOD='Post' action="/go?a=1&amp;b=2"><input value="x &quot;y&quot;" name=csrf type=hidden />
      <button id="login-submit" name="act" value="in" class="a b">Sign <b>in</b></button></FORM>`);
    expect(form).toMatchObject({ method: 'post', action: '/go?a=1&b=2' });
    expect(form.fields).toEqual([{ name: 'csrf', value: 'x "y"', type: 'hidden', id: '', checked: true }]);
    expect(form.buttons).toEqual([{ id: 'login-submit', name: 'act', value: 'in', text: 'Sign in' }]);
  });

  it('keeps forms apart and ignores controls outside, disabled ones, and buttons that submit nothing', () => {
    const forms = parseForms(`<input name=stray><form id=a><input name=one><input name=two disabled></form>
      <form id=b><button type=button id=no>No</button><input type=submit id=yes value=Yes></form>`);
    expect(
      forms.map(({ id, method, fields, buttons }) => [id, method, fields.map(({ name }) => name), buttons.map((each) => each.id)]),
    ).toEqual([
      ['a', 'get', ['one'], []],
      ['b', 'get', [], ['yes']],
    ]);
  });

  it('gives a control outside to the form that its form attribute names', () => {
    const form = only('<form id=f><input name=a></form><p><button form=f id=yes name=logout value=yes>Yes, <i>sign out</i></button></p>');
    expect(form.buttons).toEqual([{ id: 'yes', name: 'logout', value: 'yes', text: 'Yes, sign out' }]);
  });

  it('does not read forms in comments, scripts and templates', () => {
    expect(parseForms('<!-- <form id=x></form> --><script>"<form>"</script><template><form></form></template>')).toEqual([]);
  });

  it('reads an attribute that holds a greater-than sign', () => {
    expect(only('<form action="/a>b"><input name="x" value="1 > 0"></form>')).toMatchObject({
      action: '/a>b',
      fields: [{ value: '1 > 0' }],
    });
  });

  it('takes the selected option, or the first, and the text of a textarea', () => {
    const form = only(`<form><select name=l><option value=en>English<option value=fi selected>Suomi</select>
      <select name=m><option>one</option><option>two</option></select><textarea name=t>\na &lt; b</textarea></form>`);
    expect(fillForm(form, undefined, {}).toString()).toBe('l=fi&m=one&t=a+%3C+b');
  });

  it('decodes named, decimal and hexadecimal references and leaves unknown ones', () => {
    expect(decodeEntities('&amp;&#39;&#x2F;&unknown;&amp;lt;')).toBe("&'/&unknown;&lt;");
  });
});

describe('filling forms', () => {
  const form = only(`<form><input type=hidden name=csrf value=t><input name=username><input type=checkbox name=stay value=yes checked>
    <input type=radio name=who value=alice checked><input type=radio name=who value=bob><button id=a name=act value=1>A</button><button id=b name=act value=2>B</button></form>`);
  const [, second] = form.buttons;

  it('sends hidden fields, typed values, ticked boxes and the pressed button alone', () => {
    expect(fillForm(form, second, { username: 'äl & co' }).toString()).toBe('csrf=t&username=%C3%A4l+%26+co&stay=yes&who=alice&act=2');
  });

  it('unticks a checkbox and chooses another radio button', () => {
    expect(fillForm(form, second, { stay: false, who: 'bob' }).toString()).toBe('csrf=t&username=&who=bob&act=2');
  });

  it('refuses a field that is not on the page', () => {
    expect(() => fillForm(form, second, { otp: '123456' })).toThrow('has no field otp');
  });
});

describe('keeping cookies', () => {
  const url = new URL('http://127.0.0.1:4000/t/hub/login');
  const set = (...lines: string[]) => new Headers(lines.map((line) => ['set-cookie', line]));

  it('sends a cookie to its path and below only, and never to another host', () => {
    const jar = createCookieJar();
    jar.take(url, set('a=1; Path=/t/hub; HttpOnly', 'b=2; Path=/', 'c=3'));
    expect(jar.header(new URL('http://127.0.0.1:4000/t/hub/x'))).toBe('a=1; b=2; c=3');
    expect(jar.header(new URL('http://127.0.0.1:4000/t/hubble'))).toBe('b=2');
    expect(jar.header(new URL('http://localhost:4000/t/hub'))).toBeUndefined();
    expect(jar.get('a')?.attributes).toMatchObject({ httponly: '' });
  });

  it('replaces by name and path, and forgets on Max-Age=0 and on a past Expires', () => {
    const jar = createCookieJar();
    jar.take(url, set('a=1; Path=/', 'b=1; Path=/', 'a=2; Path=/'));
    expect(jar.header(url)).toBe('b=1; a=2');
    jar.take(url, set('a=; Path=/; Max-Age=0', 'b=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT'));
    expect(jar.all()).toEqual([]);
  });

  it('complains about a __Host- cookie that a browser would drop', () => {
    const jar = createCookieJar();
    expect(() => jar.take(url, set('__Host-s=1; Path=/'))).toThrow('would drop');
    expect(() => jar.take(url, set('__Host-s=1; Path=/t; Secure'))).toThrow('would drop');
    jar.take(url, set('__Host-s=1; Path=/; Secure'));
    expect(jar.get('__Host-s')?.value).toBe('1');
  });
});

describe('travelling', () => {
  let server: Server;
  let base: string;

  beforeAll(async () => {
    server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      const path = request.url ?? '';
      if (path === '/start') response.writeHead(302, { location: '/middle', 'set-cookie': 'seen=start; Path=/' }).end();
      else if (path === '/middle') response.writeHead(303, { location: `${base}/page` }).end();
      else if (path === '/page')
        response
          .setHeader('content-type', 'text/html')
          .end('<form method=post action="save?x=1"><input name=n><button id=ok>Ok</button></form>');
      else if (path === '/search')
        response.setHeader('content-type', 'text/html').end('<form action="/echo"><input name=q><button id=go>Go</button></form>');
      else if (path === '/away') response.writeHead(302, { location: 'http://client.example/cb?code=1' }).end();
      else if (path === '/kept') response.writeHead(307, { location: '/echo' }).end();
      else if (path === '/seen') response.writeHead(303, { location: '/echo' }).end();
      else if (path === '/loop') response.writeHead(302, { location: '/loop' }).end();
      else
        response
          .setHeader('content-type', 'application/json')
          .end(JSON.stringify({ method: request.method, path, body, headers: request.headers }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it('follows redirects of its origin, keeps their cookies and tells the trail', async () => {
    const agent = createAgent(base);
    const page = await agent.get('/start');
    expect(page).toMatchObject({ status: 200, url: `${base}/page` });
    expect(page.trail.map(({ status }) => status)).toEqual([302, 303, 200]);
    expect(agent.cookies.get('seen')?.value).toBe('start');
  });

  it('stops at a foreign origin and answers where it was sent', async () => {
    const away = await createAgent(base).get('/away');
    expect(away).toMatchObject({ status: 302, location: 'http://client.example/cb?code=1', url: `${base}/away` });
  });

  it('submits a form to its action with form encoding, Origin and cookies', async () => {
    const agent = createAgent(base);
    const echo = JSON.parse((await agent.submit(await agent.get('/start'), { button: 'ok', fields: { n: 'a b' } })).text);
    expect(echo).toMatchObject({ method: 'POST', path: '/save?x=1', body: 'n=a+b' });
    expect(echo.headers).toMatchObject({ origin: base, 'content-type': 'application/x-www-form-urlencoded', cookie: 'seen=start' });
    expect(echo.headers['sec-fetch-site']).toBe('same-origin');
  });

  it('submits a GET form as a query', async () => {
    const agent = createAgent(base);
    const echo = JSON.parse((await agent.submit(await agent.get('/search'), { fields: { q: 'x&y' } })).text);
    expect(echo).toMatchObject({ method: 'GET', path: '/echo?q=x%26y', body: '' });
  });

  it('lets a test replace or remove the headers a browser sends', async () => {
    const agent = createAgent(base);
    const page = await agent.get('/page');
    const foreign = JSON.parse((await agent.submit(page, { headers: { origin: 'http://evil.example' } })).text);
    const silent = JSON.parse((await agent.submit(page, { headers: { origin: null } })).text);
    expect([foreign.headers.origin, silent.headers.origin]).toEqual(['http://evil.example', undefined]);
  });

  it('repeats a form after 307 and asks with GET after 303', async () => {
    const agent = createAgent(base);
    const kept = JSON.parse((await agent.post('/kept', { a: '1' })).text);
    const seen = JSON.parse((await agent.post('/seen', { a: '1' })).text);
    expect([kept.method, kept.body, seen.method, seen.body]).toEqual(['POST', 'a=1', 'GET', '']);
  });

  it('gives up on a redirect loop and on a button that is not there', async () => {
    const agent = createAgent(base);
    await expect(agent.get('/loop')).rejects.toThrow('redirects');
    await expect(agent.submit(await agent.get('/page'), { button: 'missing' })).rejects.toThrow('buttons: ok');
  });
});
